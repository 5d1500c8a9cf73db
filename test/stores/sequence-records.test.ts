// What is kept of sequences, whatever it says: written, the process gone, and read again, it is equal in every field.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyEncryptionKey, openLmdbContextStore } from '@parley/stores';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Destination } from '../../packages/conversation/src/sequence/destination.ts';
import type { PendingMessage, Source } from '../../packages/conversation/src/sequence/source.ts';
import { DESTINATION_STATES, SOURCE_STATES } from '../../packages/conversation/src/sequence/states.ts';
import type { KeptIncoming, KeptOutgoing } from '../../packages/conversation/src/sequence-keeping/kept-messages.ts';
import type { Session } from '../../packages/conversation/src/sequence-keeping/session-book.ts';
import { SEQUENCE_VERSIONS } from '../../packages/conversation/src/sequence-wire/generation.ts';
import { INCOMPLETE_BEHAVIORS } from '../../packages/conversation/src/sequence-wire/messages.ts';
import type { NumberRange } from '../../packages/conversation/src/sequence-wire/number-ranges.ts';
import { applicationEnvelope, issue, must, sent, TLS, world } from '../conversation/conversation-fixture.ts';

const number = fc.maxSafeNat();
const text = fc.string({ unit: 'grapheme' });
const octets = fc.uint8Array({ maxLength: 300 });
const version = fc.constantFrom(...SEQUENCE_VERSIONS);
const incomplete = fc.constantFrom(...INCOMPLETE_BEHAVIORS);
const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });
const keysOf = <T extends object>(table: T): (keyof T)[] => Object.keys(table) as (keyof T)[];

const ranges = fc.array(fc.record<NumberRange>({ lower: number, upper: number }), { maxLength: 5 });
const pending = fc.record<PendingMessage>({
  number,
  attempts: number,
  dueAtMs: number,
  isAcknowledged: fc.boolean(),
  awaitsAnswer: fc.boolean(),
});
const source = fc.record<Required<Source>>({
  identifier: text,
  version,
  state: fc.constantFrom(...keysOf(SOURCE_STATES)),
  windowMax: number,
  nextNumber: number,
  acknowledged: ranges,
  pending: fc.array(pending, { maxLength: 5 }),
  bufferRemaining: maybe(number),
  heardAtMs: number,
  expiresAtMs: maybe(number),
  incomplete: maybe(incomplete),
});
const destination = fc.record<Destination>({
  identifier: text,
  version,
  state: fc.constantFrom(...keysOf(DESTINATION_STATES)),
  order: fc.constantFrom('in-order', 'unordered'),
  incomplete,
  windowMax: number,
  acksTo: text,
  received: ranges,
  delivered: ranges,
  lastNumber: maybe(number),
  heardAtMs: number,
  expiresAtMs: maybe(number),
});
const session = fc.record<Session>({
  ordinal: number,
  version,
  createId: text,
  inbound: maybe(destination),
  outbound: maybe(source),
});
const book = fc.record({ sessions: fc.array(session, { maxLength: 4 }), nextOrdinal: number });
const outgoing = fc.record<KeptOutgoing>({ envelope: octets, inReplyTo: number });

/** A message as it is when it was opened, of any text. */
async function opened(body: string): Promise<KeptIncoming> {
  const place = world('200512', '1.2');
  const initiator = place.initiator();
  await issue(place, initiator);
  const request = sent(initiator.requestCall(applicationEnvelope('1.2', body)));
  return { kind: 'waiting', message: must(await place.responder.receive(request, TLS), 'message').message };
}

const incoming: fc.Arbitrary<KeptIncoming | Promise<KeptIncoming>> = fc.oneof(
  fc.string().map((body) => opened(body)),
  fc.constant<KeptIncoming>({ kind: 'last' }),
  number.map((answer): KeptIncoming => ({ kind: 'answered', answer })),
  octets.map((envelope): KeptIncoming => ({ kind: 'answered-plainly', envelope })),
);

/** The same with octets as they are compared: LMDB gives Buffers, which are octets too. */
function asData(value: unknown): unknown {
  if (value instanceof Uint8Array) return { octets: Buffer.from(value).toString('hex') };
  if (Array.isArray(value)) return value.map(asData);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, asData(each)]));
}

test('T87: what is kept of a sequence is the same after a restart, in every field', async () => {
  const kept = fc.array(fc.oneof(book, incoming, outgoing), { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(kept, async (made) => {
      const directory = await mkdtemp(join(tmpdir(), 'parley-sequences-'));
      const open = async () =>
        await openLmdbContextStore({ directory, keyEncryptionKey: new KeyEncryptionKey(new Uint8Array(32).fill(9)) });
      const records = await Promise.all(made);
      const before = await open();
      await before.records!.transact('a', (within) => {
        for (const [at, record] of records.entries()) within.put(`${at}`, record, Number.MAX_SAFE_INTEGER);
      });
      await before.close();
      const after = await open();
      const read = await after.records!.transact('a', (within) => records.map((_, at) => within.get(`${at}`)));
      await after.close();
      await rm(directory, { recursive: true });
      expect(asData(read)).toStrictEqual(asData(records));
    }),
    { numRuns: 20 },
  );
});
