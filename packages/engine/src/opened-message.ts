/** What `open` answers: the proof, and nothing but the proof. Unsigned parts are not in it. */
import type { CipherName, HashName, MacAlgorithm, Version } from '@parley/core';

/** How a key came about. */
export interface KeyUse {
  readonly identifier: string;
  readonly instance: string | undefined;
  /** Innermost last; empty when the context's secret itself was used. */
  readonly derivation: readonly Derivation[];
}

export interface Derivation {
  readonly label: string | undefined;
  readonly nonceBase64: string;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** Implied by attributes on the STR rather than a DerivedKeyToken. */
  readonly implied: boolean;
}

/** Where a signed or encrypted element stands. */
export type PartRole = 'body' | 'header' | 'timestamp' | 'token' | 'signature';

/** An element that a verified signature covers. */
export interface SignedPart {
  readonly role: PartRole;
  readonly namespace: string;
  readonly localName: string;
  /**
   * The canonical octets that were digested, a view of {@link OpenedMessage.verified}: what you verify is what you
   * get. If this part was encrypted before it was signed, it shows the ciphertext; the plaintext is in `body`.
   */
  readonly bytes: Uint8Array;
  readonly digest: HashName;
  readonly mac: MacAlgorithm['name'];
  readonly key: KeyUse;
}

/** Something that arrived encrypted. */
export interface EncryptedPart {
  readonly role: PartRole;
  /** Of the element whose content was encrypted, or of the element that was. */
  readonly namespace: string;
  readonly localName: string;
  readonly target: 'content' | 'element';
  readonly cipher: CipherName;
  readonly key: KeyUse;
}

export interface OpenedMessage {
  readonly soapVersion: '1.1' | '1.2';
  readonly identifier: string;
  readonly instance: string | undefined;
  readonly version: Version;
  readonly principal: string | undefined;
  /** WS-Addressing values; `undefined` unless present and signed (or the policy leaves them to the transport). */
  readonly action: string | undefined;
  readonly messageId: string | undefined;
  readonly relatesTo: string | undefined;
  readonly to: string | undefined;
  readonly createdAtMs: number | undefined;
  readonly expiresAtMs: number | undefined;
  readonly signed: readonly SignedPart[];
  readonly encrypted: readonly EncryptedPart[];
  /** Canonical octets of soap:Body after decryption. Signed, unless the policy leaves the Body to the transport. */
  readonly body: Uint8Array;
  /** All canonical octets that were digested, one part after the other. Owned by whoever holds the message. */
  readonly verified: Uint8Array;
  /**
   * What may be seen once only within this context: the MessageID if signed, else the SignatureValue.
   * `open` is pure; whoever keeps the replay cache inserts it if absent, or refuses with `peer.replay`.
   */
  readonly replayKey: string;
  /** From here on a replay is refused by its Timestamp, so the cache may forget. */
  readonly replayUntilMs: number;
}
