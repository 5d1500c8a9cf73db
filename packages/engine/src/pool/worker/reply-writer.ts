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
  ShapeRecord,
  SignedRecord,
} from '../transfer/reply-record.ts';
import { FAILED, OPENED, SEALED, VERDICT } from '../transfer/reply-record.ts';
import type { Verdict } from '../transfer/verdict.ts';
import { distinctKeys, keyIndex } from '../transfer/verdict.ts';
import type { OctetWriter } from './octet-writer.ts';
import { RecentShapes } from './recent-shapes.ts';
import { ReplyValues } from './reply-values.ts';
import type { OpenedAnswer } from './same-shape.ts';
import { isSameOpened, isSameVerdict, noncesOf } from './same-shape.ts';
import { StringTable } from './string-table.ts';

const packr = new Packr({ useRecords: false });

/** Writes the replies of one batch: octets as they come, then what all have in common and the values of each. */
export class ReplyWriter {
  readonly #octets: OctetWriter;
  readonly #table = new StringTable();
  readonly #values = new ReplyValues();
  readonly #shapes: ShapeRecord[] = [];
  readonly #sealed = new RecentShapes<number>((left, right) => left === right);
  readonly #opened = new RecentShapes(isSameOpened);
  readonly #verdicts = new RecentShapes(isSameVerdict);

  constructor(octets: OctetWriter) {
    this.#octets = octets;
  }

  failed(reply: FailedReply): void {
    const code = this.#table.indexOf(reply.code);
    this.#values.number(this.#shapes.push([FAILED, code, Object.entries(reply.detail)]) - 1);
  }

  sealed({ octets, signatureValues }: SealedMessage): void {
    const count = signatureValues.length;
    const [index] = this.#sealed.find(count) ?? this.#sealed.keep(count, this.#shapes.push([SEALED, count]) - 1);
    const values = this.#values;
    values.number(index);
    values.number(this.#octets.write(octets));
    values.number(octets.length);
    values.texts(signatureValues);
  }

  /** Copies the octets: `opened` may view memory that the next message overwrites. */
  opened(opened: OpenedMessage): void {
    const { verified, body } = opened;
    const shape: OpenedAnswer = { opened, keys: distinctKeys(opened), rest: restOf(opened) };
    const known =
      this.#opened.find(shape) ?? this.#opened.keep(shape, this.#shapes.push(this.#openedRecord(shape)) - 1);
    this.#head(opened, shape.keys, known[0], known[1].keys);
    const values = this.#values;
    const start = this.#octets.write(verified);
    values.number(start);
    values.number(verified.length);
    // A signed Body is among the verified octets already.
    values.number(offsetWithin(verified, body) ?? this.#octets.write(body) - start);
    values.number(body.length);
    for (const { bytes } of opened.signed) {
      const at = offsetWithin(verified, bytes);
      invariant(at !== undefined, 'a signed part is a view of the verified octets');
      values.number(at);
      values.number(bytes.length);
    }
    values.texts(opened.signatureValues);
  }

  verdict(verdict: Verdict<OpenedMessage>): void {
    const known =
      this.#verdicts.find(verdict) ?? this.#verdicts.keep(verdict, this.#shapes.push(this.#verdictRecord(verdict)) - 1);
    this.#head(verdict, verdict.keys, known[0], known[1].keys);
  }

  /** Writes the records and says where they are. */
  finish(): { readonly start: number; readonly length: number } {
    return this.#values.finish(this.#octets, packr.pack([this.#table.texts, this.#shapes]));
  }

  #head(
    of: OpenedMessage | Verdict<OpenedMessage>,
    keys: readonly KeyUse[],
    index: number,
    known: readonly KeyUse[],
  ): void {
    const values = this.#values;
    values.number(index);
    values.maybeNumber(of.createdAtMs);
    values.maybeNumber(of.expiresAtMs);
    values.number(of.replayUntilMs);
    values.text(of.messageId);
    values.text(of.relatesTo);
    values.text(of.replayKey);
    const nonces = keys === known ? undefined : noncesOf(keys);
    const isOther = nonces !== undefined && nonces.join(' ') !== noncesOf(known).join(' ');
    values.number(isOther ? 1 : 0);
    if (isOther) values.texts(nonces);
  }

  #openedRecord({ opened, keys, rest }: OpenedAnswer): ShapeRecord {
    return [
      OPENED,
      this.#headRecord(opened),
      this.#keys(keys),
      opened.signed.map((part) => this.#signedPart(part, keys)),
      opened.encrypted.map((part) => this.#encryptedPart(part, keys)),
      opened.signatureValues.length,
      opened.signatureConfirmed,
      opened.assertions.map(({ bytes, ...assertion }) => [assertion, this.#octets.write(bytes), bytes.length]),
      rest,
    ];
  }

  #verdictRecord(verdict: Verdict<OpenedMessage>): ShapeRecord {
    return [
      VERDICT,
      this.#headRecord(verdict),
      this.#keys(verdict.keys),
      this.#indexes(verdict.signed),
      this.#indexes(verdict.encrypted),
      this.#indexes(verdict.algorithms),
    ];
  }

  #headRecord(of: OpenedMessage | Verdict<OpenedMessage>): HeadRecord {
    const table = this.#table;
    return [
      table.indexOf(of.soapVersion),
      table.indexOf(of.identifier),
      table.indexOf(of.instance),
      table.indexOf(of.version),
      table.indexOf(of.principal),
      table.indexOf(of.action),
      table.indexOf(of.to),
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

  #signedPart(part: SignedPart, keys: readonly KeyUse[]): SignedRecord {
    const table = this.#table;
    return [
      table.indexOf(part.role),
      table.indexOf(part.namespace),
      table.indexOf(part.localName),
      table.indexOf(part.digest),
      table.indexOf(part.algorithm),
      keyIndex(keys, part.key),
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
