import { test } from '@fast-check/vitest';
import { OldestFirst } from '@parley/core/internal';
import fc from 'fast-check';
import { expect } from 'vitest';

const key = fc.integer({ min: 0, max: 7 });
const step = fc.oneof(
  fc.record({ put: key, value: fc.integer() }),
  fc.record({ remove: key }),
  fc.constant('oldest' as const),
  fc.constant('clear' as const),
);

test.prop([fc.array(step, { maxLength: 60 })])('it is a Map in which what is put is the newest', (steps) => {
  const model = new Map<number, number>();
  const tried = new OldestFirst<number, number>();
  for (const each of steps) {
    if (each === 'clear') {
      model.clear();
      tried.clear();
    } else if (each === 'oldest') {
      const { oldest } = tried;
      expect(oldest).toBe([...model.keys()][0]);
      if (oldest !== undefined) {
        model.delete(oldest);
        tried.delete(oldest);
      }
    } else if ('remove' in each) {
      model.delete(each.remove);
      tried.delete(each.remove);
    } else {
      model.delete(each.put);
      model.set(each.put, each.value);
      tried.put(each.put, each.value);
    }
    expect([...tried]).toEqual([...model]);
    expect(tried.size).toBe(model.size);
    for (let of = 0; of < 8; of++) expect([tried.has(of), tried.get(of)]).toEqual([model.has(of), model.get(of)]);
  }
});

test.prop([fc.uniqueArray(key)])('what an iteration has given may be deleted meanwhile', (keys) => {
  const tried = new OldestFirst<number, string>();
  for (const each of keys) tried.put(each, 'value');
  const given: number[] = [];
  for (const [each] of tried) {
    given.push(each);
    tried.delete(each);
  }
  expect(given).toEqual(keys);
  expect(tried.size).toBe(0);
});
