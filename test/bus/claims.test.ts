import { fc, test as lawTest } from '@fast-check/vitest';
import { MemoryClaims } from '@parley/bus';
import { expect, test } from 'vitest';

const entry = (key: string, untilMs: number) => ({ scope: 's', key, untilMs });

lawTest.prop([fc.array(fc.record({ key: fc.nat(300), place: fc.nat(3), stepMs: fc.nat(30_000) }), { maxLength: 400 })])(
  'a claim is of the place that made it first, as long as it lasts',
  (steps) => {
    const claims = new MemoryClaims({ lagMaxMs: 60_000 });
    const model = new Map<number, number>();
    let nowMs = 1_000_000;
    for (const { key, place, stepMs } of steps) {
      nowMs += stepMs;
      const untilMs = 1_000_000 + key * 10_000;
      const isOver = untilMs + 60_000 <= nowMs;
      const isOf = claims.claim(entry(String(key), untilMs), String(place), nowMs, { owner: '' });
      if (isOver) {
        expect(isOf).toBe(false);
        continue;
      }
      if (!model.has(key)) model.set(key, place);
      expect(isOf).toBe(model.get(key) === place);
    }
    // What is over is forgotten with its minute.
    const lasting = [...model.keys()].filter((key) => 1_000_000 + key * 10_000 + 60_000 > nowMs - 60_000);
    expect(claims.size).toBeLessThanOrEqual(lasting.length);
  },
);

test('a partition that is behind by less than the lag is served; one further behind is refused', () => {
  const claims = new MemoryClaims({ lagMaxMs: 60_000 });
  expect(claims.claim(entry('late', 10_000), 'a', 100_000, { owner: '' })).toBe(false);
  expect(claims.claim(entry('behind', 50_000), 'b', 5000, { owner: '' })).toBe(true);
  expect(claims.claim(entry('behind', 50_000), 'c', 100_000, { owner: '' })).toBe(false);
});

test('one owner leaves room for the others', () => {
  const claims = new MemoryClaims({ entriesMax: 1000 });
  const held = (owner: string): number => {
    for (let count = 0; ; count++) {
      try {
        claims.claim(entry(`${owner}${count}`, 1e6), 'p', 0, { owner });
      } catch (error) {
        expect(error).toMatchObject({ code: 'internal.quota' });
        return count;
      }
    }
  };
  expect(held('greedy')).toBe(750);
  expect(held('another')).toBeGreaterThan(150);
  expect(claims.size).toBeLessThan(1000);
});

test('ten thousand claims are told apart', () => {
  const claims = new MemoryClaims();
  for (let index = 0; index < 10_000; index++) claims.claim(entry(`k${index}`, 1e6), `p${index}`, 0, { owner: '' });
  const wrong = Array.from({ length: 10_000 }, (_, index) => index).filter((index) => {
    const again = claims.claim(entry(`k${index}`, 1e6), `p${index}`, 0, { owner: '' });
    return !again || claims.claim(entry(`k${index}`, 1e6), `q${index}`, 0, { owner: '' });
  });
  expect(wrong).toEqual([]);
});
