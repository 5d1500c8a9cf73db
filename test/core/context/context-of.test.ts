import { contextOf, Secret } from '@parley/core';
import { selectKey } from '@parley/core/internal';
import { expect, test } from 'vitest';

test('what is not said of a context: Basic256, either generation, for ever, nobody in particular', () => {
  const { keys, ...context } = contextOf({ identifier: 'urn:uuid:1', secret: new Uint8Array(32) });
  expect(context).toEqual({
    identifier: 'urn:uuid:1',
    version: undefined,
    suite: 'Basic256',
    createdAtMs: 0,
    expiresAtMs: Number.MAX_SAFE_INTEGER,
    cancelledAtMs: undefined,
    principal: undefined,
  });
  expect(keys).toHaveLength(1);
});

test('octets are copied, a Secret is borrowed', () => {
  const octets = new Uint8Array(32).fill(7);
  const [copied] = contextOf({ identifier: 'a', secret: octets }).keys;
  octets.fill(0);
  expect(copied?.secret.lend((bytes) => [...bytes])).toEqual(Array<number>(32).fill(7));
  const secret = Secret.copyOf(octets);
  expect(contextOf({ identifier: 'a', secret }).keys[0]?.secret).toBe(secret);
});

test('its key is the one that messages mean by its instance, until it expires', () => {
  const context = contextOf({ identifier: 'a', secret: new Uint8Array(32), instance: 'second', expiresAtMs: 2_000 });
  expect(selectKey(context, 'second', 1_999)).toBe(context.keys[0]);
  expect(() => selectKey(context, undefined, 1_999)).toThrow(expect.objectContaining({ code: 'peer.bad-context' }));
  expect(() => selectKey(context, 'second', 2_000)).toThrow(expect.objectContaining({ code: 'peer.context-expired' }));
});
