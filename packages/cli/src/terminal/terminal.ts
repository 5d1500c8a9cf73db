import { TextOutput } from './text-output.ts';

/** The world as a command sees it. */
export interface Terminal {
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  /** Where a person watches; `undefined` when standard error is a file or a pipe. */
  readonly screen: NodeJS.WritableStream | undefined;
  /** How wide a terminal at standard output is. */
  readonly columns: number | undefined;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted when the user interrupts. */
  readonly interrupted: AbortSignal;
  /** Said by a command that finishes what is under way: an interrupt gives it as long as that takes. */
  finishesFirst(): void;
  nowMs(): number;
}

/** The terminal of this process. */
export function processTerminal(interrupted: AbortSignal, finishesFirst: () => void): Terminal {
  return {
    stdout: new TextOutput(process.stdout, 'stdout'),
    stderr: new TextOutput(process.stderr, 'stderr'),
    screen: process.stderr.isTTY === true ? process.stderr : undefined,
    columns: process.stdout.columns,
    stdin: process.stdin,
    environment: process.env,
    interrupted,
    finishesFirst,
    nowMs: () => Date.now(),
  };
}
