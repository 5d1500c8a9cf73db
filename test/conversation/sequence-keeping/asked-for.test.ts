// One message asks what has arrived of any sequences of its owner, and hears of these, and of no others.
import { claimedSequenceHeaders, MemoryRecords, peerProfile } from '@parley/conversation';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import type { OpenedMessage, Policy } from '@parley/engine';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arrive, deliver, newDestination } from '../../../packages/conversation/src/sequence/destination.ts';
import { ResponderSequences } from '../../../packages/conversation/src/sequence-keeping/responder-sequences.ts';
import { SequenceDesk } from '../../../packages/conversation/src/sequence-keeping/sequence-desk.ts';
import { contextOwner } from '../../../packages/conversation/src/sequence-keeping/sequence-owner.ts';
import type { SequenceStep } from '../../../packages/conversation/src/sequence-keeping/sequence-step.ts';
import { SessionBook } from '../../../packages/conversation/src/sequence-keeping/session-book.ts';
import { completeResponderSequenceSettings } from '../../../packages/conversation/src/sequence-keeping/settings.ts';
import { Shifts } from '../../../packages/conversation/src/sequence-keeping/shifts.ts';
import type { SequenceVersion } from '../../../packages/conversation/src/sequence-wire/generation.ts';
import { sequenceAction } from '../../../packages/conversation/src/sequence-wire/generation.ts';
import { writeSequenceHeaders } from '../../../packages/conversation/src/sequence-wire/header-writer.ts';
import type { SequenceHeaders } from '../../../packages/conversation/src/sequence-wire/headers.ts';
import { writeEnvelope } from '../../../packages/conversation/src/soap/envelope-writer.ts';

const NOW_MS = 1_800_000_000_000;
const ambient = { nowMs: () => NOW_MS, fillRandom: (out: Uint8Array) => void out.fill(1) };
const OWNER = contextOwner('urn:uuid:owner');
const WAY = {
  order: 'in-order',
  incomplete: 'DiscardFollowingFirstGap',
  windowMax: 32,
  expiresAtMs: undefined,
} as const;
const VERSIONS = ['200702', '200502'] as const;
const ANONYMOUS = 'http://www.w3.org/2005/08/addressing/anonymous';

interface Kept {
  readonly version: SequenceVersion;
  readonly count: number;
  readonly acksTo: string;
}

/** A responder whose owner has the sequences urn:0, urn:1, … of which so many messages have come. */
async function keeping(all: readonly Kept[]): Promise<ResponderSequences> {
  return new ResponderSequences(await recordsOf(all), ambient, completeResponderSequenceSettings({}));
}

/** Its records. */
async function recordsOf(all: readonly Kept[]): Promise<MemoryRecords> {
  const records = new MemoryRecords();
  await records.transact(OWNER.partition, (within) => {
    const book = new SessionBook(within, { inactivityMs: 600_000, nowMs: NOW_MS });
    for (const [index, { version, count, acksTo }] of all.entries()) {
      const identifier = `urn:${index}`;
      let inbound = newDestination({ ...WAY, identifier, version, acksTo }, NOW_MS);
      for (let number = 1; number <= count; number++)
        inbound = deliver(arrive(inbound, { identifier, number, isLast: false }, NOW_MS).destination, number);
      book.add({ version, createId: `urn:create:${index}`, inbound, outbound: undefined });
    }
    book.save();
  });
  return records;
}

function header(version: SequenceVersion, ackRequested: readonly string[]) {
  const rest = { acknowledgements: [], usesToken: false, usesTls: false, fault: undefined };
  return { version, ackRequested, numbered: undefined, ...rest };
}

async function asked(
  sequences: ResponderSequences,
  version: SequenceVersion,
  ackRequested: readonly string[],
): Promise<SequenceStep> {
  const headers = header(version, ackRequested);
  const shifts = new Shifts(ambient, { leaseMs: 1000, node: undefined });
  const about = { owner: OWNER, headers, action: sequenceAction(version, 'AckRequested') };
  const message = { message: {} as OpenedMessage, messageId: 'urn:message', policy: {} as Policy, address: 'urn:here' };
  return await sequences.take({ ...about, ...message }, shifts.begin());
}

const kept = fc.record({
  version: fc.constantFrom(...VERSIONS),
  count: fc.integer({ min: 1, max: 20 }),
  acksTo: fc.constantFrom(ANONYMOUS, ANONYMOUS, 'urn:elsewhere'),
});

