// Parts of one valid message in another one, of the same context and of another: the octets are properly signed, elsewhere.
import { canonicalise, localNameOf, OctetSink, scan, Tape } from '@parley/codec';
import { splice } from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';
import { open } from '@parley/engine';
import { expect, test } from 'vitest';
import { E, ELEMENT_WORDS } from '../../../packages/codec/src/tape/tape.ts';
import { report } from './extent.ts';
import { CERTIFIED, type Original, originals } from './originals.ts';
import { Outcomes } from './outcomes.ts';
import { READINGS } from './tolerated.ts';

/** What a message can lend to another: its signed parts, and what proves them. */
const PARTS = [
  ...['Body', 'Timestamp', 'Action', 'MessageID', 'To', 'ReplyTo'],
  ...['Signature', 'SignedInfo', 'SignatureValue', 'KeyInfo', 'SecurityContextToken', 'DerivedKeyToken', 'Security'],
  ...['EncryptedData', 'CipherValue', 'ReferenceList', 'EncryptedKey', 'BinarySecurityToken', 'SecurityTokenReference'],
] as const;

interface Piece {
  readonly start: number;
  readonly end: number;
  /** Its canonical form, which declares all that it needs and has the digest that was signed. */
  readonly octets: Uint8Array;
}

const messages = [...originals(30), ...CERTIFIED].map((original) => ({ ...original, pieces: piecesOf(original) }));

test.each(READINGS)(
  'T53 T83: each signed part of each of 39 messages in place of, and beside, the same part of each other, read %s',
  (name, reading) => {
    const outcomes = new Outcomes();
    for (const from of messages) {
      for (const into of messages) {
        for (const part of PARTS) {
          const lent = from.pieces.get(part);
          const own = into.pieces.get(part);
          if (from === into || lent === undefined || own === undefined) continue;
          const described = `${part} of ${from.name} in ${into.name}`;
          for (const start of [own.start, own.end]) {
            const message = splice(into.message, [{ start, end: own.end, with: lent.octets }]);
            const request = { ...into.request, policy: reading(into.request.policy) };
            outcomes.add(open(message, request), [into.meaning], () => described);
          }
        }
      }
    }
    report(`splices, ${name}`, outcomes);
    expect(outcomes.total).toBeGreaterThan(15_000);
    // An Action that is the same in both, with the same Id; a reference to the context that both are of.
    expect(outcomes.count('unharmed')).toBeLessThan(outcomes.total * 0.1);
  },
  120_000,
);

test('a part put back in its own message in its canonical form is the same part', () => {
  for (const { message, pieces, request, meaning, name } of messages) {
    const outcomes = new Outcomes();
    for (const part of ['Body', 'Timestamp', 'Action', 'MessageID', 'To'] as const) {
      const { start, end, octets } = pieces.get(part)!;
      outcomes.add(open(splice(message, [{ start, end, with: octets }]), request), [meaning], () => name);
    }
    expect(outcomes.count('unharmed'), name).toBe(5);
  }
});

/** The first element of each name. */
function piecesOf({ message }: Original): ReadonlyMap<string, Piece> {
  const tape = new Tape();
  scan(message, DEFAULT_LIMITS, tape);
  const pieces = new Map<string, Piece>();
  for (let element = 0; element < tape.elementCount; element++) {
    const name = localNameOf(tape, element);
    if (pieces.has(name)) continue;
    const sink = new OctetSink();
    canonicalise(tape, element, sink);
    pieces.set(name, {
      start: tape.elements[element * ELEMENT_WORDS + E.start]!,
      end: tape.elements[element * ELEMENT_WORDS + E.end]!,
      octets: sink.bytes.slice(0, sink.length),
    });
  }
  return pieces;
}
