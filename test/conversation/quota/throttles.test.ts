/** What all who share a store count together: requests, messages, bootstraps of addresses, wrong passwords. */
import { MemoryContextStore, MemoryRecords } from '@parley/conversation';
import { Fault, Secret } from '@parley/core';
import type { PasswordAttempt } from '@parley/engine';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressGroup } from '../../../packages/conversation/src/quota/address-group.ts';
import { RequestBudget } from '../../../packages/conversation/src/quota/request-budget.ts';
import { SharedBudget } from '../../../packages/conversation/src/quota/shared-budget.ts';
import { applicationEnvelope, issue, octets, PASSWORD, sent, TLS, world } from '../conversation-fixture.ts';

const MINUTE_MS = 60_000;
type World = ReturnType<typeof world>;

const code = async (work: Promise<unknown>): Promise<string> =>
  await work.then(
    () => 'taken',
    (error: unknown) => (error instanceof Fault ? error.code : String(error)),
  );

describe('T55: a budget in a store', () => {
  test('gives no more than its burst and what came back, whoever of many takes it, whatever becomes of clocks', async () => {
    const step = fc.record({ who: fc.nat(2), node: fc.nat(1), laterMs: fc.integer({ min: -5000, max: 20_000 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 60 }),
        async (steps, burst, perMinute) => {
          const records = new MemoryRecords();
          const nodes = [0, 1].map(() => new SharedBudget(records, 'requests', { burst, perMinute }));
          const taken = new Map<number, { readonly firstMs: number; count: number }>();
          let [nowMs, latestMs] = [MINUTE_MS, MINUTE_MS];
          for (const { who, node, laterMs } of steps) {
            nowMs = Math.max(0, nowMs + laterMs);
            latestMs = Math.max(latestMs, nowMs);
            const answer = await code(nodes[node]!.take(`${who}`, nowMs));
            if (answer !== 'taken') {
              expect(answer).toBe('internal.quota');
              continue;
            }
            const own = taken.get(who) ?? { firstMs: nowMs, count: 0 };
            taken.set(who, own);
            own.count++;
          }
          // What comes back does so from when the first was taken, which a clock that was set back can put before the beginning.
          for (const { firstMs, count } of taken.values())
            expect(count).toBeLessThanOrEqual(burst + ((latestMs - firstMs) / MINUTE_MS) * perMinute + 1e-9);
        },
      ),
      {
        numRuns: 100,
        examples: [
          [
            [
              { who: 0, node: 0, laterMs: -8 },
              { who: 0, node: 1, laterMs: 20_000 },
            ],
            1,
            3,
          ],
        ],
      },
    );
  });

  test('whoever invents names fills no store, and keeps nobody out who was there', async () => {
    let kept = 0;
    const records = new MemoryRecords();
    const counting = {
      clear: (partition: string) => records.clear(partition),
      transact: <T>(partition: string, action: Parameters<typeof records.transact<T>>[1]) =>
        records.transact(partition, (within) =>
          action({
            get: (key) => within.get(key),
            remove: (key) => within.remove(key),
            put: (key, record, untilMs) => {
              kept = Math.max(kept, Object.keys(record as Readonly<Record<string, object>>).length);
              within.put(key, record, untilMs);
            },
          }),
        ),
    };
    const budget = new SharedBudget(counting, 'addresses', { burst: 2, perMinute: 1 });
    await budget.take('alice', 0);
    for (let name = 0; name < 20_000; name++) await budget.take(`invented ${name}`, 0);
    expect(kept).toBeLessThan(64);
    await budget.take('alice', 0);
    expect(await code(budget.take('alice', 0))).toBe('internal.quota');
  });

  test('what a node forgets, for it is full again, gives nothing to one whose clock is behind; a clock that had jumped is not waited for', async () => {
    // Names that are kept together, so that whoever asks for one forgets another.
    const partitions = new Map<string, string[]>();
    let asked = '';
    const watching = {
      clear: async (): Promise<void> => undefined,
      transact: async <T>(partition: string): Promise<T> => {
        asked = partition;
        throw new Fault('internal.store-unavailable', { reason: 'only asked' });
      },
    };
    const size = { burst: 1, perMinute: 60 };
    const watched = new SharedBudget(watching, 'requests', size);
    let together: string[] = [];
    for (let name = 0; together.length < 12; name++) {
      await code(watched.take(`name ${name}`, 0));
      together = [...(partitions.get(asked) ?? []), `name ${name}`];
      partitions.set(asked, together);
    }
    const [who = '', ...others] = together;
    const budget = new SharedBudget(new MemoryRecords(), 'requests', size);
    const taken: string[] = [];
    for (const other of others) {
      taken.push(await code(budget.take(who, 0)));
      await budget.take(other, 60_000);
    }
    expect(taken.filter((answer) => answer === 'taken')).toHaveLength(2);
    // An hour later on one, and back again: the others go on.
    await budget.take(others[0]!, 3_660_000);
    expect(await code(budget.take(who, 62_000))).toBe('taken');
  });

  test('T58: who asked by a clock that had jumped is not kept waiting until it gets there', async () => {
    const year = 365 * 86_400_000;
    const budget = new SharedBudget(new MemoryRecords(), 'requests', { burst: 2, perMinute: 60 });
    for (const nowMs of [0, year, year]) await budget.take('alice', nowMs);
    expect(await code(budget.take('alice', year))).toBe('internal.quota');
    for (const nowMs of [1000, 1000]) await budget.take('alice', nowMs);
    expect(await code(budget.take('alice', 1000))).toBe('internal.quota');
    await budget.take('alice', 2000);
    const own = new RequestBudget('requests', 1, 60, 10);
    own.spend('alice', year);
    own.spend('alice', 1000);
    expect(() => own.spend('alice', 1000)).toThrow('internal.quota');
    own.spend('alice', 2000);
  });

  test('what is given back can be taken again, and no more than there was', async () => {
    const budget = new SharedBudget(new MemoryRecords(), 'messages', { burst: 1, perMinute: 1 });
    await budget.give('alice', 0);
    await budget.take('alice', 0);
    expect(await code(budget.take('alice', 0))).toBe('internal.quota');
    await budget.give('alice', 0);
    await budget.give('alice', 0);
    await budget.take('alice', 0);
    expect(await code(budget.take('alice', 0))).toBe('internal.quota');
  });
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:0001:2::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
  ['behind the proxy', 'behind the proxy'],
  ['', ''],
])('the address %j counts as %j', (address, group) => {
  expect(addressGroup(address)).toBe(group);
});

