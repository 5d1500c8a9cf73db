/** What a gateway keeps of conversations: their contexts, and what was seen once. */

import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { ContextStore, ReplayCache } from '@parley/conversation';
import { MemoryContextStore, MemoryReplayCache, TokenContextStore } from '@parley/conversation';
import type { Meter } from '@parley/core';
import { Fault } from '@parley/core';
import type { KeyEncryptionKey, LmdbWitness } from '@parley/stores';
import { keyEncryptionKeyFromFile, openLmdbContextStore, openLmdbReplayCache, openLmdbWitness } from '@parley/stores';
import type {
  ContextsConfiguration,
  GatewayConfiguration,
  ReplaysConfiguration,
} from '../configuration/configuration.ts';
import type { Files } from '../credentials/pem-files.ts';
import { withKeyService } from './key-service.ts';
import { lostUntilMs, refusingUntil } from './node-lists.ts';
import { type NodesDoor, ReplayNodes } from './replay-nodes.ts';
import { SealedQuestions } from './sealed-questions.ts';
import type { SharedServer } from './shared-server.ts';
import { openServer } from './shared-server.ts';
import { requireUsable } from './usable.ts';

export interface Keeping {
  readonly store: ContextStore;
  readonly replayCache: ReplayCache;
  /** Epoch milliseconds. Until then messages are refused that were made by then: nobody knows whether another took them before. */
  readonly refusesUntilMs: number;
  /** Answers other gateways about replays, where they ask each other. */
  readonly nodes: NodesDoor | undefined;
  /** @throws Fault (rejects) what it takes to serve anybody cannot be read or written now */
  readonly requireUsable: () => Promise<void>;
  close(): Promise<void>;
}

/** What those who keep have to know of messages and contexts. */
export interface Lifetimes {
  /** For how long after a start messages may come that were taken before it. */
  readonly messageMs: number;
  /** How long a message is remembered that is made now, at the endpoint that bears least. */
  readonly newMessageMs: number;
  readonly contextMs: number;
}

/** Whom they tell. */
export interface KeepingListeners {
  readonly meter: Meter | undefined;
  readonly onClocksApart: (apartMs: number) => void;
}

const PRUNE_MS = 300_000;
/** Of so many parts of the time, one is spent on it. */
const PRUNE_SHARE = 20;
const NAME = 'parley';

