import { readdir, stat } from 'node:fs/promises';
import { wipeContext } from '@parley/conversation';
import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import { jsonLine, printable } from '@parley/core/internal';
import { keysText } from '@parley/log';
import { makeDirectory } from '@parley/sealing/internal';
import type { LmdbContextStore, LmdbContextStoreOptions } from '@parley/stores';
import { createKeyEncryptionKeyFile, keyEncryptionKeyFromFile, openLmdbContextStore } from '@parley/stores';
import type {
  CancelOptions,
  ContextsActions,
  ExportOptions,
  RekeyOptions,
  StoreOptions,
} from '../declarations/contexts-commands.ts';
import { isOneOf } from '../options/inputs.ts';
import { keyFileBeside, keyFor, storeKey } from '../options/store-key.ts';
import { contextJson, contextLine, contextText, damagedLine } from '../report/context-report.ts';
import { counted, grouped } from '../report/verify-report.ts';
import { ExitStatus } from '../terminal/exit-status.ts';
import { faultLine } from '../terminal/fault-text.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { WholeFile } from '../terminal/whole-file.ts';

/** `parley contexts`: each action ends with a status. */
export function contextsActions(terminal: Terminal, onEnd: (status: ExitStatus) => void): ContextsActions {
  const ending =
    <Args extends readonly unknown[]>(action: (terminal: Terminal, ...args: Args) => Promise<ExitStatus>) =>
    async (...args: Args): Promise<void> =>
      onEnd(await action(terminal, ...args));
  return {
    init: ending(init),
    list: ending(list),
    show: ending(show),
    export: ending(exportKeys),
    cancel: ending(cancel),
    prune: ending(prune),
    rekey: ending(rekey),
  };
}

async function init(terminal: Terminal, directory: string, { kek, json }: StoreOptions): Promise<ExitStatus> {
  const inside = await readdir(directory).catch(() => []);
  if (inside.length > 0) throw new Fault('caller.output-unwritable', { path: directory, reason: 'it is not empty' });
  await makeDirectory(directory);
  const keyEncryptionKey = await keyFor(directory, kek, terminal).catch((error: unknown) => {
    if (!(error instanceof Fault) || error.code !== 'caller.store-key-missing') throw error;
    return createKeyEncryptionKeyFile(kek ?? keyFileBeside(directory));
  });
  try {
    await (await openLmdbContextStore({ directory, keyEncryptionKey })).close();
  } finally {
    keyEncryptionKey.secret.wipe();
  }
  await tell(
    terminal,
    { json },
    { directory },
    `${printable(directory)}: an empty store; without its key nobody reads it`,
  );
  return ExitStatus.ok;
}

async function list(terminal: Terminal, directory: string, options: StoreOptions): Promise<ExitStatus> {
  const { stdout, nowMs } = terminal;
  const write = options.json === true ? contextJson : contextLine;
  return await withStore(terminal, directory, { ...options, readOnly: true }, async (store) => {
    let status: ExitStatus = ExitStatus.ok;
    for await (const identifier of store.list()) {
      const context = await contextOrCode(store, identifier);
      if (typeof context === 'string') {
        status = ExitStatus.refused;
        await stdout.line(
          options.json === true
            ? jsonLine({ identifier, state: 'damaged', code: context })
            : damagedLine(identifier, context),
        );
      } else if (context !== undefined) {
        await stdout.line(write(context, nowMs()));
        wipeContext(context);
      }
    }
    return status;
  });
}

async function show(
  terminal: Terminal,
  directory: string,
  identifier: string,
  options: StoreOptions,
): Promise<ExitStatus> {
  const write = options.json === true ? contextJson : contextText;
  return await withStore(terminal, directory, { ...options, readOnly: true }, async (store) => {
    const context = await store.get(identifier);
    if (context === undefined) return await unknown(terminal, options, identifier);
    await terminal.stdout.line(write(context, terminal.nowMs()));
    wipeContext(context);
    return ExitStatus.ok;
  });
}

async function exportKeys(
  terminal: Terminal,
  directory: string,
  identifiers: readonly string[],
  options: ExportOptions,
): Promise<ExitStatus> {
  return await withStore(terminal, directory, { ...options, readOnly: true }, async (store) => {
    const contexts: SecurityContext[] = [];
    const file = await WholeFile.create(options.out, {
      replace: options.force === true,
      isInput: (there) => isOneOf(there, { contexts: directory, kek: options.kek }),
    });
    try {
      if (identifiers.length === 0)
        for await (const identifier of store.list()) contexts.push(...(await found(store, identifier)));
      for (const identifier of identifiers) {
        const context = await store.get(identifier);
        if (context === undefined) return await unknown(terminal, options, identifier);
        contexts.push(context);
      }
      const keys = contexts.reduce((sum, context) => sum + context.keys.length, 0);
      const facts = { contexts: contexts.length, keys };
      const what = `${counted(keys, 'key')} of ${counted(contexts.length, 'context')}`;
      if (keys === 0) {
        await tell(terminal, options, facts, `${what}, and no file: those of cancelled contexts were not kept`);
        return ExitStatus.refused;
      }
      await file.output.line(keysText(contexts));
      await file.keep();
      await tell(terminal, options, facts, `${what}: whoever reads ${printable(options.out)} has them`);
      return ExitStatus.ok;
    } finally {
      await file.discard();
      for (const context of contexts) wipeContext(context);
    }
  });
}