const from = (address: string) => ({ ...TLS, address });
const asked = async (place: World, address: string, password = PASSWORD): Promise<string> => {
  const credential = { username: 'alice', password: Secret.copyOf(octets(password)) };
  const received = await place.responder.receive(
    sent(place.initiator({ credential }).requestIssue(TLS)),
    from(address),
  );
  return received.kind === 'refused' ? received.failure.code : received.kind;
};

describe('T55: two responders over one store', () => {
  let seeds = 0;
  const pair = (changes: Parameters<typeof world>[2]): readonly [World, World] => {
    const store = new MemoryContextStore();
    const one = (): World => world('200512', '1.2', { store, ...changes }, `throttles ${seeds++}`);
    return [one(), one()];
  };

  test('take no more requests of one principal than one would', async () => {
    const [one, other] = pair({ requestsPerPrincipalMax: 3, requestsPerPrincipalPerMinute: 1 });
    const answers: string[] = [];
    for (const place of [one, other, one, other, one]) answers.push(await asked(place, '192.0.2.1'));
    expect(answers).toEqual(['issued', 'issued', 'issued', 'internal.quota', 'internal.quota']);
  });

  test('nor more bootstraps from one address, proven or not, before anything of them is opened', async () => {
    let judged = 0;
    const [one, other] = pair({
      bootstrapsPerAddressPerMinute: 2,
      authenticate: () => {
        judged++;
        return undefined;
      },
    });
    const answers: string[] = [];
    for (const place of [one, other, one]) answers.push(await asked(place, '2001:db8::1', 'wrong'));
    answers.push(await asked(other, '2001:db8::2', 'wrong'), await asked(other, '192.0.2.1', 'wrong'));
    const wrong = 'peer.authentication-failed';
    expect(answers).toEqual([wrong, wrong, 'internal.quota', 'internal.quota', wrong]);
    expect(judged).toBe(3);
  });

  test('nor more messages; a replay costs nothing, and one that was refused may come again', async () => {
    const [one, other] = pair({ messagesPerPrincipalMax: 2, messagesPerPrincipalPerMinute: 1 });
    const initiator = one.initiator();
    await issue(one, initiator);
    const message = (): Uint8Array => sent(initiator.requestCall(applicationEnvelope('1.2', '<m xmlns="urn:m"/>')));
    const take = async (place: World, octetsOf: Uint8Array): Promise<string> => {
      const received = await place.responder.receive(octetsOf, TLS);
      return received.kind === 'refused' ? received.failure.code : received.kind;
    };
    const first = message();
    expect(await take(one, first)).toBe('message');
    for (let again = 0; again < 3; again++) expect(await take(one, first)).toBe('peer.replay');
    expect(await take(other, message())).toBe('message');
    const late = message();
    expect(await take(one, late)).toBe('internal.quota');
    expect(await take(other, late)).toBe('internal.quota');
    one.ambient.now += MINUTE_MS;
    other.ambient.now = one.ambient.now;
    expect(await take(one, late)).toBe('message');
  });
});

describe('T55: wrong passwords', () => {
  test('have to wait, longer each time, on all nodes; another address does not, and the right one ends it', async () => {
    const store = new MemoryContextStore();
    let judged = 0;
    const changes = {
      store,
      loginFailuresMax: 2,
      loginBackOffMs: 1000,
      authenticate: (attempt: PasswordAttempt) => {
        judged++;
        return attempt.kind === 'text' &&
          attempt.password.lend((given) => Buffer.from(given).equals(Buffer.from(PASSWORD)))
          ? 'alice'
          : undefined;
      },
    };
    const nodes = [0, 1].map((seed) => world('200512', '1.2', changes, `login ${seed}`));
    let turn = 0;
    const tryAt = async (laterMs: number, password: string, address = '192.0.2.1'): Promise<string> => {
      for (const node of nodes) node.ambient.now += laterMs;
      return await asked(nodes[turn++ % 2]!, address, password);
    };
    const wrong = 'peer.authentication-failed';
    for (let failure = 0; failure < 2; failure++) expect(await tryAt(0, 'wrong')).toBe(wrong);
    for (const waitMs of [1000, 2000, 4000, 8000]) {
      expect(await tryAt(waitMs - 1, PASSWORD)).toBe('internal.quota');
      expect(await tryAt(1, 'wrong')).toBe(wrong);
    }
    expect(judged).toBe(6);
    expect(await tryAt(0, PASSWORD, '192.0.2.2')).toBe('issued');
    expect(await tryAt(0, PASSWORD)).toBe('internal.quota');
    expect(await tryAt(16_000, PASSWORD)).toBe('issued');
    expect(await tryAt(0, 'wrong')).toBe(wrong);
    expect(await tryAt(0, PASSWORD)).toBe('issued');
  });
});