test('T86: what is asked for, and is there, is said; nothing is, where one of it is not there', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(kept, { maxLength: 4 }),
      fc.constantFrom(...VERSIONS),
      fc.array(fc.nat(4), { minLength: 1, maxLength: 5 }),
      async (all, version, indices) => {
        const sequences = await keeping(all);
        const names = indices.map((index) => `urn:${index}`);
        const isThere = indices.every((index) => all[index]?.version === version);
        if (!isThere) {
          const failure: unknown = await asked(sequences, version, names).catch((error: unknown) => error);
          expect(failure).toBeInstanceOf(Fault);
          expect(failure).toMatchObject({ code: 'peer.sequence-unknown' });
          return;
        }
        const step = await asked(sequences, version, names);
        if (step.kind !== 'answer') throw new Error(step.kind);
        const said = [...new Set(indices)].filter((index) => all[index]!.acksTo === ANONYMOUS);
        expect(
          step.answer?.headers.acknowledgements?.map(({ identifier, ranges }) => ({ identifier, ranges })) ?? [],
        ).toEqual(
          said.map((index) => ({ identifier: `urn:${index}`, ranges: [{ lower: 1, upper: all[index]!.count }] })),
        );
        if (said.length > 0) expect(step.answer?.headers.version).toBe(version);
      },
    ),
  );
});

const POLICY = { trustTransport: true, requireProof: true, limits: DEFAULT_LIMITS, reader: 'scan' } as Policy;
const { addressing } = peerProfile('parley');

/** What the header of the answer to the next message of `urn:0` says, which asks of others along with it. */
async function answered(
  all: readonly [Kept, ...Kept[]],
  asks: readonly string[],
  serves: boolean,
): Promise<SequenceHeaders | undefined> {
  const [{ version, count }] = all;
  const common = { version, soapVersion: '1.2' } as const;
  const written = {
    soapVersion: '1.2',
    addressing,
    action: 'urn:app/Note',
    messageId: 'urn:message',
    to: 'urn:here',
  } as const;
  const raw = writeEnvelope({
    ...written,
    headers: (writer) => {
      writeSequenceHeaders(writer, { ...common, numbered: { identifier: 'urn:0', number: count + 1, isLast: false } });
      for (const ackRequested of asks) writeSequenceHeaders(writer, { ...common, ackRequested });
    },
    body: () => undefined,
  });
  const sequences = completeResponderSequenceSettings({ order: 'unordered' });
  const desk = new SequenceDesk({ records: await recordsOf(all), sequences, ambient, addressing });
  const message = {
    soapVersion: '1.2',
    action: written.action,
    messageId: 'urn:message',
    understoodHeaders: [],
  } as unknown;
  const taken = await desk.take({
    message: message as OpenedMessage,
    raw,
    owner: OWNER,
    policy: POLICY,
    version: version === '200702' ? '200512' : '200502',
    isNumbered: true,
    seal: async (envelope) => envelope,
    wipe: () => undefined,
  });
  if (taken?.kind !== 'sequence') throw new Error(taken?.kind);
  const envelope = serves ? raw : undefined;
  const reply = await taken.exchange.run(
    async () => envelope && writeEnvelope({ ...written, body: () => undefined }),
    new Promise(() => undefined),
  );
  if (!reply.ok) throw new Error(reply.code);
  return reply.value && claimedSequenceHeaders(reply.value, POLICY);
}

test('T86: what a message asks of others beside its own is said along with its answer, and nothing keeps it from being taken', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(kept, fc.array(kept, { maxLength: 4 })),
      fc.array(fc.nat(5), { maxLength: 4 }),
      fc.boolean(),
      async ([own, others], indices, serves) => {
        const all: readonly [Kept, ...Kept[]] = [own, ...others];
        const names = indices.map((index) => `urn:${index}`);
        const headers = await answered(all, names, serves);
        const isSaid = (index: number): boolean =>
          all[index]?.version === own.version && all[index]?.acksTo === ANONYMOUS;
        const said = [...new Set([0, ...indices])].filter(isSaid);
        expect(new Map(headers?.acknowledgements.map(({ identifier, ranges }) => [identifier, ranges]))).toEqual(
          new Map(
            said.map((index) => [`urn:${index}`, [{ lower: 1, upper: all[index]!.count + Number(index === 0) }]]),
          ),
        );
        expect(headers?.acknowledgements.length ?? 0).toBe(said.length);
      },
    ),
  );
});
