/** What the figures were taken on. Nothing here says whose machine it is or where the files are. */
import { execFileSync } from 'node:child_process';
import { arch, availableParallelism, cpus, loadavg, type as osType, release, totalmem } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly os: string;
  readonly node: string;
  readonly v8: string;
  readonly openssl: string;
  /** ISO, UTC. */
  readonly date: string;
  /** Processes that wanted a core over the last minute: above 1 or so, other work took part. */
  readonly load: number;
  /** Short id, with `+` after it when files were changed since; null outside git or before the first commit. */
  readonly commit: string | null;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    os: `${osType()} ${release()} ${arch()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    openssl: process.versions['openssl'] ?? 'none',
    date: new Date().toISOString(),
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    commit: commitOf(),
  };
}

function commitOf(): string | null {
  try {
    const id = git('rev-parse', '--short', 'HEAD');
    return git('status', '--porcelain') === '' ? id : `${id}+`;
  } catch {
    return null;
  }
}

function git(...words: readonly string[]): string {
  return execFileSync('git', words, {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}
