import { hash } from 'node:crypto';
import { MessagePort } from 'node:worker_threads';
import type { PoolSealRequest } from '@parley/engine';
import { seal } from '@parley/engine';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { poolWith } from './pool-fixture.ts';
import { AT_MS, mixedMessages, SampleResolver, SMALL_CONTEXT, sampleMessage } from './sample-messages.ts';

const ENVELOPE = new TextEncoder().encode(
  '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header>' +
    '<a:Action>urn:do</a:Action><a:MessageID>urn:uuid:1</a:MessageID><a:To>urn:there</a:To></s:Header>' +
    '<s:Body><order>1</order></s:Body></s:Envelope>',
);

const SEAL: PoolSealRequest = {
  identifier: SMALL_CONTEXT,
  atMs: AT_MS,
  timestampLifetimeMs: 300_000,
  keys: 'explicit',
  token: 'attached',
  sign: { body: true, addressing: true, timestamp: true },
  encrypt: 'body',
  order: 'sign-then-encrypt',
};

/** `value` with digests instead of octets, which are slow to compare one by one. */
function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return hash('sha256', value);
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, comparable(item)]));
}

/** Everything in `value` that `wanted` says yes to. */
function found(value: unknown, wanted: (item: unknown) => boolean): readonly unknown[] {
  if (wanted(value)) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((item) => found(item, wanted));
}

describe('answers', () => {
  test('are the same inline, on one worker and on two, in order', async () => {
    const messages = mixedMessages(300);
    const [inline, one, two] = await Promise.all([0, 1, 2].map((workers) => poolWith(workers).openBatch(messages)));
    expect(inline).toHaveLength(300);
    expect(inline?.filter((reply) => reply.ok)).toHaveLength(125);
    expect(new Set(inline?.flatMap((reply) => (reply.ok ? [] : [reply.code]))).size).toBeGreaterThanOrEqual(6);
    expect(comparable(one)).toEqual(comparable(inline));
    expect(comparable(two)).toEqual(comparable(inline));
  });

  test('of verifyBatch are those of openBatch without the octets', async () => {
    const messages = mixedMessages(48);
    const pool = poolWith(1);
    const [opened, verdicts] = [await pool.openBatch(messages), await pool.verifyBatch(messages)];
    for (const [index, verdict] of verdicts.entries()) {
      const full = opened[index];
      if (!verdict.ok || full?.ok !== true) {
        expect(verdict).toEqual(full);
        continue;
      }
      const { signed, encrypted, keys, algorithms, ...rest } = verdict.value;
      const { signed: parts } = full.value;
      expect(full.value).toMatchObject(rest);
      expect(Object.keys(full.value).filter((name) => !(name in verdict.value))).toEqual([
        'user',
        'bearerContext',
        'claimedAddressing',
        'understoodHeaders',
        'signatureValues',
        'signatureConfirmed',
        'assertions',
        'body',
        'verified',
      ]);
      expect(signed).toHaveLength(parts.length);
      expect(signed).toContain('body');
      expect(signed).toContain('{http://www.w3.org/2005/08/addressing}Action');
      expect(encrypted).toEqual([]);
      expect(keys).toEqual([parts[0]?.key]);
      expect(algorithms).toEqual(['sha256', 'hmac-sha1']);
    }
  });

  test('own their octets', async () => {
    const pool = poolWith(1);
    const message = sampleMessage();
    const first = await pool.open(message);
    const kept = first.ok ? first.value.verified.slice() : undefined;
    await pool.openBatch(mixedMessages(100));
    expect(first.ok && first.value.verified).toEqual(kept);
    expect(first.ok && first.value.verified.buffer).toBeInstanceOf(ArrayBuffer);
    expect(first.ok && first.value.signed.every((part) => part.bytes.buffer === first.value.verified.buffer)).toBe(
      true,
    );
  });

  test('to seal can be opened', async () => {
    for (const workers of [0, 1]) {
      const pool = poolWith(workers);
      const sealed = await pool.seal(ENVELOPE, SEAL);
      expect(sealed).toMatchObject({ ok: true });
      const opened = sealed.ok ? await pool.open(sampleMessage(sealed.value.octets)) : undefined;
      expect(opened).toMatchObject({ ok: true, value: { identifier: SMALL_CONTEXT, action: 'urn:do' } });
      expect(await pool.seal(ENVELOPE, { ...SEAL, identifier: 'urn:none' })).toMatchObject({
        code: 'caller.context-unusable',
      });
      expect(await pool.seal(new Uint8Array(3).fill(0x78), SEAL)).toMatchObject({ code: 'caller.envelope-invalid' });
    }
  });

  test('to seal take a whole SealRequest, functions and all', async () => {
    const [context] = new SampleResolver().contexts.values();
    const whole = { ...SEAL, context: context!, fillRandom: (out: Uint8Array) => out.fill(1) };
    const { identifier: _, ...alone } = whole;
    expect(seal(ENVELOPE, alone)).toMatchObject({ ok: true });
    expect(await poolWith(1).seal(ENVELOPE, whole)).toMatchObject({ ok: true });
  });
});

