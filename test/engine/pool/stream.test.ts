import { setImmediate as turn } from 'node:timers/promises';
import type { FailedReply } from '@parley/core';
import type { PoolSealRequest } from '@parley/engine';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerAll } from '../../../packages/engine/src/pool/answer-all.ts';
import type { Asker } from '../../../packages/engine/src/pool/flight.ts';
import { poolWith } from './pool-fixture.ts';
import { AT_MS, mixedMessages, SMALL_CONTEXT, sampleMessage } from './sample-messages.ts';

const codeOf = (reply: { readonly ok: boolean; readonly code?: string }): string => reply.code ?? 'ok';

async function* slowly<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) {
    await turn();
    yield item;
  }
}

/** Takes all of `stream`. */
async function taken<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of stream) all.push(item);
  return all;
}

const refused = (given: number): FailedReply => ({ ok: false, code: 'internal.busy', detail: { given } });

/** Questions that are answered when the test says so. */
class Oracle {
  readonly asked: number[] = [];
  readonly #answers = new Map<number, () => void>();

  readonly ask = (given: number, asker: Asker, place: number): void => {
    this.asked.push(given);
    this.#answers.set(given, () => asker.answer(place, refused(given)));
  };

  answer(given: number): void {
    this.#answers.get(given)?.();
  }
}

describe('openAll', () => {
  test.each([0, 1, 2])('with %i workers gives what openBatch gives, with what was given, in order', async (workers) => {
    const mixed = mixedMessages(150);
    const messages = mixed.map((message, index) => ({ ...message, id: `m${index}` }));
    const pool = poolWith(workers);
    const expected = (await pool.openBatch(mixed)).map(codeOf);
    const all = await taken(pool.openAll(slowly(messages)));
    expect(all.map(({ given }) => given.id)).toEqual(messages.map(({ id }) => id));
    expect(all.map(({ reply }) => codeOf(reply))).toEqual(expected);
    const verified = await taken(pool.verifyAll(messages, { ordered: false, concurrency: 7 }));
    expect(new Map(verified.map(({ given, reply }) => [given.id, codeOf(reply)]))).toEqual(
      new Map(messages.map(({ id }, index) => [id, expected[index]])),
    );
  });

  test('what is no message has a reply, and those after it too', async () => {
    const odd = [sampleMessage(), { message: 'text' as never, atMs: AT_MS }, sampleMessage()];
    const all = await taken(poolWith(0).openAll(odd));
    expect(all.map(({ reply }) => codeOf(reply))).toEqual(['ok', 'caller.input-invalid', 'ok']);
  });

  test('sealAll seals a stream', async () => {
    const request: PoolSealRequest = {
      identifier: SMALL_CONTEXT,
      atMs: AT_MS,
      timestampLifetimeMs: 300_000,
      keys: 'explicit',
      token: 'attached',
      sign: { body: true, addressing: false, timestamp: true },
      encrypt: 'none',
      order: 'sign-then-encrypt',
    };
    const envelope = new TextEncoder().encode(
      '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><order>1</order></s:Body></s:Envelope>',
    );
    const all = await taken(
      poolWith(1).sealAll([
        { envelope, request },
        { envelope, request, name: 'second' },
      ]),
    );
    expect(all.map(({ reply }) => reply.ok)).toEqual([true, true]);
    expect(all[1]?.given).toMatchObject({ name: 'second' });
  });

  test.each([0, -1, 1.5, Number.NaN])('a concurrency of %d is refused at once', (concurrency) => {
    expect(() => poolWith(0).openAll([], { concurrency })).toThrow(
      expect.objectContaining({ code: 'caller.option-invalid' }),
    );
  });
});

