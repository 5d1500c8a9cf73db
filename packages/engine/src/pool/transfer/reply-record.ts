/**
 * A reply as it lies in shared memory: tuples, packed by msgpackr, with texts by their index in the batch's table.
 * Written by reply-writer.ts, read by reply-reader.ts.
 * perf: measured on 64 opened messages of 6 signed parts, both ways through: structured clone 16 us per message,
 * msgpackr with records 10, tuples with a table of texts 2.
 */

import type { OpenedAssertion, OpenedMessage } from '../../message/opened-message.ts';

/** Index of a text in the table; -1 is `undefined`. */
export type TextIndex = number;

export const FAILED = 0;
export const SEALED = 1;
export const OPENED = 2;
export const VERDICT = 3;

export type ReplyRecord = FailedRecord | SealedRecord | OpenedRecord | VerdictRecord;

export type FailedRecord = readonly [
  kind: typeof FAILED,
  code: TextIndex,
  detail: readonly (readonly [name: string, value: string | number])[],
];

export type SealedRecord = readonly [
  kind: typeof SEALED,
  start: number,
  length: number,
  signatureValues: readonly string[],
];

export type OpenedRecord = readonly [
  kind: typeof OPENED,
  head: HeadRecord,
  keys: readonly KeyRecord[],
  signed: readonly SignedRecord[],
  encrypted: readonly EncryptedRecord[],
  /** In the slab. */
  start: number,
  verifiedLength: number,
  /** From `start`. */
  bodyStart: number,
  bodyLength: number,
  signatureValues: readonly string[],
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

/** What differs from message to message is in place, the rest in the table. */
export type HeadRecord = readonly [
  soapVersion: TextIndex,
  identifier: TextIndex,
  instance: TextIndex,
  version: TextIndex,
  principal: TextIndex,
  action: TextIndex,
  messageId: string | null,
  relatesTo: string | null,
  to: TextIndex,
  createdAtMs: number | null,
  expiresAtMs: number | null,
  replayKey: string,
  replayUntilMs: number,
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
  /** In the verified octets. */
  start: number,
  length: number,
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
