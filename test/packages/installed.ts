/** The packages as they would be published, installed in a folder of their own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));
export const RELEASE: string = path.join(ROOT, '.parley', 'release');
export const MINUTES_MS = 60_000;

export class Installed {
  readonly folder: string = mkdtempSync(path.join(tmpdir(), 'parley-packages-'));

  /** Installs all tarballs, and `others` from the registry. */
  constructor(...others: readonly string[]) {
    const manifest = { type: 'module', private: true };
    writeFileSync(path.join(this.folder, 'package.json'), JSON.stringify(manifest));
    const tarballs = readdirSync(RELEASE)
      .filter((name) => name.endsWith('.tgz'))
      .map((name) => path.join(RELEASE, name));
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    succeed('npm', ['install', ...quiet, ...tarballs, ...others], this.folder);
  }

  write(name: string, text: string | Uint8Array): void {
    writeFileSync(path.join(this.folder, name), text);
  }

  /** Runs `script`, a file of the folder, and gives what it prints. */
  run(script: string): string {
    return succeed(process.execPath, [script], this.folder);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Makes the tarballs, as they would be published from the repository of somebody. */
export function pack(): void {
  const run = { GITHUB_REPOSITORY: 'somebody/fork', GITHUB_SERVER_URL: 'https://github.com' };
  succeed(process.execPath, ['scripts/release.mjs'], ROOT, run);
}

export function succeed(
  program: string,
  args: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>> = {},
): string {
  const env = { ...process.env, ...environment };
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}
