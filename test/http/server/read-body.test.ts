/** Bodies that end in several ways at once are counted once: the room for what is incomplete is what it was. */
import { PassThrough } from 'node:stream';
import type { Fault } from '@parley/core';
import { expect, test } from 'vitest';
import { BodyReader } from '../../../packages/http/src/server/read-body.ts';

const BODY_BYTES_MAX = 1000;
const INCOMPLETE_BYTES_MAX = 3000;
const HALF_BYTES = 900;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class Sender {
  readonly #stream = new PassThrough();
  readonly outcome: Promise<string>;
  isOpen = true;

  constructor(reader: BodyReader) {
    const ended = (outcome: string): string => {
      this.isOpen = false;
      return outcome;
    };
    this.outcome = reader.read(this.#stream, undefined).then(
      () => ended('ok'),
      (error: Fault) => ended(error.code),
    );
  }

  async send(bytes: number): Promise<void> {
    this.#stream.write(new Uint8Array(bytes));
    await turn();
  }

  end(): void {
    this.#stream.end();
  }
}

test('T65: who is the oldest and sends too much, both at once, makes no room for others', async () => {
  const reader = new BodyReader({
    bodyBytesMax: BODY_BYTES_MAX,
    bodyTimeoutMs: 60_000,
    incompleteBytesMax: INCOMPLETE_BYTES_MAX,
  });
  for (let round = 0; round < 5; round++) {
    const greedy = new Sender(reader);
    await greedy.send(HALF_BYTES);
    const others = [new Sender(reader), new Sender(reader), new Sender(reader)];
    for (const each of others) await each.send(650);
    await greedy.send(300);
    expect(await greedy.outcome).toBe('internal.busy');
    for (const each of others) each.end();
    expect(await Promise.all(others.map(({ outcome }) => outcome))).toEqual(['ok', 'ok', 'ok']);
  }
  const many = Array.from({ length: 20 }, () => new Sender(reader));
  for (const each of many) await each.send(HALF_BYTES);
  const open = many.filter(({ isOpen }) => isOpen);
  expect(open.length * HALF_BYTES).toBeLessThanOrEqual(INCOMPLETE_BYTES_MAX);
  expect(open).toHaveLength(Math.floor(INCOMPLETE_BYTES_MAX / HALF_BYTES));
  for (const each of open) each.end();
});
