import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';

/** The program as it is installed: it runs the built packages. */
export const PARLEY: string = fileURLToPath(new URL('../../packages/cli/bin/parley.js', import.meta.url));
export const VECTORS: string = fileURLToPath(new URL('../vectors/', import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string | Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
  readonly directory?: string;
}

/** Runs `parley` to its end. */
export function parley(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { PARLEY_KEK: _, ...environment } = process.env;
  const child = spawn(process.execPath, [PARLEY, ...words], {
    cwd: options.directory,
    env: { ...environment, ...options.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // A program that does not read its input to the end is no failure of the test.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) =>
      resolve({ status, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    );
  });
}

/** A folder that is there while the tests of a file run. */
export function temporaryDirectory(): { readonly path: string; join(...names: string[]): string } {
  let path = '';
  beforeAll(() => {
    path = mkdtempSync(join(tmpdir(), 'parley-cli-'));
  });
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return {
    get path() {
      return path;
    },
    join: (...names) => join(path, ...names),
  };
}
