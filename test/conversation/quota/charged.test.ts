// Whatever fails while a context is stored, nothing stays charged for it, and what failed first is told.
import { MemoryContextStore } from '@parley/conversation';
import { Fault } from '@parley/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { storeOnce } from '../../../packages/conversation/src/quota/charged.ts';
import { START_MS, sampleContext } from '../sample-context.ts';

const STEPS = ['quota.take', 'ledger.take', 'total.take', 'store.insert'] as const;
const UNDOING = ['quota.release', 'ledger.release', 'total.release'] as const;
type Step = (typeof STEPS)[number] | (typeof UNDOING)[number];

const failing = new Set<Step>();
/** What is charged, by account. */
const charged = { quota: new Set<string>(), ledger: new Set<string>(), total: new Set<string>() };
let done: Step[] = [];

beforeEach(() => {
  failing.clear();
  for (const account of Object.values(charged)) account.clear();
  done = [];
});

function step(name: Step): void {
  done.push(name);
  if (failing.has(name)) throw new Fault('internal.store-unavailable', { step: name });
}

class FailingStore extends MemoryContextStore {
  override async insert(context: Parameters<MemoryContextStore['insert']>[0]): Promise<boolean> {
    step('store.insert');
    return await super.insert(context);
  }
}

/** Accounts of the shape of those of a responder, which fail where they are told to. */
function accounts(store: MemoryContextStore): Parameters<typeof storeOnce>[2] {
  const account = (name: keyof typeof charged) => ({
    take: (identifier: string): undefined => {
      step(`${name}.take`);
      charged[name].add(identifier);
      return undefined;
    },
    release: (identifier: string): void => {
      step(`${name}.release`);
      charged[name].delete(identifier);
    },
  });
  const [quota, ledger, total] = [account('quota'), account('ledger'), account('total')];
  const made = {
    store,
    quota: {
      has: (identifier: string) => charged.quota.has(identifier),
      take: (_: string, identifier: string) => quota.take(identifier),
      release: quota.release,
    },
    ledger: {
      take: async ({ identifier }: { identifier: string }) => ledger.take(identifier),
      release: async (_: string, identifier: string) => ledger.release(identifier),
    },
    total: {
      take: async ({ identifier }: { identifier: string }) => total.take(identifier),
      release: async ({ identifier }: { identifier: string }) => total.release(identifier),
    },
  };
  return made as unknown as Parameters<typeof storeOnce>[2];
}

const context = () => sampleContext('urn:uuid:1', { principal: 'alice' });
const nothingCharged = (): void => {
  for (const account of Object.values(charged)) expect(account.size).toBe(0);
};

describe('T55: a context that is not stored', () => {
  test('for want of nothing is charged everywhere', async () => {
    expect(await storeOnce(context(), START_MS, accounts(new FailingStore()))).toBe(true);
    expect(done).toEqual(STEPS);
    for (const account of Object.values(charged)) expect([...account]).toEqual(['urn:uuid:1']);
  });

  test.each(STEPS)('because %s fails leaves no charge, and says why', async (name) => {
    failing.add(name);
    const stored = storeOnce(context(), START_MS, accounts(new FailingStore()));
    await expect(stored).rejects.toMatchObject({ detail: { step: name } });
    nothingCharged();
  });

  test.each(UNDOING)('says what failed first, though %s fails, too; all others are undone', async (name) => {
    failing.add('store.insert').add(name);
    const stored = storeOnce(context(), START_MS, accounts(new FailingStore()));
    await expect(stored).rejects.toMatchObject({ detail: { step: 'store.insert' } });
    for (const [account, names] of Object.entries(charged)) expect(names.size).toBe(name.startsWith(account) ? 1 : 0);
  });

  test('because there is one of that name leaves no charge; one that cannot be undone is told', async () => {
    const store = new FailingStore();
    await store.insert(context());
    expect(await storeOnce(context(), START_MS, accounts(store))).toBe(false);
    nothingCharged();
    failing.add('total.release');
    await expect(storeOnce(context(), START_MS, accounts(store))).rejects.toMatchObject({
      detail: { step: 'total.release' },
    });
    expect([charged.quota.size, charged.ledger.size]).toEqual([0, 0]);
  });

  test('because another is charged by that name takes nothing of its', async () => {
    const place = accounts(new FailingStore());
    expect(await storeOnce(context(), START_MS, place)).toBe(true);
    done = [];
    expect(await storeOnce(context(), START_MS, place)).toBe(false);
    expect(done).toEqual([]);
  });
});
