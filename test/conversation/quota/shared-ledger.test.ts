/** What one principal may have in a store that several responders issue into, each in a process of its own or after a restart. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ContextStore, MemoryContextStore } from '@parley/conversation';
import { KeyEncryptionKey, openLmdbContextStore } from '@parley/stores';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOver } from '../../../packages/conversation/src/store/retention.ts';
import { issue, must, refusal, renew, sent, TLS, world } from '../conversation-fixture.ts';

const MAX = 3;
type World = ReturnType<typeof world>;

let worlds = 0;
const over = (store: ContextStore): World =>
  world('200512', '1.2', { store, contextsPerPrincipalMax: MAX }, `world ${worlds++}`);

async function counted(store: ContextStore, nowMs: number): Promise<{ records: number; live: number }> {
  let [records, live] = [0, 0];
  for await (const identifier of store.list()) {
    records++;
    const context = await store.get(identifier);
    if (context !== undefined && !isOver(context, nowMs)) live++;
  }
  return { records, live };
}

const ask = async (place: World, contextLifetimeMs = 3_600_000) =>
  place.responder.receive(sent(place.initiator({ contextLifetimeMs }).requestIssue(TLS)), TLS);

describe('T55: one principal, at several responders over one store', () => {
  test('has no more contexts than at one, nor after a restart', async () => {
    const store = new MemoryContextStore();
    const [one, other] = [over(store), over(store)];
    for (const place of [one, other, one]) must(await ask(place), 'issued');
    for (const place of [one, other, over(store)]) expect(refusal(await ask(place))).toBe('internal.quota');
    expect(await counted(store, one.ambient.now)).toEqual({ records: MAX, live: MAX });
  });

  test('gets a new one when one is over, whoever ended it', async () => {
    const store = new MemoryContextStore();
    const one = over(store);
    const initiator = one.initiator();
    await issue(one, initiator);
    must(await ask(one), 'issued');
    must(await ask(one), 'issued');
    const other = over(store);
    expect(refusal(await ask(other))).toBe('internal.quota');
    must(await one.responder.receive(sent(initiator.requestCancel(TLS)), TLS), 'cancelled');
    other.ambient.now += 1001;
    must(await ask(other), 'issued');
    expect(await counted(store, other.ambient.now)).toEqual({ records: MAX, live: MAX });
  });

  test('counts what was renewed for as long as it lives, however often the store is pruned', async () => {
    const store = new MemoryContextStore();
    const place = over(store);
    for (let count = 0; count < MAX; count++) {
      const initiator = place.initiator({ contextLifetimeMs: 10_000 });
      await issue(place, initiator);
      await renew(place, initiator);
    }
    const other = over(store);
    other.ambient.now = place.ambient.now + 3_600_000;
    expect(await store.prune(other.ambient.now)).toBe(0);
    expect(refusal(await ask(other))).toBe('internal.quota');
  });

  test('has no more in a folder that two have open, nor when one of them opens it again', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'parley-ledger-'));
    const keyEncryptionKey = new KeyEncryptionKey(new Uint8Array(32).fill(9));
    const opened = async (): Promise<ContextStore> => openLmdbContextStore({ directory, keyEncryptionKey });
    const [one, other] = [await opened(), await opened()];
    const places = [over(one), over(other)];
    const replies = await Promise.all([...places, ...places, ...places].map((place) => ask(place)));
    expect(replies.filter(({ kind }) => kind === 'issued')).toHaveLength(MAX);
    await one.close();
    const again = await opened();
    expect(refusal(await ask(over(again)))).toBe('internal.quota');
    expect(await counted(again, places[0]!.ambient.now)).toEqual({ records: MAX, live: MAX });
    await Promise.all([other.close(), again.close()]);
    await rm(directory, { recursive: true });
  });

  test('is not charged with what was never stored', async () => {
    const whole = new MemoryContextStore();
    let fails = true;
    const store = new Proxy(whole, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (name === 'insert' && fails) return () => Promise.reject(new Error('disk'));
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    const place = over(store);
    for (let count = 0; count < 10; count++) expect(refusal(await ask(place))).not.toBe('internal.quota');
    fails = false;
    for (let count = 0; count < MAX; count++) must(await ask(place), 'issued');
  });

  test('property: never has more, whatever is asked of whom, at once or one after the other', async () => {
    const step = fc.record({
      act: fc.constantFrom('issue', 'issue', 'at once', 'cancel', 'prune', 'restart'),
      at: fc.nat(1),
      lifeMs: fc.integer({ min: 1, max: 3_600_000 }),
      moveMs: fc.integer({ min: 0, max: 1_800_000 }),
    });
    const property = fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const store = new MemoryContextStore();
      const places = [over(store), over(store)];
      let now = places[0]!.ambient.now;
      for (const { act, at, lifeMs, moveMs } of steps) {
        now += moveMs;
        if (act === 'restart') places[at] = over(store);
        for (const place of places) place.ambient.now = now;
        if (act === 'prune') await store.prune(now);
        if (act === 'issue') await ask(places[at]!, lifeMs);
        if (act === 'at once') await Promise.all([...places, ...places].map((place) => ask(place, lifeMs)));
        if (act === 'cancel') for await (const identifier of store.list()) await store.cancel(identifier, now);
        expect((await counted(store, now)).records).toBeLessThanOrEqual(MAX);
      }
    });
    await fc.assert(property, { numRuns: 40 });
  });
});
