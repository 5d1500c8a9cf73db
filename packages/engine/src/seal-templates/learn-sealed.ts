/**
 * An envelope that was sealed -> a template of what is made of all envelopes of its shape for requests of one form.
 *
 * The whole way seals a copy of the envelope with marks in its holes, with a time and with chance of our own: what it writes is cut at the
 * marks and at the values that are known. So there is no second writer; and what does not make the same of the envelope itself as the whole way is no
 * template.
 */
import { Tape } from '@parley/codec';
import type { TemplateHole } from '@parley/codec/internal';
import {
  bytesEqual,
  decodeText,
  E,
  ELEMENT_WORDS,
  firstChild,
  markedCopy,
  Namespace,
  namespaceOf,
  nextSibling,
  octetMatcher,
  piecesOf,
  readDocument,
  templateOf,
} from '@parley/codec/internal';
import type { KeyInstance } from '@parley/core';
import { DEFAULT_LIMITS } from '@parley/core';
import { contentOf } from '../claims/claim.ts';
import { Addressing } from '../message/addressing-names.ts';
import { ADDRESS_BYTES_MAX } from '../read/addressing.ts';
import { readEnvelopeShape, readHeaderBlocks } from '../read/soap-envelope.ts';
import type { SealRequest } from '../seal/request.ts';
import { sealInFull } from '../seal/seal.ts';
import { addPayloadContent, payloadOf } from '../templates/body-content.ts';
import { HoleList, NoTemplate } from '../templates/hole-list.ts';
import { addBodyContent, addHeaderBlock, addPayload, READ_ADDRESSING } from '../templates/message-holes.ts';
import type { BodyForm } from '../templates/print.ts';
import { printOf } from '../templates/print.ts';
import { Patched } from './patched.ts';
import type { DigestedPart, SealTemplate } from './seal-template.ts';
import { sealBy } from './seal-template.ts';
import { chanceInto, sealedSample, withoutWorkspace } from './sealed-sample.ts';

/** @throws NoTemplate; what reading and sealing throw */
export function sealTemplateOf(
  envelope: Uint8Array,
  request: SealRequest,
  key: KeyInstance,
  body: BodyForm,
): SealTemplate {
  const tape = new Tape();
  readDocument(envelope, DEFAULT_LIMITS, tape, 'scan');
  const holes = holesOf(tape, body);
  const marked = markedCopy(tape, holes, DEFAULT_LIMITS);
  if (marked === undefined) throw new NoTemplate();
  const sample = sealedSample(marked.bytes, request, key);
  const { octets, security, cipherValue, plaintext, texts, mac, prefix } = sample;
  const prefixHole = prefix === '' ? -1 : holes.length;
  const runs: Uint8Array[] = [];
  const add = (run: Uint8Array): number => runs.push(run) - 1;
  const parts = {
    before: add(octets.subarray(0, security.start)),
    after: add(octets.subarray(security.end, cipherValue.start)),
    tail: plaintext === undefined ? -1 : add(octets.subarray(cipherValue.end)),
    plaintext: plaintext === undefined ? -1 : add(plaintext),
  };
  const digested = sample.references.map(({ octets: part, digest, isWritten }): DigestedPart => {
    return isWritten
      ? { digest, part: -1, written: constant(part, texts) }
      : { digest, part: add(part), written: undefined };
  });
  const lent = prefixHole < 0 ? undefined : { text: prefix, hole: prefixHole };
  const matched = templateOf(
    tape,
    holes,
    runs.map((run) => piecesOf(run, lent)),
    octetMatcher,
  );
  if (matched === undefined) throw new NoTemplate();
  const template: SealTemplate = {
    print: printOf(matched, body),
    octets: matched,
    prefixHole,
    parts,
    draws: sample.drawBytes,
    isDerived: sample.isDerived,
    suite: sample.suite,
    mac,
    digested,
    signedInfo: constant(sample.signedInfo, texts, mac.blockBytes),
    signature: sample.signature && constant(sample.signature, texts),
    security: constant(octets.subarray(security.start, security.end), texts),
  };
  requireOwn(template, envelope, request, key);
  return template;
}

/** Checks that it makes of `envelope` what the whole way makes of it. @throws NoTemplate */
function requireOwn(template: SealTemplate, envelope: Uint8Array, request: SealRequest, key: KeyInstance): void {
  const { matcher } = template.octets;
  const withChance = (): SealRequest => ({ ...withoutWorkspace(request), fillRandom: chanceInto([], 7) });
  const { octets } = sealInFull(envelope, withChance());
  try {
    const isMatch = matcher.take(envelope) && template.octets.matches(envelope);
    const own = isMatch ? sealBy(template, envelope, withChance(), key)?.octets : undefined;
    if (own?.length !== octets.length || !bytesEqual(own, 0, own.length, octets)) throw new NoTemplate();
  } finally {
    matcher.drop();
  }
}

/** Octets without marks. @throws NoTemplate */
function constant(octets: Uint8Array, texts: readonly string[], start?: number): Patched {
  if (piecesOf(octets).length !== 1) throw new NoTemplate();
  return new Patched(octets, texts, start);
}

/** Texts and attributes of header blocks, and what the Body holds. @throws NoTemplate */
function holesOf(tape: Tape, body: BodyForm): readonly TemplateHole[] {
  const shape = readEnvelopeShape(tape);
  const { addressing } = readHeaderBlocks(tape, shape, { refuseUnknown: false });
  // Ids that came along decide which ones are new.
  if (tape.idCount > 0 || shape.header < 0) throw new NoTemplate();
  const holes = new HoleList(tape);
  const policy = { limits: DEFAULT_LIMITS, signedPayload: [] };
  const claims = { envelope: shape };
  if (body === 'any') addPayloadContent(holes, payloadOf(tape), policy);
  for (let block = firstChild(tape, shape.header); block >= 0; block = nextSibling(tape, block)) {
    if (namespaceOf(tape, block) === Namespace.wsse) throw new NoTemplate();
    const place = addressing.indexOf(block);
    if (READ_ADDRESSING.includes(place)) addAddressing(holes, block, place);
    else addHeaderBlock(holes, block, policy, place < 0 ? undefined : ADDRESS_BYTES_MAX);
  }
  if (body === 'any') addPayload(holes, claims, policy);
  else addBodyContent(holes, claims, policy);
  return holes.inOrder();
}

const WORD = /^()[!-%'-;=?-~]+$/;
const ABSOLUTE_IRI = /^([A-Za-z][A-Za-z0-9+.-]*:)[!-%'-;=?-~]+$/;

/** Adds what a wsa header says, where whatever stands in the hole is taken by the whole way, too; anything else is fixed. */
function addAddressing(holes: HoleList, element: number, place: number): void {
  const { tape } = holes;
  const contentEnd = tape.elements[element * ELEMENT_WORDS + E.contentEnd]!;
  const text = decodeText(tape.bytes, contentOf(tape, element), contentEnd);
  const fixed = (place === Addressing.MessageID ? ABSOLUTE_IRI : WORD).exec(text)?.[1];
  if (fixed !== undefined) holes.restOfWord(element, fixed.length);
}