/** Opens what `configuration` says. @throws Fault what is wrong with a folder, a server, or the key */
export async function keepingOf(
  configuration: GatewayConfiguration,
  files: Files,
  lifetimes: Lifetimes,
  listeners: KeepingListeners,
): Promise<Keeping> {
  const closing: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  const { contexts, replays } = configuration;
  try {
    const keys = contexts && (await keysOf(contexts, files));
    const server = contexts?.server === undefined ? undefined : await serverOf(contexts, contexts.server, files);
    if (server !== undefined) closing.push(() => server.close());
    const store =
      contexts && keys ? await storeOf(contexts, keys, server, files, lifetimes, closing) : new MemoryContextStore();
    closing.push(() => store.close());
    if (server?.needsPruning !== false) closing.push(pruning(store));
    if (server !== undefined) {
      const replayCache = server.replays(replays?.entriesMax);
      const usable = () => requireUsable(store, replayCache, Date.now());
      return { store, replayCache, refusesUntilMs: 0, nodes: undefined, requireUsable: usable, close };
    }
    const { memory, lostMs } = await memoryOf(replays, files, lifetimes, listeners, closing);
    const nodes =
      replays?.nodes &&
      keys &&
      nodesOf(replays, memory, new SealedQuestions(allOf(keys), contexts?.name ?? NAME), listeners);
    if (nodes !== undefined) closing.push(() => nodes.close());
    const refusesUntilMs = lostMs - lifetimes.newMessageMs;
    // Of nodes that ask each other, this one: another that is away must not take it with it.
    const usable = () => requireUsable(store, memory, Date.now());
    return { store, replayCache: nodes?.cache ?? memory, refusesUntilMs, nodes, requireUsable: usable, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface OwnMemory {
  readonly memory: ReplayCache;
  /** What need not be remembered for longer is refused; 0: nothing is. */
  readonly lostMs: number;
}

/** What this gateway remembers itself. */
async function memoryOf(
  replays: ReplaysConfiguration | undefined,
  files: Files,
  { messageMs }: Lifetimes,
  { meter }: KeepingListeners,
  closing: (() => unknown)[],
): Promise<OwnMemory> {
  const { folder, nodes, entriesMax } = replays ?? {};
  // What another node had taken here, it may show again.
  const newlyLostMs = nodes === undefined ? 0 : Date.now() + messageMs;
  if (folder === undefined) {
    const memory = new MemoryReplayCache({ meter, entriesMax, lostUntilMs: newlyLostMs });
    return { memory, lostMs: newlyLostMs };
  }
  const directory = await folderAt(files.path(folder), 'replays.folder');
  const memory = await openLmdbReplayCache({ directory, entriesMax, meter });
  closing.push(() => memory.close());
  if (replays === undefined || nodes === undefined) return { memory, lostMs: 0 };
  const lostMs = await lostUntilMs(directory, replays, newlyLostMs);
  return { memory: refusingUntil(memory, lostMs), lostMs };
}

function nodesOf(
  { self = '', nodes = {} }: ReplaysConfiguration,
  memory: ReplayCache,
  questions: SealedQuestions,
  { onClocksApart }: KeepingListeners,
): ReplayNodes {
  return new ReplayNodes({ self, nodes, memory, questions, nowMs: Date.now, onClocksApart });
}

async function serverOf({ password, name }: ContextsConfiguration, url: string, files: Files): Promise<SharedServer> {
  const secret = password === undefined ? undefined : (await files.text(password)).trim();
  return await openServer({ url, password: secret, name }, 'contexts.server');
}

async function storeOf(
  contexts: ContextsConfiguration,
  keys: Keys,
  server: SharedServer | undefined,
  files: Files,
  { contextMs }: Lifetimes,
  closing: (() => unknown)[],
): Promise<ContextStore> {
  const { tokens, name = NAME } = contexts;
  if (tokens === undefined) return await placeOf(contexts, keys, server, files, closing);
  const { revocations: where, ...bounds } = tokens;
  const revocations = where === 'none' ? where : await placeOf(contexts, keys, server, files, closing);
  if (revocations !== 'none') closing.push(() => revocations.close());
  return new TokenContextStore({ ...keys, ...bounds, service: name, revocations, lifetimeMaxMs: contextMs });
}

/** The folder or the server. */
async function placeOf(
  contexts: ContextsConfiguration,
  keys: Keys,
  server: SharedServer | undefined,
  files: Files,
  closing: (() => unknown)[],
): Promise<ContextStore> {
  const witness: LmdbWitness | undefined =
    contexts.witness === undefined
      ? undefined
      : await openLmdbWitness({ directory: await folderAt(files.path(contexts.witness), 'contexts.witness') });
  if (witness !== undefined) closing.push(() => witness.close());
  if (server !== undefined) return await server.contexts({ ...keys, witness });
  const directory = await folderAt(files.path(contexts.folder ?? ''), 'contexts.folder');
  return await openLmdbContextStore({ directory, ...keys, witness });
}

/** A folder that is there, or can be made where it is named: not where its path is misspelt. @throws Fault `caller.store-missing` */
async function folderAt(directory: string, option: string): Promise<string> {
  const parent = path.dirname(directory);
  const status = await stat(parent).catch(() => undefined);
  if (status?.isDirectory() !== true)
    throw new Fault('caller.store-missing', {
      option,
      path: directory,
      reason: `there is no folder ${parent} to make it in`,
    });
  return directory;
}

interface Keys {
  readonly keyEncryptionKey: KeyEncryptionKey;
  readonly olderKeyEncryptionKeys: readonly KeyEncryptionKey[];
}

async function keysOf({ key, olderKeys = [], keyService }: ContextsConfiguration, files: Files): Promise<Keys> {
  return await withKeyService(keyService, 'contexts.keyService', async (wrapper) => ({
    keyEncryptionKey: await keyEncryptionKeyFromFile(files.path(key), wrapper),
    olderKeyEncryptionKeys: await Promise.all(
      olderKeys.map((file) => keyEncryptionKeyFromFile(files.path(file), wrapper)),
    ),
  }));
}

function allOf({ keyEncryptionKey, olderKeyEncryptionKeys }: Keys): readonly [KeyEncryptionKey, ...KeyEncryptionKey[]] {
  return [keyEncryptionKey, ...olderKeyEncryptionKeys];
}

/** Removes what is over, now and then: the longer that takes, the less often. @returns what ends it */
function pruning(store: ContextStore): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const prune = async (): Promise<void> => {
    const beforeMs = performance.now();
    // What cannot be removed now can later.
    await store.prune(Date.now()).catch(() => undefined);
    wait((performance.now() - beforeMs) * PRUNE_SHARE);
  };
  const wait = (leastMs: number): void => {
    if (isOver) return;
    timer = setTimeout(() => void prune(), Math.max(PRUNE_MS, leastMs)).unref();
  };
  wait(0);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
