// What is written about sequences is read as it was meant, in both generations, and is what the schemas describe.
import { firstChild, loadLibxml, nextSibling, scan, Tape, validate, wsSchemas } from '@parley/codec';
import { writeEnvelope } from '@parley/conversation';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { durationText, readDuration } from '../../../packages/conversation/src/sequence-wire/duration.ts';
import {
  SEQUENCE_VERSIONS,
  type SequenceVersion,
  sequenceAction,
  sequenceActionOf,
} from '../../../packages/conversation/src/sequence-wire/generation.ts';
import { writeSequenceHeaders } from '../../../packages/conversation/src/sequence-wire/header-writer.ts';
import {
  type Acknowledgement,
  SequenceHeaderReader,
  type SequenceHeaders,
} from '../../../packages/conversation/src/sequence-wire/headers.ts';
import { MESSAGE_NUMBER_MAX } from '../../../packages/conversation/src/sequence-wire/message-number.ts';
import {
  writeCreateSequence,
  writeCreateSequenceResponse,
  writeSequenceEnd,
} from '../../../packages/conversation/src/sequence-wire/message-writer.ts';
import {
  INCOMPLETE_BEHAVIORS,
  readCreateSequence,
  readCreateSequenceResponse,
  readSequenceEnd,
} from '../../../packages/conversation/src/sequence-wire/messages.ts';
import { orderedRanges } from '../../../packages/conversation/src/sequence-wire/number-ranges.ts';
import { writeSequenceFault } from '../../../packages/conversation/src/sequence-wire/sequence-fault.ts';
import { readEnvelopeShape } from '../../../packages/engine/src/internal.ts';
import { codeOf } from '../../core/code-of.ts';
import { octets, text } from '../conversation-fixture.ts';

type Writer = Parameters<Parameters<typeof writeEnvelope>[0]['body']>[0];

const CASES = SEQUENCE_VERSIONS.flatMap((version) =>
  (['1.1', '1.2'] as const).map((soapVersion) => [version, soapVersion] as const),
);
const STYLE = { version: '1.0', mustUnderstand: true } as const;
const IDENTIFIER = fc.webUrl();
const NUMBER = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: MESSAGE_NUMBER_MAX }));
const RANGES = fc
  .uniqueArray(fc.integer({ min: 1, max: 10_000 }), { maxLength: 12 })
  .map((ends) => ends.sort((left, right) => left - right))
  .map((ends) => ends.slice(0, ends.length - (ends.length % 2)))
  .map((ends) => ends.flatMap((lower, at) => (at % 2 === 0 ? [{ lower, upper: ends[at + 1]! }] : [])))
  .map((ranges) => orderedRanges(ranges)!);

function envelope(
  version: SequenceVersion,
  soapVersion: '1.1' | '1.2',
  headers: (writer: Writer) => void,
  body: (writer: Writer) => void = () => undefined,
): Uint8Array {
  const action = sequenceAction(version, 'AckRequested');
  const written = writeEnvelope({ soapVersion, action, messageId: 'urn:uuid:1', to: 'urn:to', headers, body });
  // Its February schema has WS-Addressing of 2004.
  if (loadLibxml().available && version === '200702') expect(validate(written, wsSchemas('messages'))).toEqual([]);
  return written;
}

function headersOf(message: Uint8Array): SequenceHeaders | undefined {
  const tape = new Tape();
  scan(message, DEFAULT_LIMITS, tape);
  const reader = new SequenceHeaderReader(DEFAULT_LIMITS);
  const { header } = readEnvelopeShape(tape);
  for (let block = firstChild(tape, header); block >= 0; block = nextSibling(tape, block)) reader.take(tape, block);
  return reader.done();
}

function bodyOf(message: Uint8Array): Uint8Array {
  const [body = ''] = /<s:Body[\s\S]*<\/s:Body>/.exec(text(message)) ?? [];
  return octets(body.replace('<s:Body', '<s:Body xmlns:s="urn:s"'));
}

