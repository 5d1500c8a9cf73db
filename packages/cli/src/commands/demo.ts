import { join } from 'node:path';
import type { ContextStore } from '@parley/conversation';

import { jsonLine, printable } from '@parley/core/internal';
import { LogWriter } from '@parley/log';
import { createKeyEncryptionKeyFile, openLmdbContextStore } from '@parley/stores';
import type { DemoOptions } from '../declarations/demo-command.ts';
import { DemoClock } from '../demo/demo-clock.ts';
import type { DemoFiles } from '../demo/demo-directory.ts';
import { prepareDemoDirectory } from '../demo/demo-directory.ts';
import { DemoParties } from '../demo/demo-parties.ts';
import type { ContextEvent, Recorded } from '../demo/record-conversation.ts';
import { recordConversation } from '../demo/record-conversation.ts';
import { countingBar } from '../report/progress-bar.ts';
import { grouped } from '../report/verify-report.ts';
import { ExitStatus } from '../terminal/exit-status.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Steps of the clock besides those of the application's messages: handshakes and cancellation. */
const OTHER_STEPS = 16;

/** `parley demo`: makes and records a conversation in `directory`. */
export async function demo(directory: string, options: DemoOptions, terminal: Terminal): Promise<ExitStatus> {
  const startedMs = performance.now();
  const files = await prepareDemoDirectory(directory);
  const keyEncryptionKey = await createKeyEncryptionKeyFile(files.kek);
  // The log is verified later, so the keys of cancelled contexts are kept.
  const store = await openLmdbContextStore({ directory: files.contexts, keyEncryptionKey, cancelledKeys: 'retain' });
  try {
    const recorded = await recordInto(files, store, options, terminal);
    const seconds = (performance.now() - startedMs) / 1000;
    await print({ directory, files, recorded, seconds }, options, terminal);
  } finally {
    await store.close();
    keyEncryptionKey.secret.wipe();
  }
  return terminal.interrupted.aborted ? ExitStatus.interrupted : ExitStatus.ok;
}

async function recordInto(
  files: DemoFiles,
  store: ContextStore,
  options: DemoOptions,
  terminal: Terminal,
): Promise<Recorded> {
  const { messages, version, soap } = options;
  const kind = { version, soap };
  const clock = new DemoClock(terminal.nowMs(), messages + OTHER_STEPS);
  const parties = new DemoParties(kind, clock, store);
  const log = await LogWriter.open(files.log);
  const handshake = await LogWriter.open(files.handshake);
  const isWatched = options.json !== true && options.quiet !== true;
  const bar = countingBar(isWatched ? terminal.screen : undefined, messages);
  try {
    const { interrupted } = terminal;
    const onMessage = bar.made;
    const onContext = async (what: ContextEvent, identifier: string): Promise<void> => {
      // Where there is a bar, it is what moves.
      if (!isWatched || terminal.screen !== undefined) return;
      await terminal.stderr.line(`${what} ${identifier}`);
      await terminal.stderr.flush();
    };
    return await recordConversation({
      parties,
      clock,
      kind,
      messages,
      log,
      handshake,
      interrupted,
      onMessage,
      onContext,
    });
  } finally {
    bar.stop();
    parties.close();
    await log.close();
    await handshake.close();
  }
}

interface Made {
  readonly directory: string;
  readonly files: DemoFiles;
  readonly recorded: Recorded;
  readonly seconds: number;
}

async function print(made: Made, options: DemoOptions, { stdout }: Terminal): Promise<void> {
  const { directory, files, recorded, seconds } = made;
  if (options.json === true) {
    await stdout.line(jsonLine({ directory, ...recorded, elapsedMs: Math.round(seconds * 1000) }));
  } else if (options.quiet !== true) {
    const megabytes = (recorded.octets / 1e6).toFixed(1);
    await stdout.line(
      `${printable(directory)}: ${grouped(recorded.messages)} messages (${megabytes} MB) in ${recorded.contexts.length} contexts, ` +
        `one renewed and one cancelled, made in ${seconds.toFixed(2)} s`,
    );
    await stdout.line(
      `verify them: parley verify ${printable(files.log)} --contexts ${printable(join(files.contexts))}`,
    );
  }
}
