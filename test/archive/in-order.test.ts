/** Work that is begun ahead of its turn, and comes in order. */
import { expect, test } from 'vitest';
import { inOrder } from '../../packages/archive/src/units/in-order.ts';

/** Ends each piece of work in the order of `ends`, and says how many were under way at most. */
function workshop(ends: readonly number[]) {
  const ended = new Map<number, () => void>();
  let underWay = 0;
  const seen = { atMost: 0, begun: [] as number[] };
  const make = async (item: number): Promise<number> => {
    seen.begun.push(item);
    underWay += 1;
    seen.atMost = Math.max(seen.atMost, underWay);
    await new Promise<void>((resolve) => ended.set(item, resolve));
    underWay -= 1;
    return item * 10;
  };
  const end = async (): Promise<void> => {
    for (const item of ends) {
      while (!ended.has(item)) await new Promise(setImmediate);
      ended.get(item)?.();
    }
  };
  return { make, end, seen, left: () => underWay };
}

test('what comes of each comes in order, whichever is done first, and no more are under way than may be', async () => {
  const shop = workshop([2, 1, 0, 3, 5, 4]);
  void shop.end();
  const made: number[] = [];
  for await (const each of inOrder([0, 1, 2, 3, 4, 5], 3, shop.make)) made.push(each);
  expect(made).toEqual([0, 10, 20, 30, 40, 50]);
  expect(shop.seen.atMost).toBe(3);
});

test('what fails, fails in its turn; what was begun behind it is waited for, and nothing more is begun', async () => {
  const shop = workshop([3, 2]);
  const make = async (item: number): Promise<number> => {
    if (item === 1) throw new Error('one');
    return item < 2 ? item : await shop.make(item);
  };
  const made: number[] = [];
  const reading = (async () => {
    for await (const each of inOrder([0, 1, 2, 3, 4, 5], 3, make)) made.push(each);
  })();
  void shop.end();
  await expect(reading).rejects.toThrow('one');
  expect(made).toEqual([0]);
  expect(shop.seen.begun).toEqual([2, 3]);
  expect(shop.left()).toBe(0);
});

test('who leaves early finds nothing under way', async () => {
  const shop = workshop([0, 1, 2]);
  void shop.end();
  for await (const each of inOrder([0, 1, 2, 3], 3, shop.make)) {
    expect(each).toBe(0);
    break;
  }
  expect(shop.left()).toBe(0);
});
