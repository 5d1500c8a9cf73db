import { Fault, unwrap } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import { expect, test } from 'vitest';

test('the value of a reply that succeeded', () => {
  expect(unwrap({ ok: true, value: undefined })).toBeUndefined();
});

test('a reply that failed is thrown as the fault it was, with its cause', () => {
  const cause = new Error('disk');
  const reply = failedReply(new Fault('internal.store-unavailable', { reason: 'gone' }, cause));
  expect(() => unwrap(reply)).toThrow(
    expect.objectContaining({ code: 'internal.store-unavailable', detail: { reason: 'gone' }, cause }),
  );
  expect(() => unwrap(reply)).toThrow(Fault);
});
