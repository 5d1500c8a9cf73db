/** What the steps of a responder cost with a store: a context issued, a message with its replay check, a cancel. */
import { contextOf, type SecurityContext } from '@parley/core';
import { seededOctets } from '../corpus.ts';
import type { Places, StoreName } from './places.ts';

export const OPERATIONS = ['issue', 'look-up', 'replay check', 'message', 'cancel'] as const;

export interface StoreRow {
  readonly store: StoreName;
  readonly operation: (typeof OPERATIONS)[number];
  readonly perSecond: number;
  /** Of this process, an operation: what the node pays, not the server. */
  readonly cpuUs: number;
}

export interface RateSettings {
  readonly operations: number;
  readonly rounds: number;
  readonly atOnce: number;
}

/** Messages are remembered for as long as fresh ones are. */
const FRESH_MS = 300_000;
const SECRET = seededOctets('a context of a store', 32);

export function contextNamed(index: number, round = 0): SecurityContext {
  const number = index.toString(16).padStart(12, '0');
  const identifier = `urn:uuid:00000000-0000-4000-8000-${String(round).padStart(4, '0')}${number.slice(4)}`;
  return contextCalled(identifier, `p${index % 1000}`);
}

export function contextCalled(identifier: string, principal: string): SecurityContext {
  return contextOf({ identifier, secret: SECRET, principal, createdAtMs: Date.now() });
}

/** The last of the rounds. */
export async function ratesOf(store: StoreName, places: Places, settings: RateSettings): Promise<readonly StoreRow[]> {
  let rows: readonly StoreRow[] = [];
  for (let round = 0; round < settings.rounds; round++) rows = await oneRound(store, places, settings, round);
  return rows;
}

async function oneRound(
  store: StoreName,
  { contexts, replays }: Places,
  { operations, atOnce }: RateSettings,
  round: number,
): Promise<readonly StoreRow[]> {
  const nowMs = Date.now();
  const all = Array.from({ length: operations }, (_, index) => contextNamed(index, round));
  const check = async ({ identifier, principal = '' }: SecurityContext, kind: string): Promise<unknown> =>
    await replays.insertIfAbsent(identifier, `${kind} ${round}`, nowMs + FRESH_MS, nowMs, { owner: principal });
  const steps: Readonly<Record<StoreRow['operation'], (context: SecurityContext) => Promise<unknown>>> = {
    issue: async (context) => await contexts.insert(context),
    'look-up': async ({ identifier }) => (await contexts.get(identifier)) !== undefined,
    'replay check': async (context) => await check(context, 'alone'),
    message: async (context) =>
      (await contexts.get(context.identifier)) !== undefined && (await check(context, 'whole')),
    cancel: async ({ identifier }) => await contexts.cancel(identifier, nowMs),
  };
  const rows: StoreRow[] = [];
  for (const operation of OPERATIONS) {
    const startMs = performance.now();
    const before = process.cpuUsage();
    await inTurn(all, atOnce, steps[operation]);
    const { user, system } = process.cpuUsage(before);
    const seconds = (performance.now() - startMs) / 1000;
    rows.push({ store, operation, perSecond: operations / seconds, cpuUs: (user + system) / operations });
  }
  return rows;
}

/** So many under way at one time. @throws Error a step that did not do what it was for */
async function inTurn(
  all: readonly SecurityContext[],
  atOnce: number,
  step: (context: SecurityContext) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const line = async (): Promise<void> => {
    for (let context = all[next++]; context !== undefined; context = all[next++])
      if ((await step(context)) !== true) throw new Error(`${context.identifier}: a step that was not done`);
  };
  await Promise.all(Array.from({ length: atOnce }, line));
}
