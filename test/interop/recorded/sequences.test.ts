// The reliable sessions of recordings, followed by the machines: what Metro's and WCF's ends said fits what the other end would say.

import { randomFillSync } from 'node:crypto';
import { CanonicalElement, scan, Tape, XmlWriter } from '@parley/codec';
import { claimedSequenceHeaders, MemoryContextStore, Responder, type SequenceHeaders } from '@parley/conversation';
import { DEFAULT_LIMITS } from '@parley/core';
import { describe, expect, test } from 'vitest';
import {
  acknowledgementOf,
  arrive,
  close,
  type Destination,
  deliver,
  isWhole,
  newDestination,
  readyNumbers,
  terminate,
} from '../../../packages/conversation/src/sequence/destination.ts';
import {
  acknowledge,
  isAcknowledgedWhole,
  newSource,
  numberNext,
  type Source,
} from '../../../packages/conversation/src/sequence/source.ts';
import { sequenceActionOf } from '../../../packages/conversation/src/sequence-wire/generation.ts';
import {
  readCreateSequence,
  readCreateSequenceResponse,
  readSequenceEnd,
} from '../../../packages/conversation/src/sequence-wire/messages.ts';
import { emptyOutline, readOutline } from '../../../packages/conversation/src/soap/outline.ts';
import { readEnvelopeShape } from '../../../packages/engine/src/internal.ts';
import { partiesOf } from '../live/parties.ts';
import { recordedEndpoint } from './recorded-endpoint.ts';
import { type Exchange, keysOf, type RecordingName, readConversations } from './recording.ts';

const READ = { limits: DEFAULT_LIMITS, reader: 'scan' } as const;

/** One way of a session: the end that sends and the end that receives, told by the same messages. */
interface Way {
  source: Source;
  destination: Destination;
}

class Session {
  readonly ways = new Map<string, Way>();
  #offered: string | undefined;
  messages = 0;
  acknowledgements = 0;

