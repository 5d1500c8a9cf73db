import type { FailedReply } from '@parley/core';
import { encodeBase64, invariant } from '@parley/core/internal';
import { Packr } from 'msgpackr';
import type { Derivation, EncryptedPart, KeyUse, OpenedMessage, SignedPart } from '../../message/opened-message.ts';
import type { SealedMessage } from '../../seal/request.ts';
import type {
  DerivationRecord,
  EncryptedRecord,
  HeadRecord,
  KeyRecord,
  OpenedRest,
  ReplyRecord,
  SignedRecord,
} from '../transfer/reply-record.ts';
import { FAILED, OPENED, SEALED, VERDICT } from '../transfer/reply-record.ts';
import type { Verdict } from '../transfer/verdict.ts';
import { distinctKeys, keyIndex } from '../transfer/verdict.ts';
import type { OctetWriter } from './octet-writer.ts';
import { StringTable } from './string-table.ts';

const packr = new Packr({ useRecords: false });

/** Writes the replies of one batch: octets as they come, the records after them. */
export class ReplyWriter {
  readonly #octets: OctetWriter;
  readonly #table = new StringTable();
  readonly #records: ReplyRecord[] = [];

  constructor(octets: OctetWriter) {
    this.#octets = octets;
  }

  failed(reply: FailedReply): void {
    this.#records.push([FAILED, this.#table.indexOf(reply.code), Object.entries(reply.detail)]);
  }

  sealed({ octets, signatureValues }: SealedMessage): void {
    this.#records.push([SEALED, this.#octets.write(octets), octets.length, signatureValues]);
  }

  /** Copies the octets: `opened` may view memory that the next message overwrites. */
  opened(opened: OpenedMessage): void {
    const { verified, body } = opened;
    const keys = distinctKeys(opened);
    const signed = opened.signed.map((part) => this.#signedPart(part, keys, verified));
    const encrypted = opened.encrypted.map((part) => this.#encryptedPart(part, keys));
    const start = this.#octets.write(verified);
    // A signed Body is among the verified octets already.
    const bodyStart = offsetWithin(verified, body) ?? this.#octets.write(body) - start;
    this.#records.push([
      OPENED,
      this.#head(opened),
      this.#keys(keys),
      signed,
      encrypted,
      start,
      verified.length,
      bodyStart,
      body.length,
      opened.signatureValues,
      opened.signatureConfirmed,
      opened.assertions.map(({ bytes, ...rest }) => [rest, this.#octets.write(bytes), bytes.length]),
      restOf(opened),
    ]);
  }

  verdict(verdict: Verdict<OpenedMessage>): void {
    this.#records.push([
      VERDICT,
      this.#head(verdict),
      this.#keys(verdict.keys),
      this.#indexes(verdict.signed),
      this.#indexes(verdict.encrypted),
      this.#indexes(verdict.algorithms),
    ]);
  }

  /** Writes the records and says where they are. */
  finish(): { readonly start: number; readonly length: number } {
    const packed = packr.pack([this.#table.texts, this.#records]);
    return { start: this.#octets.write(packed), length: packed.length };
  }

  #head(of: OpenedMessage | Verdict<OpenedMessage>): HeadRecord {
    const table = this.#table;
    return [
      table.indexOf(of.soapVersion),
      table.indexOf(of.identifier),
      table.indexOf(of.instance),
      table.indexOf(of.version),
      table.indexOf(of.principal),
      table.indexOf(of.action),
      of.messageId ?? null,
      of.relatesTo ?? null,
      table.indexOf(of.to),
      of.createdAtMs ?? null,
      of.expiresAtMs ?? null,
      of.replayKey,
      of.replayUntilMs,
    ];
  }

  #keys(keys: readonly KeyUse[]): readonly KeyRecord[] {
    return keys.map((key) => this.#key(key));
  }

  #key(key: KeyUse): KeyRecord {
    const table = this.#table;
    const source = table.indexOf(key.source);
    switch (key.source) {
      case 'context':
        return [source, table.indexOf(key.identifier), table.indexOf(key.instance), this.#derivation(key.derivation)];
      case 'encrypted-key':
      case 'known-encrypted-key':
        return [source, table.indexOf(key.sha1Base64), this.#derivation(key.derivation)];
      case 'username':
        return [source, table.indexOf(key.username), this.#derivation(key.derivation)];
      case 'saml':
        return [source, table.indexOf(key.assertionId), this.#derivation(key.derivation)];
      case 'certificate': {
        const chain = key.chain.map((der) => table.indexOf(encodeBase64(der)));
        return [source, table.indexOf(key.subject), table.indexOf(key.thumbprint), chain];
      }
    }
  }

  #derivation(derivation: readonly Derivation[]): readonly DerivationRecord[] {
    const table = this.#table;
    return derivation.map((step) => [
      table.indexOf(step.label),
      table.indexOf(step.nonceBase64),
      step.offsetBytes,
      step.lengthBytes,
      step.implied,
    ]);
  }

  #signedPart(part: SignedPart, keys: readonly KeyUse[], verified: Uint8Array): SignedRecord {
    const table = this.#table;
    const start = offsetWithin(verified, part.bytes);
    invariant(start !== undefined, 'a signed part is a view of the verified octets');
    return [
      table.indexOf(part.role),
      table.indexOf(part.namespace),
      table.indexOf(part.localName),
      table.indexOf(part.digest),
      table.indexOf(part.algorithm),
      keyIndex(keys, part.key),
      start,
      part.bytes.length,
    ];
  }

  #encryptedPart(part: EncryptedPart, keys: readonly KeyUse[]): EncryptedRecord {
    const table = this.#table;
    return [
      table.indexOf(part.role),
      table.indexOf(part.namespace),
      table.indexOf(part.localName),
      table.indexOf(part.target),
      table.indexOf(part.cipher),
      keyIndex(keys, part.key),
    ];
  }

  #indexes(texts: readonly string[]): readonly number[] {
    return texts.map((text) => this.#table.indexOf(text));
  }
}

/** perf: most messages have nothing of it. */
function restOf({ bearerContext, claimedAddressing, understoodHeaders }: OpenedMessage): OpenedRest | null {
  const isNothing = bearerContext === undefined && claimedAddressing === undefined && understoodHeaders.length === 0;
  return isNothing ? null : { bearerContext, claimedAddressing, understoodHeaders };
}

/** Where `inner` starts in `outer`, or `undefined` if it is no view of a part of it. */
function offsetWithin(outer: Uint8Array, inner: Uint8Array): number | undefined {
  if (inner.buffer !== outer.buffer) return undefined;
  const start = inner.byteOffset - outer.byteOffset;
  return start >= 0 && start + inner.length <= outer.length ? start : undefined;
}
