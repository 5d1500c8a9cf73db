/** Debian's Prometheus, with a folder and a port of its own. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Why there is none on this machine. */
export function missingPrometheus(): string | undefined {
  const found = spawnSync('prometheus', ['--version'], { encoding: 'utf8' });
  return found.status === 0 ? undefined : 'Prometheus needs its server (Debian: prometheus)';
}

export interface Prometheus {
  /** The series that `query` finds now. */
  query(
    query: string,
  ): Promise<readonly { readonly metric: Readonly<Record<string, string>>; readonly value: number }[]>;
  remove(): Promise<void>;
}

/** Asks `target` for its metrics twice a second. */
export async function startPrometheus(target: number): Promise<Prometheus> {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-prometheus-'));
  const port = await freePort();
  const file = path.join(folder, 'prometheus.yml');
  writeFileSync(
    file,
    JSON.stringify({
      global: { scrape_interval: '500ms', scrape_timeout: '500ms' },
      scrape_configs: [{ job_name: 'parley', static_configs: [{ targets: [`127.0.0.1:${target}`] }] }],
    }),
  );
  const server = spawn(
    'prometheus',
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${path.join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  const at = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(`${at}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (server.exitCode !== null) throw new Error('prometheus did not start');
    await pause(50);
  }
  return {
    async query(query) {
      const answer = await fetch(`${at}/api/v1/query?${new URLSearchParams({ query })}`);
      const { status, error, data } = (await answer.json()) as QueryAnswer;
      if (status !== 'success') throw new Error(`${query}: ${error}`);
      return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    async remove() {
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface QueryAnswer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value: readonly [number, string];
    }[];
  };
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