  take(octets: Uint8Array, atMs: number): void {
    const outline = emptyOutline();
    readOutline(octets, READ, new Tape(), outline);
    const headers = claimedSequenceHeaders(octets, READ);
    const known = sequenceActionOf(outline.action ?? '');
    if (headers !== undefined) this.#takeHeaders(headers, atMs);
    if (known === undefined) return;
    const { version, action } = known;
    const body = bodyOf(octets);
    switch (action) {
      case 'CreateSequence': {
        const { offer, token } = readCreateSequence(body, version, DEFAULT_LIMITS);
        // Metro says so in a header, in 1.1; the reference is there in both generations, where there is a context.
        expect(headers?.usesToken ?? false).toBe(version === '200702');
        expect(token).not.toBe('not-a-context');
        this.#offered = offer?.identifier;
        break;
      }
      case 'CreateSequenceResponse': {
        const { identifier, accept } = readCreateSequenceResponse(body, version, DEFAULT_LIMITS);
        expect(accept).toBeDefined();
        for (const each of [identifier, this.#offered!]) this.ways.set(each, wayNamed(each, version, atMs));
        break;
      }
      case 'CloseSequence':
      case 'TerminateSequence': {
        const { identifier, lastNumber } = readSequenceEnd(body, version, action, DEFAULT_LIMITS);
        const way = this.ways.get(identifier)!;
        way.destination = (action === 'CloseSequence' ? close : terminate)(way.destination, lastNumber, atMs);
        break;
      }
      case 'CloseSequenceResponse':
      case 'TerminateSequenceResponse':
        expect(this.ways.has(readSequenceEnd(body, version, action, DEFAULT_LIMITS).identifier)).toBe(true);
        break;
      case 'LastMessage':
      case 'AckRequested':
      case 'SequenceAcknowledgement':
        break;
    }
  }

  #takeHeaders({ numbered, acknowledgements }: SequenceHeaders, atMs: number): void {
    if (numbered !== undefined) {
      const way = this.ways.get(numbered.identifier)!;
      const next = numberNext(way.source, { awaitsAnswer: false, atMs });
      expect(next.number).toBe(numbered.number);
      way.source = next.source;
      const { arrival, destination } = arrive(way.destination, numbered, atMs);
      expect(arrival).toBe('new');
      way.destination = readyNumbers(destination).reduce(deliver, destination);
      this.messages++;
    }
    for (const each of acknowledgements) {
      const way = this.ways.get(each.identifier)!;
      way.source = acknowledge(way.source, each, atMs).source;
      // What the peer said has arrived is what our end says of the same messages.
      const { ranges } = acknowledgementOf(way.destination);
      expect([ranges, withoutLast(way.destination)]).toContainEqual(each.ranges);
      this.acknowledgements++;
    }
  }
}

/** interop: Metro's client never acknowledges the last message of 2005/02 of the way back. */
function withoutLast({ received, lastNumber, version }: Destination): unknown {
  const last = received.at(-1);
  if (version !== '200502' || last === undefined || last.upper !== lastNumber) return received;
  return [...received.slice(0, -1), { ...last, upper: last.upper - 1 }];
}

function wayNamed(identifier: string, version: '200702' | '200502', atMs: number): Way {
  const shared = { identifier, version, windowMax: 32, expiresAtMs: undefined };
  return {
    source: newSource(shared, atMs),
    destination: newDestination(
      { ...shared, order: 'in-order', incomplete: 'DiscardFollowingFirstGap', acksTo: 'urn:x' },
      atMs,
    ),
  };
}

function bodyOf(octets: Uint8Array): Uint8Array {
  const tape = new Tape();
  scan(octets, DEFAULT_LIMITS, tape);
  const body = CanonicalElement.of(tape, readEnvelopeShape(tape).body, 1 << 20);
  return new XmlWriter().repeat(body).take();
}

function sessionOf(exchanges: readonly Exchange[]): Session {
  const session = new Session();
  exchanges.forEach(({ request, reply, requestType, replyType }, index) => {
    if (!requestType?.includes('fastinfoset')) session.take(request, index);
    if (reply.length > 0 && !replyType?.includes('fastinfoset')) session.take(reply, index);
  });
  return session;
}

const SESSIONS = (['metro-rm', 'wcf'] as const).flatMap((recording: RecordingName) =>
  [...readConversations(recording)]
    .filter(([name]) => /[-,]rm(-|,|$)/.test(name))
    .map(([name, exchanges]) => [recording, name, exchanges] as const),
);

describe('recorded', () => {
  test('there are sessions of both', () => {
    expect(SESSIONS.map(([, name]) => name)).toEqual([
      'x509-rm-13-12',
      'x509-rm-10-12',
      'tls-rm-13-12',
      'asym-rm-13-12',
      'mix-rm-13-12',
      'ut-rm-10-12',
      'cb,anon,rm',
      'ws,none,sc,rm',
    ]);
  });

  test.each(SESSIONS)('%s: %s is followed to its end', (recording, name, exchanges) => {
    const session = sessionOf(exchanges);
    expect(session.ways.size, name).toBe(2);
    const [there, back] = [...session.ways.values()] as [Way, Way];
    expect(there.destination.state).toBe('terminated');
    expect(isWhole(there.destination)).toBe(true);
    expect(isAcknowledgedWhole(there.source)).toBe(true);
    expect(isAcknowledgedWhole(back.source)).toBe(!(recording === 'metro-rm' && back.source.version === '200502'));
    expect(session.messages).toBeGreaterThanOrEqual(4);
    expect(session.acknowledgements).toBeGreaterThanOrEqual(4);
  });
});

test('T86: what WCF sends in a sequence outside of every context is refused, for nothing says whose the sequence is', async () => {
  const { folder, password } = keysOf('wcf');
  const endpoint = recordedEndpoint('wcf', 'cb,anon,rm', partiesOf(folder, password));
  const requests = readConversations('wcf').get('cb,anon,rm') ?? [];
  let nowMs = 0;
  const responder = new Responder({
    store: new MemoryContextStore(),
    ambient: { nowMs: () => nowMs, fillRandom: (out) => void randomFillSync(out) },
    bootstrap: endpoint.responder(),
    profile: endpoint.profile,
    sequences: {},
  });
  const codes: string[] = [];
  for (const { request } of requests) {
    nowMs = Date.parse(/Created[^>]*>([^<]*)</.exec(new TextDecoder().decode(request))?.[1] ?? '');
    const received = await responder.receive(request, { secure: true });
    codes.push(received.kind === 'refused' ? received.failure.code : received.kind);
  }
  expect(codes).toEqual(requests.map(() => 'peer.keyinfo-forbidden'));
  expect(responder.sequenceStats).toMatchObject({ created: 0 });
});
