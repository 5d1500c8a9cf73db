import { expect, test } from 'vitest';
import { Pace } from '../../../packages/cli/src/report/pace.ts';

function paceOf(messages: number, atMs: (message: number) => number): Pace {
  let nowMs = 0;
  const pace = new Pace(() => nowMs);
  for (let message = 1; message <= messages; message++) {
    nowMs = atMs(message);
    pace.answered(1);
  }
  return pace;
}

test.each([2_002, 2_048, 2_049, 100_000])('the second half of %i messages, whatever the first took', (messages) => {
  const half = messages / 2;
  const pace = paceOf(messages, (message) => (message <= half ? message * 100 : half * 100 + (message - half)));
  expect(pace.secondHalfPerSecond).toBeGreaterThan(900);
  expect(pace.secondHalfPerSecond).toBeLessThanOrEqual(1_000);
});

test('of a few messages, and of some that took no time, it says nothing', () => {
  expect(paceOf(15, (message) => message).secondHalfPerSecond).toBeUndefined();
  expect(paceOf(0, (message) => message).secondHalfPerSecond).toBeUndefined();
  expect(paceOf(1_900, (message) => message).secondHalfPerSecond).toBeUndefined();
  expect(paceOf(5_000, (message) => message / 1_000).secondHalfPerSecond).toBeUndefined();
  expect(paceOf(100, () => 0).secondHalfPerSecond).toBeUndefined();
});
