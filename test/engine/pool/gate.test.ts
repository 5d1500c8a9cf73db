import { expect, test } from 'vitest';
import { Gate } from '../../../packages/engine/src/pool/gate.ts';

test('lets in up to the bound, then in order of arrival', async () => {
  const gate = new Gate({ bytesMax: 100, messagesMax: 10, whenFull: 'wait' });
  expect(gate.enter(60)).toBe('in');
  const order: string[] = [];
  const large = Promise.resolve(gate.enter(60)).then(() => order.push('large'));
  // Small enough, but not before its turn.
  const small = Promise.resolve(gate.enter(1)).then(() => order.push('small'));
  await Promise.resolve();
  expect(gate).toMatchObject({ bytes: 60, messages: 1 });
  gate.leave(60);
  await Promise.all([large, small]);
  expect(order).toEqual(['large', 'small']);
  expect(gate).toMatchObject({ bytes: 61, messages: 2 });
});

test('a message larger than the bound goes in alone', async () => {
  const gate = new Gate({ bytesMax: 100, messagesMax: 10, whenFull: 'wait' });
  expect(gate.enter(1000)).toBe('in');
  const next = gate.enter(1);
  expect(next).toBeInstanceOf(Promise);
  gate.leave(1000);
  expect(await next).toBe('in');
});

test('counts messages too, and not more may wait than may be inside', async () => {
  const gate = new Gate({ bytesMax: 100, messagesMax: 2, whenFull: 'wait' });
  const entries = [1, 1, 1, 1, 1].map((bytes) => gate.enter(bytes));
  expect(entries[4]).toBe('full');
  gate.leave(1);
  gate.leave(1);
  expect(await Promise.all(entries)).toEqual(['in', 'in', 'in', 'in', 'full']);
});

test('refuses instead of waiting', () => {
  const gate = new Gate({ bytesMax: 10, messagesMax: 10, whenFull: 'refuse' });
  expect([gate.enter(10), gate.enter(1)]).toEqual(['in', 'full']);
});

test('closed, it turns away who waits and waits for who is inside', async () => {
  const gate = new Gate({ bytesMax: 10, messagesMax: 10, whenFull: 'wait' });
  expect(gate.enter(10)).toBe('in');
  const waiting = gate.enter(10);
  let isEmpty = false;
  const empty = gate.close().then(() => {
    isEmpty = true;
  });
  expect(await waiting).toBe('closed');
  expect(gate.enter(1)).toBe('closed');
  expect(isEmpty).toBe(false);
  gate.leave(10);
  await empty;
  await gate.close();
});
