/** What is the same in all messages that are made of envelopes of one shape for requests of one form, and making one. */
import type { OctetTemplate } from '@parley/codec/internal';
import type { AlgorithmSuite, DigestAlgorithm, KeyInstance, MacAlgorithm, Secret } from '@parley/core';
import {
  digestBase64,
  encodeBase64,
  encodedBase64Length,
  encrypt,
  fillDerivedKey,
  formatInstant,
  invariant,
  MacKey,
  randomOctets,
  writeBase64,
} from '@parley/core/internal';
import type { SealedMessage, SealRequest } from '../seal/request.ts';
import type { Printed } from '../templates/print.ts';
import type { Patched } from './patched.ts';

/** What is digested: a part that the matcher writes, or octets of the Security header. */
export interface DigestedPart {
  readonly digest: DigestAlgorithm;
  /** -1 for none. */
  readonly part: number;
  readonly written: Patched | undefined;
}

/** Numbers of the parts that the matcher writes of the message that goes out, as they stand there; -1 where there is none. */
export interface SealedParts {
  /** Up to the Security header. */
  readonly before: number;
  /** Behind it, to the ciphertext of the Body or to the end. */
  readonly after: number;
  /** Behind that. */
  readonly tail: number;
  /** The plaintext of the Body. */
  readonly plaintext: number;
}

/** Values have numbers: Created, Expires, the beginning of Ids, each draw of chance, each digest, the MAC, the encrypted signature. */
export interface SealTemplate extends Printed {
  /** Its parts have one hole more than envelopes have, for the beginning of Ids; -1 where that is the same in all. */
  readonly octets: OctetTemplate;
  readonly prefixHole: number;
  readonly parts: SealedParts;
  /** Octets of chance, as they are drawn: nonces of keys, then IVs. */
  readonly draws: readonly number[];
  readonly isDerived: boolean;
  readonly suite: AlgorithmSuite;
  readonly mac: MacAlgorithm;
  readonly digested: readonly DigestedPart[];
  /** With room for the pad of the MAC before it. */
  readonly signedInfo: Patched;
  /** The Signature, if it is encrypted. */
  readonly signature: Patched | undefined;
  readonly security: Patched;
}

/**
 * Makes a message of the envelope that matched last; `undefined` if it is too long for the matcher, and nothing was drawn.
 * @throws Fault as the whole way
 */
export function sealBy(
  template: SealTemplate,
  envelope: Uint8Array,
  request: SealRequest,
  { secret }: KeyInstance,
): SealedMessage | undefined {
  const { octets, draws, isDerived, suite, mac } = template;
  const { atMs, timestampLifetimeMs, encrypt: encrypts, idPrefix = '' } = request;
  if (!isWritten(template, idPrefix)) return undefined;
  const { takes } = octets.matcher;
  const values: string[] = [formatInstant(atMs), formatInstant(atMs + timestampLifetimeMs), idPrefix];
  let drawn = 0;
  const draw = (): Uint8Array => {
    const chance = randomOctets(draws[drawn]!, request);
    values[GIVEN + drawn++] = encodeBase64(chance);
    return chance;
  };
  const keyOf = (lengthBytes: number): Uint8Array =>
    isDerived ? derivedKey(secret, draw(), lengthBytes) : secret.lend((bytes) => bytes.slice());
  const signing = keyOf(suite.signatureKeyBytes);
  const macKey = new MacKey(mac, signing);
  signing.fill(0);
  let encrypting: Uint8Array = NOTHING;
  try {
    if (encrypts !== 'none') encrypting = keyOf(suite.encryptionKeyBytes);
    const ivs = draws.slice(drawn).map(draw);
    // safety: whoever fills with chance may have sealed or opened something else meanwhile.
    const isHeld = octets.matcher.takes === takes || isTakenAgain(template, envelope, idPrefix);
    invariant(isHeld, 'an envelope that matched matches again');
    return finished(template, values, macKey, (plaintext) => {
      return encrypt(suite.cipher, encrypting, ivs.shift()!, plaintext);
    });
  } finally {
    encrypting.fill(0);
    macKey.wipe();
    forget(template);
  }
}

/** Overwrites all values of the message that was made last: of a signature that is encrypted, nobody is to see them. */
function forget({ digested, signedInfo, signature, security }: SealTemplate): void {
  for (const { written } of digested) written?.forget();
  signedInfo.forget();
  signature?.forget();
  security.forget();
}

/** Has the matcher write the parts of the envelope that matched last; whether there is room for them. */
function isWritten({ octets, prefixHole }: SealTemplate, idPrefix: string): boolean {
  if (prefixHole >= 0) octets.matcher.lend(prefixHole, encoder.encode(idPrefix));
  return octets.write(0) >= 0;
}

function isTakenAgain(template: SealTemplate, envelope: Uint8Array, idPrefix: string): boolean {
  const { octets } = template;
  return octets.matcher.take(envelope) && octets.matches(envelope) && isWritten(template, idPrefix);
}

const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);
/** Created, Expires, the beginning of Ids. */
const GIVEN = 3;

/** As symmetric-keys.ts derives it; the caller's to wipe. */
export function derivedKey(from: Secret, nonce: Uint8Array, lengthBytes: number): Uint8Array {
  const key = new Uint8Array(lengthBytes);
  from.lend((bytes) => fillDerivedKey(bytes, { label: undefined, nonce, offsetBytes: 0 }, key));
  return key;
}

function finished(
  { octets: { matcher }, draws, digested, signedInfo, signature, security, parts }: SealTemplate,
  values: string[],
  macKey: MacKey,
  enciphered: (plaintext: Uint8Array) => Uint8Array,
): SealedMessage {
  const { out, places } = matcher;
  const partOf = (part: number): Uint8Array =>
    part < 0 ? NOTHING : out.subarray(places[part * 2], places[part * 2 + 1]);
  let at = GIVEN + draws.length;
  for (const { digest, part, written } of digested)
    values[at++] = digestBase64(digest, written === undefined ? partOf(part) : written.fill(values).octets);
  const { octets, start } = signedInfo.fill(values);
  const mac = macKey.macBase64(octets, start, octets.length);
  values[at++] = mac;
  if (signature !== undefined) values[at] = encodeBase64(enciphered(signature.fill(values).octets));
  security.fill(values);
  const ciphertext = parts.plaintext < 0 ? NOTHING : enciphered(partOf(parts.plaintext));
  const [before, after, tail] = [partOf(parts.before), partOf(parts.after), partOf(parts.tail)];
  const tailAt = before.length + security.octets.length + after.length + encodedBase64Length(ciphertext.length);
  const message = new Uint8Array(tailAt + tail.length);
  message.set(before);
  message.set(security.octets, before.length);
  message.set(after, before.length + security.octets.length);
  writeBase64(ciphertext, message, before.length + security.octets.length + after.length);
  message.set(tail, tailAt);
  return { octets: message, signatureValues: [mac] };
}
