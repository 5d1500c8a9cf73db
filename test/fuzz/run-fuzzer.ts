/** Starts a built fuzzer as its command does. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface FuzzerRun {
  readonly status: number;
  readonly output: string;
}

const execute = promisify(execFile);

export async function runFuzzer(fuzzer: 'differential' | 'guided', args: readonly string[]): Promise<FuzzerRun> {
  const main = fileURLToPath(new URL(`dist/${fuzzer}/main.js`, import.meta.url));
  try {
    const { stdout } = await execute(process.execPath, [main, ...args]);
    return { status: 0, output: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    return { status: typeof code === 'number' ? code : -1, output: `${stdout}${stderr}` };
  }
}