describe('a stream', () => {
  test('is read only as far as there is room', async () => {
    const oracle = new Oracle();
    let read = 0;
    const source = (function* () {
      while (true) yield read++;
    })();
    const stream = answerAll(source, { concurrency: 3 }, oracle.ask);
    const first = stream.next();
    await turn();
    expect(oracle.asked).toEqual([0, 1, 2]);
    oracle.answer(1);
    await turn();
    expect(read).toBe(3);
    oracle.answer(0);
    expect((await first).value?.given).toBe(0);
    await turn();
    // Nobody asks for the next: what was taken makes room for one, and that is all.
    expect(read).toBeLessThanOrEqual(4);
    for (let given = 0; given < 5; given++) oracle.answer(given);
    await turn();
    const ended = stream.return(undefined);
    for (let given = 0; given < 10; given++) oracle.answer(given);
    await ended;
    expect(source.next().done).toBe(true);
  });

  test('yields answers while its source waits', async () => {
    const oracle = new Oracle();
    const stalled = async function* (): AsyncGenerator<number> {
      yield 0;
      await new Promise(() => undefined);
    };
    const stream = answerAll(stalled(), { concurrency: 3 }, oracle.ask);
    const first = stream.next();
    await turn();
    oracle.answer(0);
    expect((await first).value?.given).toBe(0);
    await stream.return(undefined);
  });

  test('that fails is read to its end first, and lets go of nothing that is borrowed', async () => {
    const oracle = new Oracle();
    const failing = function* (): Generator<number> {
      yield 0;
      throw new Error('the bus went away');
    };
    const stream = answerAll(failing(), { concurrency: 3 }, oracle.ask);
    const first = stream.next();
    await turn();
    oracle.answer(0);
    expect((await first).value?.given).toBe(0);
    await expect(stream.next()).rejects.toThrow('the bus went away');
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test('that is left waits for what is under way', async () => {
    const oracle = new Oracle();
    const stream = answerAll([0, 1], { concurrency: 2 }, oracle.ask);
    const first = stream.next();
    await turn();
    oracle.answer(0);
    await first;
    let isOver = false;
    const left = stream.return(undefined).then(() => {
      isOver = true;
    });
    await turn();
    expect(isOver).toBe(false);
    oracle.answer(1);
    await left;
  });

  test('answers everything once, whatever the order of answers, the window and the pace', async () => {
    const orders = fc.tuple(
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 1, max: 9 }),
      fc.boolean(),
      fc.infiniteStream(fc.nat(4)),
    );
    await fc.assert(
      fc.asyncProperty(orders, async ([count, concurrency, ordered, delays]) => {
        const items = Array.from({ length: count }, (_, index) => index);
        let inside = 0;
        let insideMost = 0;
        const answer = async (given: number, asker: Asker, place: number): Promise<void> => {
          for (let turns = delays.next().value ?? 0; turns > 0; turns--) await turn();
          inside--;
          asker.answer(place, refused(given));
        };
        const ask = (given: number, asker: Asker, place: number): void => {
          insideMost = Math.max(insideMost, ++inside);
          // Some are answered before the asker hears that they were taken.
          if (given % 5 === 4) {
            inside--;
            asker.answer(place, refused(given));
          } else void answer(given, asker, place);
        };
        const all = await taken(answerAll(items, { concurrency, ordered }, ask));
        const given = all.map((answered) => answered.given);
        expect(all.every(({ given: one, reply }) => !reply.ok && reply.detail['given'] === one)).toBe(true);
        expect(ordered ? given : given.sort((left, right) => left - right)).toEqual(items);
        expect(insideMost).toBeLessThanOrEqual(concurrency);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a signal', () => {
  test('answers what has no answer yet, at once', async () => {
    let found: (context: undefined) => void = () => undefined;
    const waiting = new Promise<undefined>((resolve) => {
      found = resolve;
    });
    const pool = poolWith(1, { contexts: { get: () => waiting } });
    const stop = new AbortController();
    const replies = pool.openBatch([sampleMessage(), sampleMessage()], { signal: stop.signal });
    await turn();
    stop.abort();
    expect((await replies).map(codeOf)).toEqual(['caller.aborted', 'caller.aborted']);
    found(undefined); // Nobody hears of what comes now, and the pool closes.
  });

  test('that was given before takes nothing in', async () => {
    const pool = poolWith(0);
    const reply = await pool.open(sampleMessage(), { signal: AbortSignal.abort() });
    expect(codeOf(reply)).toBe('caller.aborted');
    expect(pool.stats.messages).toBe(0);
  });

  test('frees those that wait for room', async () => {
    const pool = poolWith(0, { queueMessagesMax: 1 });
    const stop = new AbortController();
    const [first, second, third] = [
      pool.open(sampleMessage()),
      pool.open(sampleMessage(), { signal: stop.signal }),
      pool.open(sampleMessage()),
    ].map(async (reply) => codeOf(await reply));
    stop.abort();
    expect(await Promise.all([first, second, third])).toEqual(['ok', 'caller.aborted', 'internal.busy']);
    expect(pool.stats.queued).toBe(0);
    expect(codeOf(await pool.open(sampleMessage()))).toBe('ok');
  });

  test('ends a stream, and its source', async () => {
    const stop = new AbortController();
    let isClosed = false;
    const endless = (function* () {
      try {
        while (true) yield sampleMessage();
      } finally {
        isClosed = true;
      }
    })();
    let count = 0;
    const all = (async () => {
      for await (const { reply } of poolWith(1).openAll(endless, { signal: stop.signal })) {
        expect(reply.ok).toBe(true);
        if (++count === 500) stop.abort(new Error('enough'));
      }
    })();
    await expect(all).rejects.toMatchObject({ code: 'caller.aborted' });
    expect(count).toBe(500);
    expect(isClosed).toBe(true);
  });
});
