import { failedReply, listOf, requireKind, TEXT } from '@parley/core/internal';
import type { Command } from 'commander';
import { CommanderError } from 'commander';
import { program } from './program.ts';
import { inWordsOf } from './terminal/command-words.ts';
import { ExitStatus } from './terminal/exit-status.ts';
import { faultLine } from './terminal/fault-text.ts';
import { Interrupted } from './terminal/interrupted.ts';
import type { Terminal } from './terminal/terminal.ts';
import { processTerminal } from './terminal/terminal.ts';
import { PipeClosed } from './terminal/text-output.ts';
import { usageFault } from './terminal/usage-fault.ts';

/** How long a command may take to end by itself after an interrupt, unless it finishes what is under way. */
const GRACE_MS = 2000;

const WORDS = listOf(TEXT);

/** Runs `parley` with `words`, its arguments, and says how it ended. All output is out when it resolves. */
export async function main(words: readonly string[]): Promise<ExitStatus> {
  const interrupt = new AbortController();
  let isPatient = false;
  let command: Command | undefined;
  // The second interrupt ends the process at once: the listener is gone by then.
  process.once('SIGINT', () => {
    interrupt.abort();
    // A call that waits in the kernel for what never comes ends with the process only.
    const end = (): void => void (isPatient || process.kill(process.pid, 'SIGINT'));
    setTimeout(end, GRACE_MS).unref();
  });
  const terminal = processTerminal(interrupt.signal, () => {
    isPatient = true;
  });
  try {
    requireKind(WORDS, words, 'words');
    let status: ExitStatus = ExitStatus.ok;
    const parley = program(terminal, (ended) => {
      status = ended;
    });
    parley.hook('preAction', (_, begun) => {
      command = begun;
    });
    await inOurWords(parley, words);
    await terminal.stdout.flush();
    return status;
  } catch (error) {
    if (error instanceof PipeClosed) return ExitStatus.pipeClosed;
    if (error instanceof Interrupted) return ExitStatus.interrupted;
    return report(error, terminal, Array.isArray(words) ? words : [], command);
  }
}

/** Runs it; what commander refuses is refused as all else is. Help and version end it, too: commander has written them already. */
async function inOurWords(parley: Command, words: readonly string[]): Promise<void> {
  try {
    await parley.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usageFault(error, parley, words);
  }
}

async function report(
  error: unknown,
  terminal: Terminal,
  words: readonly string[],
  command: Command | undefined,
): Promise<ExitStatus> {
  const { code, detail } = failedReply(error);
  try {
    await terminal.stderr.line(faultLine(code, inWordsOf(command, detail), words.includes('--json')));
    await terminal.stderr.flush();
  } catch {
    // Nobody listens: the status says it all the same.
  }
  if (terminal.interrupted.aborted) return ExitStatus.interrupted;
  return code === 'peer.soap-fault' ? ExitStatus.refused : ExitStatus.error;
}
