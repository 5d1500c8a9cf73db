import type { Reply } from '@parley/core';
import type { BatchVerifier, Verdict } from '@parley/engine';
import type { LogEntry, LogResult, VerifyLogOptions, VerifySummary } from '@parley/log';
import { verifyLog } from '@parley/log';
import { describe, expect, test } from 'vitest';

const verdictOf = (text: string): Verdict =>
  ({
    identifier: 'urn:x:1',
    instance: undefined,
    action: undefined,
    messageId: undefined,
    signed: ['body'],
    encrypted: [],
    createdAtMs: 1000,
    replayKey: text,
    replayUntilMs: 2000,
  }) as unknown as Verdict;

/** A verifier that takes "bad" for bad, and answers in its own time. */
class Verifier implements BatchVerifier {
  readonly batches: (readonly { message: Uint8Array; atMs: number | 'message' }[])[] = [];
  underWay = 0;
  underWayMax = 0;

  async verifyBatch(
    messages: readonly { message: Uint8Array; atMs: number | 'message' }[],
  ): Promise<readonly Reply<Verdict>[]> {
    this.batches.push(messages);
    this.underWay += 1;
    this.underWayMax = Math.max(this.underWayMax, this.underWay);
    // The first batch is the slowest.
    for (let turn = 0; turn < 20 - this.batches.length; turn++) await new Promise(setImmediate);
    this.underWay -= 1;
    return messages.map(({ message }) => {
      const text = new TextDecoder().decode(message);
      return text === 'bad'
        ? { ok: false, code: 'peer.signature-invalid', detail: {} }
        : { ok: true, value: verdictOf(text) };
    });
  }
}

const entry = (id: string, text: string, atMs?: number): LogEntry => ({
  kind: 'message',
  id,
  atMs,
  message: new TextEncoder().encode(text),
});
const refused: LogEntry = {
  kind: 'refused',
  id: 'r',
  reply: { ok: false, code: 'caller.input-invalid', detail: {} },
  sizeBytes: 9,
};

async function* from(entries: Iterable<LogEntry>): AsyncGenerator<LogEntry> {
  yield* entries;
}

async function run(
  entries: AsyncIterable<LogEntry>,
  changes: Partial<VerifyLogOptions> = {},
): Promise<{ results: LogResult[]; summary: VerifySummary; verifier: Verifier }> {
  const verifier = new Verifier();
  const results: LogResult[] = [];
  const onResult = (result: LogResult): void => void results.push(result);
  const summary = await verifyLog({
    entries,
    pool: verifier,
    at: 'message',
    replay: 'allow',
    batchesMax: 4,
    onResult,
    ...changes,
  });
  return { results, summary, verifier };
}

describe('verifyLog', () => {
  test('answers in the order of the log, refusals in their place, with a bounded number of batches under way', async () => {
    const entries = Array.from({ length: 1000 }, (_, index) =>
      index % 50 === 7 ? refused : entry(String(index), index % 10 === 3 ? 'bad' : String(index), index),
    );
    const { results, summary, verifier } = await run(from(entries));
    expect(results.map((result) => result.id)).toEqual(entries.map((one) => one.id));
    expect(summary).toMatchObject({
      messages: 1000,
      valid: 880,
      refused: { 'peer.signature-invalid': 100, 'caller.input-invalid': 20 },
      complete: true,
    });
    expect(verifier.underWayMax).toBeGreaterThan(1);
    expect(verifier.underWayMax).toBeLessThanOrEqual(4);
    expect(Math.max(...verifier.batches.map((batch) => batch.length))).toBeLessThanOrEqual(64);
  });

  test('large messages make small batches', async () => {
    const entries = Array.from({ length: 10 }, (_, index) => entry(String(index), 'x'.repeat(600_000)));
    const { verifier, summary } = await run(from(entries));
    expect(verifier.batches.map((batch) => batch.length)).toEqual([2, 2, 2, 2, 2]);
    expect(summary.octets).toBe(6_000_000);
  });

  test('judges as of the record, else of the message itself, or all at one instant', async () => {
    const entries = [entry('a', '1', 5), entry('b', '2')];
    const own = await run(from(entries));
    expect(own.verifier.batches.flat().map((one) => one.atMs)).toEqual([5, 'message']);
    expect(own.results.map((result) => result.atMs)).toEqual([5, 1000]);
    const fixed = await run(from(entries), { at: { atMs: 77 } });
    expect(fixed.verifier.batches.flat().map((one) => one.atMs)).toEqual([77, 77]);
  });

  test('the first of two equal messages is valid, the second a replay; a refused one does not count as seen, unless it is allowed', async () => {
    const entries = [
      entry('a', 'bad'),
      entry('b', 'same'),
      ...Array.from({ length: 100 }, (_, index) => entry(`f${index}`, `f${index}`)),
      entry('c', 'same'),
      entry('d', 'bad'),
    ];
    const { results, summary } = await run(from(entries), { replay: undefined });
    expect(results.filter((result) => !result.ok).map((result) => [result.id, !result.ok && result.code])).toEqual([
      ['a', 'peer.signature-invalid'],
      ['c', 'peer.replay'],
      ['d', 'peer.signature-invalid'],
    ]);
    expect(summary.refused).toEqual({ 'peer.signature-invalid': 2, 'peer.replay': 1 });
    expect((await run(from(entries))).summary.refused).toEqual({ 'peer.signature-invalid': 2 });
  });

  test('waits for what onResult returns', async () => {
    let running = 0;
    await run(from([entry('a', '1'), entry('b', '2')]), {
      onResult: async () => {
        expect(running++).toBe(0);
        await new Promise(setImmediate);
        running -= 1;
      },
    });
    expect(running).toBe(0);
  });

  test('stops at the signal even while it waits for the next record, and answers what was under way', async () => {
    const stop = new AbortController();
    async function* endless(): AsyncGenerator<LogEntry> {
      for (let index = 0; index < 64; index++) yield entry(String(index), String(index));
      setImmediate(() => stop.abort());
      await new Promise(() => undefined);
    }
    const { results, summary } = await run(endless(), { signal: stop.signal });
    expect(results).toHaveLength(64);
    expect(summary).toMatchObject({ messages: 64, complete: false });
  });

  test('an error of the source or of the pool ends it, after the batches under way', async () => {
    async function* broken(): AsyncGenerator<LogEntry> {
      for (let index = 0; index < 200; index++) yield entry(String(index), String(index));
      throw new Error('disk gone');
    }
    await expect(run(broken())).rejects.toThrow('disk gone');
    const pool: BatchVerifier = { verifyBatch: async () => Promise.reject(new Error('pool closed')) };
    await expect(run(from([entry('a', '1')]), { pool })).rejects.toThrow('pool closed');
  });
});