const CANCELLED = {
  retain: 'cancelled; its keys are kept, for logs',
  wipe: 'cancelled, and its keys forgotten: logs of it cannot be verified any more (--keep-keys keeps them)',
} as const;

async function cancel(
  terminal: Terminal,
  directory: string,
  identifiers: readonly string[],
  options: CancelOptions,
): Promise<ExitStatus> {
  const cancelledKeys = options.keepKeys === true ? 'retain' : 'wipe';
  return await withStore(terminal, directory, { ...options, cancelledKeys }, async (store) => {
    let status: ExitStatus = ExitStatus.ok;
    for (const identifier of identifiers) {
      const cancelled = await store.cancel(identifier, terminal.nowMs());
      if (!cancelled) status = ExitStatus.refused;
      const what = cancelled ? CANCELLED[cancelledKeys] : 'is unknown, or was cancelled before';
      await tell(terminal, options, { identifier, cancelled }, `${printable(identifier)} ${what}`);
    }
    return status;
  });
}

async function prune(terminal: Terminal, directory: string, options: StoreOptions): Promise<ExitStatus> {
  return await withStore(terminal, directory, options, async (store) => {
    const forgotten = await store.prune(terminal.nowMs());
    await tell(terminal, options, { forgotten }, `${counted(forgotten, 'context')} forgotten`);
    return ExitStatus.ok;
  });
}

async function rekey(terminal: Terminal, directory: string, options: RekeyOptions): Promise<ExitStatus> {
  const { newKek } = options;
  const older = await storeKey(directory, options.kek, terminal);
  await openedForReading(directory, older);
  const isThere = (await stat(newKek).catch(() => undefined)) !== undefined;
  const keyEncryptionKey = isThere ? await keyEncryptionKeyFromFile(newKek) : await createKeyEncryptionKeyFile(newKek);
  const store = await openLmdbContextStore({ directory, keyEncryptionKey, olderKeyEncryptionKeys: [older] });
  try {
    const { records, left } = await store.reseal();
    const lost = left === 0 ? '' : `; ${grouped(left)} open under neither key and were left`;
    await tell(
      terminal,
      options,
      { records, left, made: !isThere },
      `${counted(records, 'record')} sealed under ${printable(newKek)}${lost}; from now on that is the key: --kek ${printable(newKek)}, or in the place of the old one`,
    );
    return left === 0 ? ExitStatus.ok : ExitStatus.refused;
  } finally {
    await store.close();
  }
}

/** Runs `action` on the store; one that is not there is not made. */
async function withStore(
  terminal: Terminal,
  directory: string,
  {
    kek,
    readOnly = false,
    cancelledKeys,
  }: Pick<StoreOptions, 'kek'> & Pick<LmdbContextStoreOptions, 'readOnly' | 'cancelledKeys'>,
  action: (store: LmdbContextStore) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const keyEncryptionKey = await storeKey(directory, kek, terminal);
  if (!readOnly) await openedForReading(directory, keyEncryptionKey);
  const store = await openLmdbContextStore({ directory, keyEncryptionKey, readOnly, cancelledKeys });
  try {
    return await action(store);
  } finally {
    await store.close();
    keyEncryptionKey.secret.wipe();
  }
}

/** @throws Fault unless there is a store under that key */
async function openedForReading(
  directory: string,
  keyEncryptionKey: LmdbContextStoreOptions['keyEncryptionKey'],
): Promise<void> {
  await (await openLmdbContextStore({ directory, keyEncryptionKey, readOnly: true })).close();
}

async function found(store: LmdbContextStore, identifier: string): Promise<readonly SecurityContext[]> {
  const context = await store.get(identifier);
  // It may go between the list and the look.
  return context === undefined ? [] : [context];
}

async function unknown({ stderr }: Terminal, { json }: StoreOptions, identifier: string): Promise<ExitStatus> {
  await stderr.line(faultLine('caller.input-invalid', { identifier, reason: 'no such context' }, json));
  await stderr.flush();
  return ExitStatus.refused;
}

/** The code instead of one that does not open: the others are there all the same. */
async function contextOrCode(
  store: LmdbContextStore,
  identifier: string,
): Promise<SecurityContext | string | undefined> {
  try {
    return await store.get(identifier);
  } catch (error) {
    if (error instanceof Fault && (error.code === 'internal.store-corrupt' || error.code === 'caller.store-key-wrong'))
      return error.code;
    throw error;
  }
}

async function tell({ stdout }: Terminal, { json }: StoreOptions, facts: object, text: string): Promise<void> {
  await stdout.line(json === true ? jsonLine(facts) : text);
}
