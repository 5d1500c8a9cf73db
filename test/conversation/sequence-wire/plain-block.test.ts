// What is read of a header block without a scan is what a scan reads of it; and nearly every message of a sequence has such blocks only.
import { scan, Tape } from '@parley/codec';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SEQUENCE_VERSIONS, sequenceNamespace } from '../../../packages/conversation/src/sequence-wire/generation.ts';
import { SequenceHeaderReader } from '../../../packages/conversation/src/sequence-wire/headers.ts';
import { plainBlock } from '../../../packages/conversation/src/sequence-wire/plain-block.ts';
import { octets } from '../conversation-fixture.ts';

const NETRM = 'http://schemas.microsoft.com/ws/2006/05/rm';
const SOAP = 'xmlns:s="http://www.w3.org/2003/05/soap-envelope" s:mustUnderstand="1"';

const URI = fc.constantFrom(
  ...SEQUENCE_VERSIONS.map(sequenceNamespace),
  'http://docs.oasis-open.org/ws-rx/wsrm/200702 ',
  'http://docs.oasis-openXorg/ws-rx/wsrm/200702',
  'urn:other',
);
const ROOM_URI = fc.constantFrom(NETRM, NETRM, 'http://schemasXmicrosoft.com/ws/2006/05/rm', 'urn:other');
const PREFIX = fc.constantFrom('r', 'r', 'wsrm', 'ns-2', 'r.1');
const LOCAL = fc.constantFrom('Sequence', 'SequenceAcknowledgement', 'AckRequested', 'SequenceX');
const NUMBER = fc.oneof(
  fc.integer({ min: 0, max: 12 }).map(String),
  fc.constantFrom(
    '01',
    ' 7 ',
    '+7',
    '',
    '9007199254740991',
    '9007199254740992',
    '999999999999999',
    '1000001',
    '7&#49;',
  ),
);
const IDENTIFIER = fc.oneof(
  fc.constantFrom(
    'urn:uuid:1',
    'urn:a&amp;b',
    ' urn:spaced ',
    'urn:\u00e9',
    '',
    '>',
    'a]]>b',
    'urn:"q"',
    '<!--c-->urn:c',
  ),
  fc.webUrl().map((url) => url.replaceAll('&', '&amp;')),
);
const START = fc.constantFrom('', ` ${SOAP}`, ' xmlns:x="urn:x" x:y="a>b"', ' Id="&quot;"');

/** Elements as a canonical form has them, and such as nobody writes. */
const BLOCK = fc
  .record({
    prefix: PREFIX,
    uri: URI,
    local: LOCAL,
    start: START,
    identifier: IDENTIFIER,
    numbers: fc.array(NUMBER, { maxLength: 2 }),
    ranges: fc.array(fc.tuple(NUMBER, NUMBER), { maxLength: 2 }),
    room: fc.option(fc.tuple(ROOM_URI, NUMBER)),
    end: fc.constantFrom('', '', '', 'final', 'nack', 'last', ' ', 'other prefix'),
  })
  .map(({ prefix: p, uri, local, start, identifier, numbers, ranges, room, end }) => {
    const ends: Readonly<Record<string, string>> = {
      final: `<${p}:Final></${p}:Final>`,
      nack: `<${p}:Nack>2</${p}:Nack>`,
      last: `<${p}:LastMessage></${p}:LastMessage>`,
      'other prefix': `<q:MessageNumber xmlns:q="${uri}">4</q:MessageNumber>`,
    };
    return [
      `<${p}:${local} xmlns:${p}="${uri}"${start}><${p}:Identifier>${identifier}</${p}:Identifier>`,
      ...numbers.map((number) => `<${p}:MessageNumber>${number}</${p}:MessageNumber>`),
      ...ranges.map(
        ([lower, upper]) => `<${p}:AcknowledgementRange Lower="${lower}" Upper="${upper}"></${p}:AcknowledgementRange>`,
      ),
      room === null ? '' : `<n:BufferRemaining xmlns:n="${room[0]}">${room[1]}</n:BufferRemaining>`,
      `${ends[end] ?? end}</${p}:${local}>`,
    ].join('');
  });

/** What one way to read `blocks` says, or how it refuses them. */
function saidBy(blocks: readonly string[], take: (reader: SequenceHeaderReader, block: Uint8Array) => void): unknown {
  const reader = new SequenceHeaderReader(DEFAULT_LIMITS);
  try {
    for (const block of blocks) take(reader, octets(block));
    return reader.done();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { code: error.code, detail: error.detail };
  }
}

const tape = new Tape();

function scanned(blocks: readonly string[]): unknown {
  return saidBy(blocks, (reader, block) => {
    scan(block, DEFAULT_LIMITS, tape);
    reader.take(tape, 0);
  });
}

function alone(blocks: readonly string[]): unknown {
  return saidBy(blocks, (reader, block) => reader.takeAlone(block, tape));
}

test('reads, and refuses, what a scan does', () => {
  fc.assert(
    fc.property(fc.array(BLOCK, { minLength: 1, maxLength: 3 }), (blocks) => {
      expect(alone(blocks)).toEqual(scanned(blocks));
    }),
    { numRuns: 600 },
  );
});

const PLAIN = fc.record({
  uri: fc.constantFrom(...SEQUENCE_VERSIONS.map(sequenceNamespace)),
  number: fc.integer({ min: 1, max: 1e14 }),
  room: fc.boolean(),
});

test('reads the usual ones without a scan, whose count has an end too', () => {
  fc.assert(
    fc.property(PLAIN, fc.integer({ min: 1, max: 20 }), ({ uri, number, room }, count) => {
      const head = `xmlns:r="${uri}" ${SOAP}><r:Identifier>urn:uuid:1</r:Identifier>`;
      const left = room ? `<n:BufferRemaining xmlns:n="${NETRM}">8</n:BufferRemaining>` : '';
      const sequence = `<r:Sequence ${head}<r:MessageNumber>${number}</r:MessageNumber></r:Sequence>`;
      const acknowledgement = `<r:SequenceAcknowledgement ${head}<r:AcknowledgementRange Lower="1" Upper="${number}"></r:AcknowledgementRange>${left}</r:SequenceAcknowledgement>`;
      for (const block of [sequence, acknowledgement])
        expect(plainBlock(octets(block), DEFAULT_LIMITS)).toMatchObject({ identifier: 'urn:uuid:1' });
      expect(
        plainBlock(octets(acknowledgement.replace('</r:Id', `${' '.repeat(1000)}</r:Id`)), DEFAULT_LIMITS),
      ).toBeUndefined();
      const many = [sequence, ...Array.from({ length: count }, () => acknowledgement)];
      expect(alone(many)).toEqual(scanned(many));
      expect(alone([sequence, sequence])).toMatchObject({ code: 'peer.structure-invalid' });
    }),
    { numRuns: 60 },
  );
});
