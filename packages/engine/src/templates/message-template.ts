import type { OctetTemplate } from '@parley/codec/internal';
import type { CipherAlgorithm, DigestAlgorithm, MacAlgorithm } from '@parley/core';
import type { EncryptedPart, OpenedMessage, SignedPart } from '../message/opened-message.ts';
import type { AddressingHoles } from './addressing-holes.ts';
import type { ContentForm } from './content-form.ts';
import type { HiddenSignature } from './hidden-signature.ts';
import type { KeyHoles } from './key-holes.ts';
import type { LentViews } from './lent-views.ts';
import type { Printed } from './print.ts';

/**
 * What is the same in all messages of a shape, and in which holes the rest is. Holes are numbers; -1 where there is none.
 * Everything here was found by the readers and the planner in a message that was opened in full, under one policy.
 */
export interface SignedTemplate extends TimestampHoles, Printed {
  /** Its parts are SignedInfo, and what each reference is to. */
  readonly octets: OctetTemplate;
  readonly key: KeyHoles;
  readonly algorithm: MacAlgorithm;
  readonly signatureValue: number;
  /** Of each reference of the signature. */
  readonly parts: readonly PartTemplate[];
  /** The reference to the Body. */
  readonly body: number;
  /** The reference to the Timestamp, -1 for none. */
  readonly timestamp: number;
  readonly addressing: AddressingHoles;
  readonly soapVersion: OpenedMessage['soapVersion'];
  readonly understoodHeaders: OpenedMessage['understoodHeaders'];
  /** Of the parts, and then of all of them, where they are lent. */
  readonly views: LentViews;
}

/** A message with nothing encrypted. */
export interface MessageTemplate extends SignedTemplate {
  readonly kind: 'message';
}

export interface TimestampHoles {
  readonly created: number;
  readonly expires: number;
}

/** What a message is compared with as it comes. */
export type KnownShape = MessageTemplate | CipherTemplate;

/** One reference: what it is to, and how it was digested. */
export interface PartTemplate {
  readonly account: Omit<SignedPart, 'bytes' | 'key'>;
  readonly digest: DigestAlgorithm;
  readonly digestValue: number;
}

/**
 * A message whose Body holds nothing but ciphertext, as it came. If that was signed, the part of the Body is all of it, else its
 * start tag, behind which the plaintext belongs. If the signature is hidden, SignedInfo is no part, and the signature's values are numbers of
 * segments instead of holes.
 */
export interface CipherTemplate extends SignedTemplate {
  readonly kind: 'cipher';
  readonly isCiphertextSigned: boolean;
  readonly cipherKey: KeyHoles;
  readonly cipher: CipherAlgorithm;
  /** Of the parts that stand in clear, where the matcher writes them. */
  readonly clearViews: LentViews;
  /** In the order of the document, so that of the Body is the last. */
  readonly ciphertexts: readonly CiphertextPlace[];
  /** In the order in which the whole way decrypts. */
  readonly accounts: readonly Omit<EncryptedPart, 'key'>[];
  /** The signature, where it is encrypted, too. */
  readonly hidden: HiddenSignature | undefined;
  /** Of what came in it in CBC, in the order in which they are tried. */
  readonly forms: ContentForm[];
}

export interface CiphertextPlace {
  readonly cipherValue: number;
  /** The EncryptedData. */
  readonly start: Offset;
  readonly end: Offset;
}

/** A message in which the plaintext of its Body stands. */
export interface PlainTemplate extends Printed {
  /** What it comes in. safety: without that, nothing that fits is it, for the policy may want it encrypted. */
  readonly outer: CipherTemplate;
  /** Its part is the Body. */
  readonly octets: OctetTemplate;
}

/** A place as far behind a hole, or behind the start of the message if that is -1. */
export interface Offset {
  readonly hole: number;
  readonly bytes: number;
}
