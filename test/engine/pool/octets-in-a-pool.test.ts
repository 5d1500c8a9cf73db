// Whose octets are where: what is borrowed until when, what is shared, and what is left behind.
import { randomFillSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { NO_CREDENTIALS } from '../../../packages/engine/src/pool/transfer/credentials.ts';
import { EvictionLog } from '../../../packages/engine/src/pool/transfer/eviction-log.ts';
import { answersStart, JobWriter } from '../../../packages/engine/src/pool/transfer/job-words.ts';
import { portableCredentials } from '../../../packages/engine/src/pool/transfer/portable-credentials.ts';
import type { BatchTask } from '../../../packages/engine/src/pool/transfer/task.ts';
import { CONTROL_BYTES, CONTROL_LENGTH, CONTROL_START } from '../../../packages/engine/src/pool/transfer/task.ts';
import { BatchRunner } from '../../../packages/engine/src/pool/worker/batch-runner.ts';
import { poolWith } from './pool-fixture.ts';
import { AT_MS, STRICT, sampleMessage, sampleOctets } from './sample-messages.ts';

const octetsOf = (name: Parameters<typeof sampleOctets>[0]) => sampleOctets(name).slice();

describe('octets of answers', () => {
  test.each([0, 1])(
    'of single calls are nobody else’s, of one call for many are in one buffer (%i workers)',
    async (workers) => {
      const pool = poolWith(workers);
      const singles = await Promise.all([pool.open(sampleMessage()), pool.open(sampleMessage())]);
      const buffersOf = (replies: typeof singles) =>
        new Set(replies.flatMap((reply) => (reply.ok ? [reply.value.verified.buffer, reply.value.body.buffer] : [])));
      expect(buffersOf(singles).size).toBe(2);
      const [first, second] = await pool.openBatch([sampleMessage(), sampleMessage()]);
      expect(buffersOf([first!, second!]).size).toBe(1);
      // Each has its own part of it.
      if (first?.ok !== true || second?.ok !== true) throw new Error('refused');
      const before = second.value.verified.slice();
      first.value.verified.fill(0);
      expect(second.value.verified).toEqual(before);
      expect(first.value.signed.every(({ bytes }) => bytes.every((octet) => octet === 0))).toBe(true);
    },
  );

  test('what verdicts say alike cannot be changed in one for the others', async () => {
    const [verdict] = await poolWith(0).verifyBatch([sampleMessage(), sampleMessage()]);
    if (verdict?.ok !== true) throw new Error('refused');
    expect(() => (verdict.value.signed as string[]).push('body')).toThrow(TypeError);
    expect(() => Object.assign(verdict.value.keys[0] ?? {}, { identifier: 'another' })).toThrow(TypeError);
  });
});

describe('messages are borrowed until they are answered', () => {
  test('and no longer, if that is because of a signal', async () => {
    const stop = new AbortController();
    const pool = poolWith(1, { batchMessagesMax: 2 });
    const lent = Array.from({ length: 60 }, () => octetsOf('signed-1k'));
    const aborted = pool.openBatch(
      lent.map((message) => ({ message, atMs: AT_MS })),
      { signal: stop.signal },
    );
    const others = pool.openBatch(Array.from({ length: 20 }, () => sampleMessage()));
    stop.abort();
    expect((await aborted).every((reply) => !reply.ok && reply.code === 'caller.aborted')).toBe(true);
    // They are the caller's again; what has not been copied never is.
    for (const octets of lent) structuredClone(octets.buffer, { transfer: [octets.buffer] });
    expect((await others).every((reply) => reply.ok)).toBe(true);
    expect(pool.stats.queued).toBe(0);
  });

  test('and one that is taken away meanwhile is refused, alone, and leaves room for others', async () => {
    const pool = poolWith(1, { batchMessagesMax: 2, queueBytesMax: 200_000 });
    const lent = Array.from({ length: 30 }, () => octetsOf('signed-1k'));
    const replies = pool.openBatch(lent.map((message) => ({ message, atMs: AT_MS })));
    const { buffer } = lent[29]!;
    structuredClone(buffer, { transfer: [buffer] });
    expect((await replies).map(({ ok }) => ok)).toEqual([...new Array<boolean>(29).fill(true), false]);
    expect(pool.stats.queued).toBe(0);
    const again = Array.from({ length: 100 }, () => sampleMessage());
    expect((await pool.openBatch(again)).every((reply) => reply.ok)).toBe(true);
  });
});

test('T69 T71: a worker leaves nothing of earlier answers behind its own', async () => {
  const data = {
    policy: STRICT,
    cachedContextsMax: 16,
    templatesMax: 0,
    evictions: new EvictionLog().shared,
    credentials: portableCredentials(NO_CREDENTIALS, 0),
  };
  const runner = new BatchRunner(data, 1, (out) => void randomFillSync(out));
  const message = sampleOctets('signed-1k');
  const input = new Uint8Array(new SharedArrayBuffer(65_536));
  input.set(message);
  for (const dirtyBytes of [65_536, 30_001, 0]) {
    const output = new Uint8Array(new SharedArrayBuffer(65_536));
    output.fill(0x5a, CONTROL_BYTES, dirtyBytes);
    const jobs = new JobWriter(output.buffer, 1);
    const request = { atMs: AT_MS, soapAction: undefined, signatureValuesSent: undefined };
    jobs.add({ start: 0, length: message.length }, request, undefined);
    const task: BatchTask = {
      kind: 'open',
      input: input.buffer,
      output: output.buffer,
      dirtyBytes,
      count: 1,
      texts: jobs.texts,
      seals: [],
      contexts: [],
      encryptedKeys: [],
    };
    runner.run(task);
    const words = new Int32Array(output.buffer, 0, CONTROL_BYTES / 4);
    const end = words[CONTROL_START]! + words[CONTROL_LENGTH]!;
    expect(end).toBeGreaterThan(answersStart(1));
    expect(output.subarray(end).every((octet) => octet === 0)).toBe(true);
  }
});
