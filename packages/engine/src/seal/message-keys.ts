/** What `seal` needs of the keys of a message, wherever they come from. */

import type { XmlWriter } from '@parley/codec';
import type { CipherAlgorithm, MacAlgorithm, Secret, SignatureAlgorithm } from '@parley/core';
import type { SignedReference } from '../write/signature.ts';

/** Makes the value of a ds:Signature, and names its key. */
export interface Signer {
  /** Of ds:SignatureMethod. */
  readonly method: MacAlgorithm | SignatureAlgorithm;
  /** Octets before those to be signed that must be there, and are overwritten. */
  readonly headroomBytes: number;
  /** The signature of octets [start, end), as ds:SignatureValue holds it. */
  valueBase64(octets: Uint8Array, start: number, end: number): string;
  /** Writes the STR of the key. */
  writeReference(writer: XmlWriter): void;
  /** What the signature covers by STR-Transform: the Id of that STR, and the octets of the token. */
  readonly dereferenced?: { readonly id: string; readonly octets: Uint8Array } | undefined;
}

/** A key that encrypts parts of the message. */
export interface EncryptionKey {
  readonly secret: Secret;
  readonly cipher: CipherAlgorithm;
  /** Writes the STR of the key. */
  readonly writeReference: (writer: XmlWriter) => void;
}

/** A token in the Security header. */
export interface MessageToken {
  readonly write: (writer: XmlWriter) => void;
  /** Its Id, if the signature of the message covers it as it is written. */
  readonly signedId?: string;
  /** What the signature of the message covers of it otherwise. */
  readonly reference?: SignedReference;
  /** Whether it is to be encrypted. */
  readonly isHidden?: boolean;
}

/** The keys of one sealed message. Wiped by its owner. */
export interface MessageKeys {
  /** In the order of Strict layout. */
  readonly tokens: readonly MessageToken[];
  readonly signer: Signer;
  /** @throws Fault `internal.invariant` nothing is to be encrypted */
  encryption(): EncryptionKey;
  /** Tells the peer which parts are encrypted: it decrypts when it comes here. */
  writeReferenceList(writer: XmlWriter, dataIds: readonly string[]): void;
  wipe(): void;
}