describe('T73: the queue', () => {
  test('holds no more than its bound, and everybody is served', async () => {
    const pool = poolWith(1, { queueMessagesMax: 10, batchMessagesMax: 4 });
    let most = 0;
    const calls = Array.from({ length: 20 }, () => pool.open(sampleMessage()));
    calls.push(...Array.from({ length: 5 }, async () => (await pool.openBatch([sampleMessage()]))[0]!));
    const watch = setInterval(() => {
      most = Math.max(most, pool.stats.queued);
    }, 0);
    expect(pool.stats.queued).toBe(10);
    const replies = await Promise.all(calls);
    clearInterval(watch);
    // Ten inside, ten waiting, five turned away.
    expect(replies.filter((reply) => reply.ok)).toHaveLength(20);
    expect(replies.filter((reply) => !reply.ok && reply.code === 'internal.busy')).toHaveLength(5);
    expect(most).toBeLessThanOrEqual(10);
  });

  test('takes a batch larger than itself piece by piece', async () => {
    const pool = poolWith(2, { queueBytesMax: 20_000 });
    const replies = await pool.openBatch(Array.from({ length: 200 }, () => sampleMessage()));
    expect(replies.every((reply) => reply.ok)).toBe(true);
  });

  test('refuses at once when asked to', async () => {
    const pool = poolWith(0, { queueBytesMax: 10_000, whenFull: 'refuse' });
    const replies = await Promise.all(Array.from({ length: 5 }, () => pool.open(sampleMessage())));
    expect(replies.map((reply) => reply.ok || reply.code)).toEqual([
      true,
      true,
      'internal.busy',
      'internal.busy',
      'internal.busy',
    ]);
  });

  test('sends what comes in one turn together', async () => {
    const pool = poolWith(1);
    await pool.open(sampleMessage());
    const before = pool.stats.batches;
    await Promise.all(Array.from({ length: 10 }, () => pool.open(sampleMessage())));
    expect(pool.stats.batches - before).toBe(1);
    expect(pool.stats).toMatchObject({ messages: 11, queued: 0, retries: 0, workersLost: 0 });
  });
});

describe('the end', () => {
  test.each([0, 2])('answers what was taken in, then nothing, %i workers', async (workers) => {
    const pool = poolWith(workers, { queueMessagesMax: 8 });
    const taken = Array.from({ length: 12 }, () => pool.open(sampleMessage()));
    const closing = pool.close();
    const replies = await Promise.all(taken);
    await closing;
    expect(replies.filter((reply) => reply.ok)).toHaveLength(8);
    expect(replies.filter((reply) => !reply.ok && reply.code === 'caller.closed')).toHaveLength(4);
    await pool[Symbol.asyncDispose](); // What `await using` calls: closing twice is closing once.
    expect(await pool.open(sampleMessage())).toMatchObject({ code: 'caller.closed' });
    expect(await pool.verifyBatch([sampleMessage()])).toMatchObject([{ code: 'caller.closed' }]);
    await pool.evict(SMALL_CONTEXT);
    await pool.close();
  });

  test('of a pool that never worked is quiet', async () => {
    await poolWith(2).close();
  });
});

test('T69: nothing larger than its view goes through a port, and no octets of a message', async () => {
  const sent: unknown[] = [];
  const { postMessage } = MessagePort.prototype;
  vi.spyOn(MessagePort.prototype, 'postMessage').mockImplementation(function (this: MessagePort, value, list) {
    sent.push(value);
    postMessage.call(this, value, list as never);
  });
  const pool = poolWith(1);
  const [reply] = await pool.openBatch(mixedMessages(64));
  await pool.seal(ENVELOPE, SEAL);
  expect(reply).toMatchObject({ ok: true });
  expect(sent.flatMap((value) => found(value, (item) => item instanceof SharedArrayBuffer)).length).toBeGreaterThan(0);
  expect(sent.flatMap((value) => found(value, (item) => item instanceof ArrayBuffer))).toEqual([]);
  // Piscina's own counters are the only views.
  const views = sent.flatMap((value) => found(value, ArrayBuffer.isView)) as readonly ArrayBufferView[];
  for (const view of views) expect(view.byteLength).toBe(view.buffer.byteLength);
  expect(Math.max(0, ...views.map((view) => view.byteLength))).toBeLessThan(32);
});

describe('options', () => {
  test.each([
    { workers: -1 },
    { workers: 1.5 },
    { batchMessagesMax: 0 },
    { queueBytesMax: Number.NaN },
    { jobTimeoutMs: 2 ** 31 },
    { whenFull: 'explode' as 'wait' },
  ])('%o is refused', (options) => {
    expect(() => poolWith(0, options)).toThrowError(expect.objectContaining({ code: 'caller.option-invalid' }));
  });

  test('undefined is the default, and no Uint8Array is no message', async () => {
    const pool = poolWith(0, { batchMessagesMax: undefined as unknown as number });
    await expect(pool.open({ message: 'text' as unknown as Uint8Array, atMs: AT_MS })).rejects.toMatchObject({
      code: 'caller.input-invalid',
    });
    expect(await pool.openBatch([])).toEqual([]);
  });
});

test('octets that are no message have the same answer inline and on a worker', async () => {
  const [inline, threaded] = [poolWith(0), poolWith(1)];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }), async (all) => {
      const messages = all.map(sampleMessage);
      expect(await threaded.openBatch(messages)).toEqual(await inline.openBatch(messages));
    }),
    { numRuns: 30 },
  );
});
