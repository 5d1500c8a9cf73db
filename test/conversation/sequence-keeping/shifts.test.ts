import { expect, test } from 'vitest';
import { Shifts } from '../../../packages/conversation/src/sequence-keeping/shifts.ts';

test('leases are renewed again after a timer that could not be set', () => {
  const alarms: (() => void)[] = [];
  let isBroken = true;
  const ambient = {
    nowMs: () => 0,
    fillRandom: (out: Uint8Array) => void out.fill(1),
    wakeAfter: (_: number, wake: () => void) => {
      if (isBroken) throw new Error('no timer');
      alarms.push(wake);
      return () => undefined;
    },
  };
  const shifts = new Shifts(ambient, { leaseMs: 3000, node: 'node' });
  const [first, second] = [shifts.begin(), shifts.begin()];
  const renewed: string[] = [];
  expect(() => shifts.keep(first, async () => void renewed.push('first'))).toThrow('no timer');
  shifts.end(first);
  isBroken = false;
  shifts.keep(second, async () => void renewed.push('second'));
  alarms.shift()?.();
  expect(renewed).toEqual(['second']);
  expect(alarms).toHaveLength(1);
});