describe.each(CASES)('%s over SOAP %s', (version, soapVersion) => {
  test('headers', () => {
    const acknowledgement: fc.Arbitrary<Acknowledgement> = fc
      .record({
        identifier: IDENTIFIER,
        ranges: RANGES,
        nacks: fc.array(NUMBER, { maxLength: 3 }),
        isFinal: fc.boolean(),
        bufferRemaining: fc.option(fc.integer({ min: 0, max: 4096 }), { nil: undefined }),
      })
      .map((each) => ({
        ...each,
        nacks: each.ranges.length > 0 ? [] : each.nacks,
        isFinal: each.isFinal && version === '200702' && (each.ranges.length > 0 || each.nacks.length === 0),
      }));
    fc.assert(
      fc.property(
        fc.option(fc.record({ identifier: IDENTIFIER, number: NUMBER, isLast: fc.boolean() }), { nil: undefined }),
        fc.option(IDENTIFIER, { nil: undefined }),
        fc.array(acknowledgement, { maxLength: 3 }),
        fc.boolean(),
        (numbered, ackRequested, acknowledgements, usesToken) => {
          const parts = { version, soapVersion, numbered, ackRequested, acknowledgements, usesToken };
          const read = headersOf(envelope(version, soapVersion, (writer) => writeSequenceHeaders(writer, parts)));
          const isSaid = ({ ranges, nacks }: Acknowledgement): boolean =>
            version === '200702' || ranges.length + nacks.length > 0;
          const said = acknowledgements.filter(isSaid);
          if (numbered === undefined && ackRequested === undefined && said.length === 0 && !usesToken) {
            expect(read).toBeUndefined();
            return;
          }
          expect(read).toEqual({
            version,
            numbered: numbered && { ...numbered, isLast: numbered.isLast && version === '200502' },
            ackRequested: ackRequested === undefined ? [] : [ackRequested],
            acknowledgements: said,
            usesToken,
            usesTls: false,
            fault: undefined,
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  test('CreateSequence, its answer, and what ends a sequence', () => {
    const style = { version, addressing: '1.0' } as const;
    const lifetimeMs = fc.option(fc.integer({ min: 1, max: 1e9 }), { nil: undefined });
    const incomplete =
      version === '200702' ? fc.constantFrom(...INCOMPLETE_BEHAVIORS) : fc.constant('NoDiscard' as const);
    const offer = fc.record({
      identifier: IDENTIFIER,
      endpoint: version === '200702' ? IDENTIFIER : fc.constant(undefined),
      lifetimeMs,
      incomplete,
    });
    const create = fc.record({
      acksTo: IDENTIFIER,
      lifetimeMs,
      offer: fc.option(offer, { nil: undefined }),
      token: fc.option(
        fc.record({ identifier: IDENTIFIER, instance: fc.option(fc.constant('urn:i'), { nil: undefined }) }),
        {
          nil: undefined,
        },
      ),
    });
    const none = (): undefined => undefined;
    fc.assert(
      fc.property(create, (parts) => {
        const message = envelope(version, soapVersion, none, (writer) =>
          writeCreateSequence(writer, style, parts, '200512'),
        );
        expect(readCreateSequence(bodyOf(message), version, DEFAULT_LIMITS)).toEqual(parts);
      }),
      { numRuns: 30 },
    );
    const response = fc.record({
      identifier: IDENTIFIER,
      lifetimeMs,
      incomplete,
      accept: fc.option(fc.record({ acksTo: IDENTIFIER }), { nil: undefined }),
    });
    fc.assert(
      fc.property(response, (parts) => {
        const message = envelope(version, soapVersion, none, (writer) =>
          writeCreateSequenceResponse(writer, style, parts),
        );
        expect(readCreateSequenceResponse(bodyOf(message), version, DEFAULT_LIMITS)).toEqual(parts);
      }),
      { numRuns: 30 },
    );
    const ends = ['CloseSequence', 'TerminateSequence'] as const;
    fc.assert(
      fc.property(fc.constantFrom(...ends), IDENTIFIER, NUMBER, (action, identifier, lastNumber) => {
        if (version === '200502' && action === 'CloseSequence') return;
        const message = envelope(version, soapVersion, none, (writer) =>
          writeSequenceEnd(writer, version, action, { identifier, lastNumber }),
        );
        const read = readSequenceEnd(bodyOf(message), version, action, DEFAULT_LIMITS);
        expect(read).toEqual({ identifier, lastNumber: version === '200702' ? lastNumber : undefined });
      }),
      { numRuns: 20 },
    );
  });

  test('faults say their code, and which sequence they are about', () => {
    const codes = {
      'peer.sequence-unknown': 'UnknownSequence',
      'peer.sequence-terminated': 'SequenceTerminated',
      'peer.sequence-closed': version === '200702' ? 'SequenceClosed' : 'SequenceTerminated',
      'peer.sequence-last': version === '200702' ? 'SequenceClosed' : 'LastMessageNumberExceeded',
      'peer.sequence-rollover': 'MessageNumberRollover',
      'peer.sequence-acknowledgement': 'InvalidAcknowledgement',
      'peer.sequence-refused': 'CreateSequenceRefused',
      'peer.sequence-required': version === '200702' ? 'WSRMRequired' : 'SequenceTerminated',
    } as const;
    for (const [code, local] of Object.entries(codes)) {
      const message = writeSequenceFault({
        code: code as keyof typeof codes,
        detail: { sequence: 'urn:a' },
        version,
        soapVersion,
        messageId: 'urn:m',
        relatesTo: 'urn:r',
        addressing: STYLE,
      });
      if (loadLibxml().available) expect(validate(message, wsSchemas('messages')), code).toEqual([]);
      expect(text(message)).toContain(`r:${local}<`);
      if (soapVersion === '1.1' && !['CreateSequenceRefused', 'WSRMRequired'].includes(local))
        expect(headersOf(message)?.fault).toEqual({ version, faultCode: local, identifier: 'urn:a' });
    }
  });
});

test('actions belong to the generation that has them', () => {
  expect(sequenceActionOf(sequenceAction('200702', 'CloseSequence'))).toEqual({
    version: '200702',
    action: 'CloseSequence',
  });
  expect(sequenceActionOf(sequenceAction('200502', 'CloseSequence'))).toBeUndefined();
  expect(sequenceActionOf(sequenceAction('200702', 'LastMessage'))).toBeUndefined();
  expect(sequenceActionOf('urn:app')).toBeUndefined();
});

test('durations', () => {
  const read = (value: string): number | undefined => {
    const tape = new Tape();
    scan(octets(`<e>${value}</e>`), DEFAULT_LIMITS, tape);
    return readDuration(tape, 0);
  };
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e10 }), (lengthMs) => {
      expect(read(durationText(lengthMs))).toBe(lengthMs);
    }),
  );
  expect(read('P1DT2H3M4.5678S')).toBe(93_784_567);
  expect([read('PT0S'), read('P0DT0.000S'), read(durationText(undefined))]).toEqual([undefined, undefined, undefined]);
  // Shorter than a millisecond is not for ever.
  expect([read('PT0.0004S'), read('P0DT0H0M0.000000001S')]).toEqual([1, 1]);
  for (const wrong of ['P', 'PT', 'P1Y', '-PT1S', 'PT1.S', '1', 'PT1H1H', ''])
    expect(() => read(wrong), wrong).toThrow(Fault);
});

const WSRM = 'http://docs.oasis-open.org/ws-rx/wsrm/200702';

function reading(blocks: string): () => unknown {
  const namespaces = `xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:r="${WSRM}" xmlns:o="http://schemas.xmlsoap.org/ws/2005/02/rm"`;
  return () => headersOf(octets(`<s:Envelope ${namespaces}><s:Header>${blocks}</s:Header><s:Body/></s:Envelope>`));
}

const numbered = (number: string): string =>
  `<r:Sequence><r:Identifier>urn:a</r:Identifier><r:MessageNumber>${number}</r:MessageNumber></r:Sequence>`;
const acknowledging = (content: string): string =>
  `<r:SequenceAcknowledgement><r:Identifier>urn:a</r:Identifier>${content}</r:SequenceAcknowledgement>`;
const range = (lower: number | string, upper: number | string): string =>
  `<r:AcknowledgementRange Lower="${lower}" Upper="${upper}"/>`;

test.each([
  ['0', 'peer.encoding-invalid'],
  ['-1', 'peer.encoding-invalid'],
  ['1.0', 'peer.encoding-invalid'],
  ['', 'peer.encoding-invalid'],
  ['9007199254740992', 'peer.sequence-rollover'],
  ['9223372036854775807', 'peer.sequence-rollover'],
  ['9223372036854775808', 'peer.sequence-rollover'],
  ['18446744073709551617', 'peer.sequence-rollover'],
  [`1${'0'.repeat(40)}`, 'peer.sequence-rollover'],
])('T88: the message number %j is refused', (number, code) => {
  expect(codeOf(reading(numbered(number)))).toBe(code);
});

test('T88: numbers up to the highest are exact', () => {
  expect(reading(numbered(`000${MESSAGE_NUMBER_MAX}`))()).toMatchObject({ numbered: { number: 9007199254740991 } });
});

test.each([
  ['ranges that overlap', range(1, 3) + range(3, 4), 'peer.sequence-acknowledgement'],
  ['a range that ends before it begins', range(3, 1), 'peer.sequence-acknowledgement'],
  ['ranges and None', `${range(1, 1)}<r:None/>`, 'peer.sequence-acknowledgement'],
  ['ranges and Nack', `${range(1, 1)}<r:Nack>2</r:Nack>`, 'peer.sequence-acknowledgement'],
  ['Nack and Final', '<r:Nack>2</r:Nack><r:Final/>', 'peer.sequence-acknowledgement'],
  ['nothing', '', 'peer.sequence-acknowledgement'],
  ['a range of no numbers', range('a', 'b'), 'peer.encoding-invalid'],
  ['all that could ever be sent', range(1, '9223372036854775807'), 'peer.sequence-acknowledgement'],
  ['a Nack of what nobody sends', '<r:Nack>18446744073709551616</r:Nack>', 'peer.sequence-acknowledgement'],
  ['a range from nothing on', range(0, 4), 'peer.encoding-invalid'],
  [
    'more ranges than are read',
    Array.from({ length: 513 }, (_, at) => range(2 * at + 1, 2 * at + 1)).join(''),
    'peer.limit-acknowledgement',
  ],
])('T89: an acknowledgement with %s is refused', (_, content, code) => {
  expect(codeOf(reading(acknowledging(content)))).toBe(code);
});

test('T89: more header blocks about sequences than are read are refused', () => {
  const one = acknowledging(range(1, 1));
  expect(codeOf(reading(one.repeat(17)))).toBe('peer.limit-acknowledgement');
  expect(reading(one.repeat(16))).not.toThrow();
});

test('T87: a message with two numbers, or of two generations, is refused', () => {
  expect(codeOf(reading(numbered('1') + numbered('2')))).toBe('peer.structure-invalid');
  const older = numbered('1').replaceAll('r:', 'o:');
  expect(codeOf(reading(acknowledging(range(1, 1)) + older))).toBe('peer.structure-invalid');
});
