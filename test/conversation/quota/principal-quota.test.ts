/** What one principal may have and ask for: by law never more, and the tables are no larger than what they count. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PrincipalQuota } from '../../../packages/conversation/src/quota/principal-quota.ts';
import { RequestBudget } from '../../../packages/conversation/src/quota/request-budget.ts';
import { isForgotten, isOver, retentionOf } from '../../../packages/conversation/src/store/retention.ts';
import { sampleContext } from '../sample-context.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2030, 0, 1);
const quotaOf = (perPrincipal: number, total = 1000, canForget = true): PrincipalQuota =>
  new PrincipalQuota(perPrincipal, total, { requests: new RequestBudget('requests', 1000, 600, 1000) }, canForget);

describe('T55: contexts', () => {
  test('that are over give way to new ones, the oldest first', () => {
    const quota = quotaOf(2);
    expect(quota.take('alice', 'urn:1', START + 1, START)).toBeUndefined();
    expect(quota.take('alice', 'urn:2', START + HOUR, START)).toBeUndefined();
    expect(() => quota.take('alice', 'urn:3', START + HOUR, START)).toThrow('internal.quota');
    expect(quota.take('alice', 'urn:3', START + HOUR, START + 1)).toBe('urn:1');
    expect(() => quota.take('alice', 'urn:4', START + HOUR, START + 1)).toThrow('internal.quota');
    quota.cancelled('urn:2', START + 1);
    expect(quota.take('alice', 'urn:4', START + HOUR, START + 1)).toBe('urn:2');
    expect(quota.size).toBe(2);
  });

  test('that are over count while a store remembers them that cannot forget', () => {
    const quota = quotaOf(2, 1000, false);
    quota.take('alice', 'urn:1', START + 1, START);
    quota.take('alice', 'urn:2', START + HOUR, START);
    quota.cancelled('urn:2', START);
    expect(() => quota.take('alice', 'urn:3', START + HOUR, START + MINUTE)).toThrow('internal.quota');
    quota.take('bob', 'urn:4', START + HOUR, START);
    quota.take('alice', 'urn:5', START + HOUR, START + 12 * MINUTE);
    expect(() => quota.take('alice', 'urn:6', START + HOUR, START + 14 * MINUTE)).toThrow('internal.quota');
    quota.take('alice', 'urn:7', START + HOUR, START + 17 * MINUTE);
    expect(quota.size).toBe(3);
  });

  test('that are renewed count on', () => {
    const quota = quotaOf(1);
    quota.take('alice', 'urn:1', START + 10_000, START);
    quota.renewed('urn:1', START + 10 * HOUR);
    expect(() => quota.take('alice', 'urn:2', START + HOUR, START + 9 * HOUR)).toThrow('internal.quota');
    quota.take('alice', 'urn:2', START + 20 * HOUR, START + 11 * HOUR);
  });

  test('of all together are bounded, and the table forgets principals', () => {
    const quota = quotaOf(1, 50);
    for (let number = 0; number < 50; number++) quota.take(`p${number}`, `urn:${number}`, START + MINUTE, START);
    expect(() => quota.take('p51', 'urn:51', START + MINUTE, START)).toThrow('internal.quota');
    quota.take('p51', 'urn:51', START + 2 * HOUR, START + HOUR);
    expect(quota.size).toBe(1);
    quota.release('urn:51');
    quota.release('urn:51');
    expect(quota.size).toBe(0);
  });

  test('property: no principal has more records in a store than its quota, whatever it does', () => {
    const step = fc.record({
      act: fc.constantFrom('issue', 'issue', 'issue', 'renew', 'cancel', 'prune'),
      principal: fc.constantFrom('alice', 'bob'),
      which: fc.nat(5),
      lifeMs: fc.integer({ min: 1, max: 10 * HOUR }),
      moveMs: fc.integer({ min: -MINUTE, max: HOUR }),
    });
    const property = fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const quota = quotaOf(3);
      const retention = retentionOf({});
      const store = new Map<string, ReturnType<typeof sampleContext>>();
      let now = START;
      let latest = START;
      for (const [index, { act, principal, which, lifeMs, moveMs }] of steps.entries()) {
        now += moveMs;
        latest = Math.max(latest, now);
        const own = [...store.values()].filter((context) => context.principal === principal);
        const live = own.filter(({ cancelledAtMs }) => cancelledAtMs === undefined)[which];
        if (act === 'issue') {
          const identifier = `urn:${index}`;
          try {
            const over = quota.take(principal, identifier, now + lifeMs, now);
            if (over !== undefined) expect(isOver(store.get(over)!, now)).toBe(true);
            if (over !== undefined) store.delete(over);
            store.set(identifier, sampleContext(identifier, { principal, expiresAtMs: now + lifeMs }));
          } catch {
            // Refused while there may be room: never the other way round.
          }
        } else if (act === 'renew' && live !== undefined) {
          quota.renewed(live.identifier, now + lifeMs);
          store.set(live.identifier, { ...live, expiresAtMs: now + lifeMs });
        } else if (act === 'cancel' && live !== undefined) {
          quota.cancelled(live.identifier, now);
          store.set(live.identifier, { ...live, keys: [], cancelledAtMs: now });
        }
        // The store is pruned as often as can be.
        for (const context of store.values())
          if (isForgotten(context, retention, latest)) store.delete(context.identifier);
        for (const name of ['alice', 'bob'])
          expect([...store.values()].filter((context) => context.principal === name).length).toBeLessThanOrEqual(3);
        expect(quota.size).toBeLessThanOrEqual(6);
      }
    });
    fc.assert(property, { numRuns: 200 });
  });
});

describe('T55 T68: requests', () => {
  test('are so many at once, and come back with time', () => {
    const budget = new RequestBudget('requests', 3, 60, 10);
    for (let number = 0; number < 3; number++) budget.spend('alice', START);
    expect(() => budget.spend('alice', START)).toThrow('internal.quota');
    budget.spend('bob', START);
    budget.spend('alice', START + 1000);
    expect(() => budget.spend('alice', START + 1999)).toThrow('internal.quota');
    // A clock that goes back gives nothing.
    expect(() => budget.spend('alice', START - HOUR / 20)).toThrow('internal.quota');
    budget.spend('alice', START + 2000);
  });

  test('of principals that have all again are forgotten, and of no more than so many known', () => {
    const budget = new RequestBudget('requests', 2, 60, 100);
    for (let number = 0; number < 100; number++) budget.spend(`p${number}`, START);
    expect(() => budget.spend('one more', START)).toThrow('internal.quota');
    budget.spend('p5', START);
    for (let number = 0; number < 300_000; number++) budget.spend(`q${number}`, START + 2000 + number * 20);
    expect(budget.size).toBeLessThanOrEqual(100);
  });
});
