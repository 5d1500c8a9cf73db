/**
 * Replies as they lie in shared memory: *shapes*, which are said once for a batch, and the *values* of each reply. Written by
 * reply-writer.ts, read by reply-reader.ts.
 *
 * An answer is, from a multiple of eight octets on: {@link BLOCK_WORDS} words (float64), the values (float64), the texts among the
 * values one behind the other (UTF-8; lengths are those of strings), and what msgpackr makes of {@link AnswerShapes}.
 *
 * The values of a reply are the index of its shape, and then, of a
 * - refusal: nothing;
 * - sealed message: where its octets start in the slab, their length, the length of each SignatureValue;
 * - verdict: createdAtMs, expiresAtMs (NaN: none), replayUntilMs; the lengths of messageId, relatesTo (-1: none) and replayKey;
 *   whether nonces follow, as they are not those of the shape, and then their lengths;
 * - opened message: the same; where the verified octets start in the slab, their length, where from there the Body starts, its
 *   length; the same of each signed part; the length of each SignatureValue.
 *
 * perf: messages of one conversation differ in little else. What is said once is made into objects once, and all of a batch have
 * it in common; of each message there is one object more, and slices of one text.
 */

import type { OpenedAssertion, OpenedMessage } from '../../message/opened-message.ts';

/** Words before the values: how many values there are, octets of the texts. */
export const BLOCK_WORDS = 2;
export const WORD_BYTES: number = Float64Array.BYTES_PER_ELEMENT;

/** Index of a text in the table; -1 is `undefined`. */
export type TextIndex = number;

export const FAILED = 0;
export const SEALED = 1;
export const OPENED = 2;
export const VERDICT = 3;

export type AnswerShapes = readonly [texts: readonly string[], shapes: readonly ShapeRecord[]];

export type ShapeRecord = FailedRecord | SealedRecord | OpenedRecord | VerdictRecord;

export type FailedRecord = readonly [
  kind: typeof FAILED,
  code: TextIndex,
  detail: readonly (readonly [name: string, value: string | number])[],
];

export type SealedRecord = readonly [kind: typeof SEALED, signatureValues: number];

export type OpenedRecord = readonly [
  kind: typeof OPENED,
  head: HeadRecord,
  keys: readonly KeyRecord[],
  signed: readonly SignedRecord[],
  encrypted: readonly EncryptedRecord[],
  signatureValues: number,
  signatureConfirmed: boolean,
  assertions: readonly AssertionRecord[],
  /** What few messages have. */
  rest: OpenedRest | null,
];

export type OpenedRest = Pick<OpenedMessage, 'bearerContext' | 'claimedAddressing' | 'understoodHeaders'>;

/** The assertion without its octets, which start and end in the slab. */
export type AssertionRecord = readonly [assertion: Omit<OpenedAssertion, 'bytes'>, start: number, length: number];

export type VerdictRecord = readonly [
  kind: typeof VERDICT,
  head: HeadRecord,
  keys: readonly KeyRecord[],
  signed: readonly TextIndex[],
  encrypted: readonly TextIndex[],
  algorithms: readonly TextIndex[],
];

export type HeadRecord = readonly [
  soapVersion: TextIndex,
  identifier: TextIndex,
  instance: TextIndex,
  version: TextIndex,
  principal: TextIndex,
  action: TextIndex,
  to: TextIndex,
];

export type KeyRecord = ContextKeyRecord | NamedKeyRecord | CertificateKeyRecord;

export type ContextKeyRecord = readonly [
  source: TextIndex,
  identifier: TextIndex,
  instance: TextIndex,
  derivation: readonly DerivationRecord[],
];

/** A key that one name tells: of an EncryptedKey its SHA-1, of an assertion its id, of a password its user. */
export type NamedKeyRecord = readonly [source: TextIndex, name: TextIndex, derivation: readonly DerivationRecord[]];

export type CertificateKeyRecord = readonly [
  source: TextIndex,
  subject: TextIndex,
  thumbprint: TextIndex,
  /** Base64 of DER, which is mostly that of the message before. */
  chain: readonly TextIndex[],
];

export type DerivationRecord = readonly [
  label: TextIndex,
  nonceBase64: TextIndex,
  offsetBytes: number,
  lengthBytes: number,
  implied: boolean,
];

export type SignedRecord = readonly [
  role: TextIndex,
  namespace: TextIndex,
  localName: TextIndex,
  digest: TextIndex,
  algorithm: TextIndex,
  /** Index in the record's keys. */
  key: number,
];

export type EncryptedRecord = readonly [
  role: TextIndex,
  namespace: TextIndex,
  localName: TextIndex,
  target: TextIndex,
  cipher: TextIndex,
  /** Index in the record's keys. */
  key: number,
];
