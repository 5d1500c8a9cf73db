/** How many contexts all principals together may have in a store that several responders issue into. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ContextStore, MemoryContextStore } from '@parley/conversation';
import { KeyEncryptionKey, openLmdbContextStore } from '@parley/stores';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forgetCounted } from '../../../packages/conversation/src/quota/charged.ts';
import { SharedTotal } from '../../../packages/conversation/src/quota/shared-total.ts';
import { MemoryRecords } from '../../../packages/conversation/src/store/record-store.ts';
import { issue, must, refusal, renew, sent, TLS, world } from '../conversation-fixture.ts';

const MAX = 4;
type World = ReturnType<typeof world>;

let worlds = 0;
const over = (store: ContextStore): World => world('200512', '1.2', { store, contextsMax: MAX }, `total ${worlds++}`);

const ask = async (place: World, contextLifetimeMs = 3_600_000) =>
  place.responder.receive(sent(place.initiator({ contextLifetimeMs }).requestIssue(TLS)), TLS);

describe('T55: all principals, at several responders over one store', () => {
  test('have no more contexts than at one, nor after a restart', async () => {
    const store = new MemoryContextStore();
    const [one, other] = [over(store), over(store)];
    for (const place of [one, other, one, other]) must(await ask(place), 'issued');
    for (const place of [one, other, over(store)]) expect(refusal(await ask(place))).toBe('internal.quota');
  });

  test('have room again when one is forgotten that was cancelled, and while one is renewed they have not', async () => {
    const store = new MemoryContextStore();
    const place = over(store);
    const [ended, kept] = [place.initiator(), place.initiator({ contextLifetimeMs: 600_000 })];
    await issue(place, ended);
    await issue(place, kept);
    await renew(place, kept);
    must(await ask(place), 'issued');
    must(await ask(place), 'issued');
    must(await place.responder.receive(sent(ended.requestCancel(TLS)), TLS), 'cancelled');
    const other = over(store);
    expect(refusal(await ask(other))).toBe('internal.quota');
    // The tombstone of the one is gone; of the three others, none.
    other.ambient.now = place.ambient.now + 30 * 60_000;
    must(await ask(other), 'issued');
    expect(refusal(await ask(other))).toBe('internal.quota');
  });

  test('have no more in a folder that two have open', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'parley-total-'));
    const keyEncryptionKey = new KeyEncryptionKey(new Uint8Array(32).fill(9));
    const stores = await Promise.all([1, 2].map(() => openLmdbContextStore({ directory, keyEncryptionKey })));
    const places = [...stores, ...stores, ...stores, ...stores].map(over);
    const replies = await Promise.all(places.map((place) => ask(place)));
    expect(replies.filter(({ kind }) => kind === 'issued')).toHaveLength(MAX);
    for (const store of stores) await store.close();
    await rm(directory, { recursive: true });
  });
});

const NOW = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;

const step = fc.record({
  kind: fc.constantFrom('take' as const, 'move' as const, 'release' as const, 'wait' as const),
  which: fc.nat(40),
  ms: fc.integer({ min: 1, max: 50 * 24 * HOUR_MS }),
});

test('T55: whatever is taken, moved, released and waited for: as many as are there are counted, and none longer than a quarter of a day too long', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const max = 4;
      const [total, there] = [new SharedTotal(new MemoryRecords(), max), new Map<string, number>()];
      let nowMs = NOW;
      // Forgotten when it was over: its place comes free by time.
      const late: number[] = [];
      const liveAt = (slackMs: number): number =>
        [...there.values(), ...late].filter((endMs) => endMs + slackMs > nowMs).length;
      for (const [index, { kind, which, ms }] of steps.entries()) {
        const identifier = [...there.keys()].at(which % Math.max(1, there.size));
        if (kind === 'wait') nowMs += ms / 50;
        else if (kind === 'take') {
          const isTaken = await total.take({ identifier: `${index}`, untilMs: nowMs + ms }, nowMs).then(
            () => true,
            () => false,
          );
          if (isTaken) there.set(`${index}`, nowMs + ms);
          // Nobody has more, and nobody is refused while there is room.
          expect(liveAt(0)).toBeLessThanOrEqual(max);
          if (!isTaken) expect(liveAt(HOUR_MS * 6)).toBeGreaterThanOrEqual(max);
        } else if (identifier !== undefined) {
          const beforeMs = there.get(identifier) ?? 0;
          if (kind === 'release') {
            await total.release({ identifier, untilMs: beforeMs }, nowMs);
            there.delete(identifier);
            if (beforeMs <= nowMs) late.push(beforeMs);
          } else {
            await total.moved({ identifier, untilMs: nowMs + ms }, beforeMs, nowMs);
            there.set(identifier, nowMs + ms);
          }
        }
      }
    }),
  );
});

test('T55: a large number is shared out, and all of it can be had, given back and had again', async () => {
  const max = 20_003;
  const records = new MemoryRecords();
  const total = new SharedTotal(records, max);
  const named = (index: number): { identifier: string; untilMs: number } => ({
    identifier: `urn:uuid:${index}`,
    untilMs: NOW + HOUR_MS,
  });
  const take = async (index: number, nowMs: number, of = total): Promise<boolean> =>
    of.take(named(index), nowMs).then(
      () => true,
      () => false,
    );
  for (let index = 0; index < max; index++) expect(await take(index, NOW)).toBe(true);
  expect(await take(max, NOW)).toBe(false);
  // Some of these were counted in another part than their own; and what another process gave back is found after a second.
  const other = new SharedTotal(records, max);
  const [start, end] = [max - 500, max];
  for (let index = start; index < end; index++) await other.release(named(index), NOW);
  let more = 0;
  for (let index = end; more < end - start; index++) if (await take(index, NOW + 1001)) more++;
  expect(await take(max * 2, NOW + 3000)).toBe(false);
  expect(await take(max * 2, NOW + HOUR_MS * 2)).toBe(true);
});

test('T55: one that two responders forget at once gives back one place', async () => {
  const store = new MemoryContextStore();
  const [one, other] = [over(store), over(store)];
  const ended = one.initiator();
  await issue(one, ended);
  must(await one.responder.receive(sent(ended.requestCancel(TLS)), TLS), 'cancelled');
  const total = new SharedTotal(store.records, MAX);
  const forgotten = (await identifiersIn(store)).flatMap((identifier) =>
    [1, 2].map(() => forgetCounted(identifier, one.ambient.now, { store, total })),
  );
  await Promise.all(forgotten);
  for (const place of [one, other, one, other]) must(await ask(place), 'issued');
  expect(refusal(await ask(over(store)))).toBe('internal.quota');
});

test('T55: one that is forgotten long after it was over gives back no place of another', async () => {
  const store = new MemoryContextStore();
  const place = over(store);
  must(await ask(place, 600_000), 'issued');
  const [short = ''] = await identifiersIn(store);
  must(await ask(place), 'issued');
  const later = over(store);
  later.ambient.now = place.ambient.now + 40 * 60_000;
  await forgetCounted(short, later.ambient.now, { store, total: new SharedTotal(store.records, MAX) });
  for (let count = 1; count < MAX; count++) must(await ask(later), 'issued');
  expect(refusal(await ask(later))).toBe('internal.quota');
});

async function identifiersIn(store: ContextStore): Promise<readonly string[]> {
  const identifiers: string[] = [];
  for await (const identifier of store.list()) identifiers.push(identifier);
  return identifiers;
}
