import { Fault } from '@parley/core';
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
    const status = await run(words, terminal, (begun) => {
      command = begun;
    });
    await terminal.stdout.flush();
    return status;
  } catch (error) {
    if (error instanceof PipeClosed) return ExitStatus.pipeClosed;
    if (error instanceof Interrupted) return ExitStatus.interrupted;
    return report(error, terminal, Array.isArray(words) ? words : [], command);
  }
}

async function run(
  words: readonly string[],
  terminal: Terminal,
  onBegun: (command: Command) => void,
): Promise<ExitStatus> {
  let status: ExitStatus = ExitStatus.ok;
  const parley = program(terminal, (ended) => {
    status = ended;
  });
  parley.hook('preAction', (_, command) => onBegun(command));
  await parley.parseAsync(words, { from: 'user' });
  return status;
}

async function report(
  error: unknown,
  terminal: Terminal,
  words: readonly string[],
  command: Command | undefined,
): Promise<ExitStatus> {
  // Help and version end here too; commander has written them already.
  if (error instanceof CommanderError && error.exitCode === 0) return ExitStatus.ok;
  const { code, detail } = failedReply(error instanceof CommanderError ? usageFault(error, words) : error);
  try {
    await terminal.stderr.line(faultLine(code, inWordsOf(command, detail), words.includes('--json')));
    await terminal.stderr.flush();
  } catch {
    // Nobody listens: the status says it all the same.
  }
  if (terminal.interrupted.aborted) return ExitStatus.interrupted;
  return code === 'peer.soap-fault' ? ExitStatus.refused : ExitStatus.error;
}

function usageFault(error: CommanderError, words: readonly string[]): Fault {
  if (error.code === 'commander.help') {
    const [first, named] = words;
    const reason =
      first === 'help'
        ? `there is no command ${named}; see parley --help`
        : `name a command; see ${['parley', first, '--help'].filter((word) => word !== undefined).join(' ')}`;
    return new Fault('caller.option-invalid', { reason });
  }
  return new Fault('caller.option-invalid', { reason: error.message.replace(/^error: /, '').replaceAll('\n', ' ') });
}
