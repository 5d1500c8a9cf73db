// One message asks what has arrived of any sequences of its owner, and hears of these, and of no others.
import { MemoryRecords } from '@parley/conversation';
import { Fault } from '@parley/core';
import type { OpenedMessage, Policy } from '@parley/engine';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arrive, newDestination } from '../../../packages/conversation/src/sequence/destination.ts';
import { ResponderSequences } from '../../../packages/conversation/src/sequence-keeping/responder-sequences.ts';
import { contextOwner } from '../../../packages/conversation/src/sequence-keeping/sequence-owner.ts';
import type { SequenceStep } from '../../../packages/conversation/src/sequence-keeping/sequence-step.ts';
import { SessionBook } from '../../../packages/conversation/src/sequence-keeping/session-book.ts';
import { completeResponderSequenceSettings } from '../../../packages/conversation/src/sequence-keeping/settings.ts';
import { Shifts } from '../../../packages/conversation/src/sequence-keeping/shifts.ts';
import type { SequenceVersion } from '../../../packages/conversation/src/sequence-wire/generation.ts';
import { sequenceAction } from '../../../packages/conversation/src/sequence-wire/generation.ts';

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
  const records = new MemoryRecords();
  await records.transact(OWNER.partition, (within) => {
    const book = new SessionBook(within, { inactivityMs: 600_000, nowMs: NOW_MS });
    for (const [index, { version, count, acksTo }] of all.entries()) {
      const identifier = `urn:${index}`;
      let inbound = newDestination({ ...WAY, identifier, version, acksTo }, NOW_MS);
      for (let number = 1; number <= count; number++)
        inbound = arrive(inbound, { identifier, number, isLast: false }, NOW_MS).destination;
      book.add({ version, createId: `urn:create:${index}`, inbound, outbound: undefined });
    }
    book.save();
  });
  return new ResponderSequences(records, ambient, completeResponderSequenceSettings({}));
}

async function asked(
  sequences: ResponderSequences,
  version: SequenceVersion,
  ackRequested: readonly string[],
): Promise<SequenceStep> {
  const headers = {
    version,
    ackRequested,
    numbered: undefined,
    acknowledgements: [],
    usesToken: false,
    usesTls: false,
    fault: undefined,
  };
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
