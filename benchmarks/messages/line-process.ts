/** Another process that answers a line with a line, one at a time. */
import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

export class LineProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  /** What it says on standard error is shown. */
  constructor(program: string, args: readonly string[], folder: string = '.') {
    this.#child = spawn(program, args, { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async ask<Answer>(question: object): Promise<Answer> {
    this.#child.stdin.write(`${JSON.stringify(question)}\n`);
    const { done, value } = await this.#lines.next();
    if (done === true) throw new Error(`${this.#child.spawnfile} ended without an answer`);
    return JSON.parse(value) as Answer;
  }

  /** Lets it end by itself: its input is over. */
  end(): void {
    this.#child.stdin.end();
  }
}
