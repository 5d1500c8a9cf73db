import { readdir, stat } from 'node:fs/promises';
import type { SealedContextStore } from '@parley/conversation';
import { wipeContext } from '@parley/conversation';
import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import { jsonLine, printable } from '@parley/core/internal';
import { keysText } from '@parley/log';
import type { KeyEncryptionKey, KeyWrapper } from '@parley/sealing';
import { createKeyEncryptionKeyFile, createWrappedKeyFile, keyEncryptionKeyFromFile } from '@parley/sealing';
import { makeDirectory } from '@parley/sealing/internal';
import type { LmdbContextStoreOptions } from '@parley/stores';
import type {
  CancelOptions,
  ContextsActions,
  ExportOptions,
  RekeyOptions,
  StoreOptions,
} from '../declarations/contexts-commands.ts';
import { isOneOf } from '../options/inputs.ts';
import { keyFileBeside, keyFor, storeKey, withKeyService } from '../options/store-key.ts';
import { storePassword } from '../options/store-password.ts';
import type { OpenStoreOptions } from '../options/store-place.ts';
import { isAddress, shownPlace, withOpenStore } from '../options/store-place.ts';
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

async function init(
  terminal: Terminal,
  place: string,
  { kek, keyService, password: file, json }: StoreOptions,
): Promise<ExitStatus> {
  if (!isAddress(place)) {
    const inside = await readdir(place).catch(() => []);
    if (inside.length > 0) throw new Fault('caller.output-unwritable', { path: place, reason: 'it is not empty' });
    await makeDirectory(place);
  }
  // Nothing is beside a server.
  const keyFile = kek ?? (isAddress(place) ? undefined : keyFileBeside(place));
  const password = await storePassword(place, file, terminal);
  const keyEncryptionKey = await withKeyService(
    keyService,
    async (wrapper) =>
      await keyFor(place, kek, terminal, wrapper).catch((error: unknown) => {
        if (keyFile === undefined || !(error instanceof Fault) || error.code !== 'caller.store-key-missing')
          throw error;
        return newKeyFile(keyFile, wrapper);
      }),
  );
  try {
    await withOpenStore(place, { keyEncryptionKey, password }, async () => undefined);
  } finally {
    keyEncryptionKey.secret.wipe();
  }
  await tell(
    terminal,
    { json },
    { directory: shownPlace(place) },
    `${printable(shownPlace(place))}: an empty store; without its key nobody reads it`,
  );
  return ExitStatus.ok;
}

/** Wrapped, where something wraps. */
async function newKeyFile(file: string, wrapper: KeyWrapper | undefined): Promise<KeyEncryptionKey> {
  return wrapper === undefined ? await createKeyEncryptionKeyFile(file) : await createWrappedKeyFile(file, wrapper);
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

async function rekey(terminal: Terminal, place: string, options: RekeyOptions): Promise<ExitStatus> {
  const { newKek, keyService } = options;
  const password = await storePassword(place, options.password, terminal);
  const { keyEncryptionKey, older, made } = await withKeyService(keyService, async (wrapper) => {
    const old = await storeKey(place, options.kek, terminal, wrapper);
    const isThere = (await stat(newKek).catch(() => undefined)) !== undefined;
    const there = isThere ? await keyEncryptionKeyFromFile(newKek, wrapper) : undefined;
    // Whoever serves with both keys has begun with the new one, and so has a run that was cut short.
    const known = there === undefined ? { keyEncryptionKey: old } : keysOf(there, old);
    await openedForReading(place, { ...known, password });
    return { keyEncryptionKey: there ?? (await newKeyFile(newKek, wrapper)), older: old, made: !isThere };
  });
  const keys = { ...keysOf(keyEncryptionKey, older), password };
  const { records, left } = await withOpenStore(place, keys, async (store) => await store.reseal());
  const lost = left === 0 ? '' : `; ${grouped(left)} open under neither key and were left`;
  await tell(
    terminal,
    options,
    { records, left, made },
    `${counted(records, 'record')} sealed under ${printable(newKek)}${lost}; from now on that is the key: --kek ${printable(newKek)}, or in the place of the old one`,
  );
  return left === 0 ? ExitStatus.ok : ExitStatus.refused;
}

function keysOf(
  keyEncryptionKey: KeyEncryptionKey,
  older: KeyEncryptionKey,
): Pick<OpenStoreOptions, 'keyEncryptionKey' | 'olderKeyEncryptionKeys'> {
  return { keyEncryptionKey, olderKeyEncryptionKeys: [older] };
}

/** Runs `action` on the store; one that is not there is not made. */
async function withStore(
  terminal: Terminal,
  place: string,
  {
    kek,
    keyService,
    password: file,
    readOnly = false,
    cancelledKeys,
  }: Pick<StoreOptions, 'kek' | 'keyService' | 'password'> &
    Pick<LmdbContextStoreOptions, 'readOnly' | 'cancelledKeys'>,
  action: (store: SealedContextStore) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const keyEncryptionKey = await withKeyService(
    keyService,
    async (wrapper) => await storeKey(place, kek, terminal, wrapper),
  );
  try {
    const password = await storePassword(place, file, terminal);
    if (!readOnly) await openedForReading(place, { keyEncryptionKey, password });
    return await withOpenStore(place, { keyEncryptionKey, password, readOnly, cancelledKeys }, action);
  } finally {
    keyEncryptionKey.secret.wipe();
  }
}

/** @throws Fault unless there is a store under that key; what a server has is made where it is not there */
async function openedForReading(
  place: string,
  opened: Pick<OpenStoreOptions, 'keyEncryptionKey' | 'olderKeyEncryptionKeys' | 'password'>,
): Promise<void> {
  await withOpenStore(place, { ...opened, readOnly: true }, async () => undefined);
}

async function found(store: SealedContextStore, identifier: string): Promise<readonly SecurityContext[]> {
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
  store: SealedContextStore,
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
