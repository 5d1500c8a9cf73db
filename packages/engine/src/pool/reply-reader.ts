import type { FaultCode, Reply } from '@parley/core';
import { decodeBase64Text, invariant } from '@parley/core/internal';
import { Unpackr } from 'msgpackr';
import type {
  Derivation,
  EncryptedPart,
  KeyUse,
  OpenedMessage,
  SignedPart,
  SymmetricKeyUse,
} from '../message/opened-message.ts';
import type { SealedMessage } from '../seal/request.ts';
import type {
  CertificateKeyRecord,
  ContextKeyRecord,
  DerivationRecord,
  EncryptedRecord,
  FailedRecord,
  HeadRecord,
  KeyRecord,
  NamedKeyRecord,
  OpenedRecord,
  ReplyRecord,
  SignedRecord,
  VerdictRecord,
} from './transfer/reply-record.ts';
import { FAILED, OPENED, SEALED } from './transfer/reply-record.ts';
import type { Slab } from './transfer/slab.ts';
import { copyOut } from './transfer/slab.ts';
import type { Verdict } from './transfer/verdict.ts';

/** What a batch can be answered with. */
export type AnyReply = Reply<OpenedMessage | Verdict<OpenedMessage> | SealedMessage>;

type Head = Omit<
  OpenedMessage,
  | 'signed'
  | 'encrypted'
  | 'assertions'
  | 'user'
  | 'bearerContext'
  | 'claimedAddressing'
  | 'understoodHeaders'
  | 'signatureValues'
  | 'signatureConfirmed'
  | 'body'
  | 'verified'
>;

const unpackr = new Unpackr({ useRecords: false });

/** The replies whose records lie at `start` of `slab`, in order. Everything they hold is a copy of its own. */
export function readReplies(slab: Slab, start: number, length: number): readonly AnyReply[] {
  // safety: what is decoded is a private copy, not shared memory.
  const packed = copyOut(slab, start, length);
  const [texts, records] = unpackr.unpack(packed) as readonly [readonly string[], readonly ReplyRecord[]];
  const reader = new ReplyReader(slab, texts);
  return records.map((record) => reader.reply(record));
}

class ReplyReader {
  readonly #slab: Slab;
  readonly #texts: readonly string[];

  constructor(slab: Slab, texts: readonly string[]) {
    this.#slab = slab;
    this.#texts = texts;
  }

  reply(record: ReplyRecord): AnyReply {
    if (record[0] === FAILED) return this.#failed(record);
    if (record[0] === SEALED) {
      return { ok: true, value: { octets: copyOut(this.#slab, record[1], record[2]), signatureValues: record[3] } };
    }
    if (record[0] === OPENED) return { ok: true, value: this.#opened(record) };
    return { ok: true, value: this.#verdict(record) };
  }

  #failed([, code, detail]: FailedRecord): AnyReply {
    return { ok: false, code: this.#name<FaultCode>(code), detail: Object.fromEntries(detail) };
  }

  #opened(record: OpenedRecord): OpenedMessage {
    const [, head, keyRecords, signed, encrypted, start, verifiedLength, bodyStart, bodyLength, ...confirmable] =
      record;
    const [signatureValues, signatureConfirmed, assertions, rest] = confirmable;
    const keys = this.#keys(keyRecords);
    const octets = copyOut(this.#slab, start, Math.max(verifiedLength, bodyStart + bodyLength));
    const verified = octets.subarray(0, verifiedLength);
    return this.#withHead(head, {
      signed: signed.map((part) => this.#signedPart(part, keys, verified)),
      encrypted: encrypted.map((part) => this.#encryptedPart(part, keys)),
      user: undefined,
      bearerContext: rest?.bearerContext,
      claimedAddressing: rest?.claimedAddressing,
      understoodHeaders: rest?.understoodHeaders ?? [],
      signatureValues,
      signatureConfirmed,
      assertions: assertions.map(([assertion, at, size]) => ({ ...assertion, bytes: copyOut(this.#slab, at, size) })),
      body: octets.subarray(bodyStart, bodyStart + bodyLength),
      verified,
    });
  }

  #verdict([, head, keys, signed, encrypted, algorithms]: VerdictRecord): Verdict<OpenedMessage> {
    return this.#withHead(head, {
      signed: signed.map((index) => this.#name(index)),
      encrypted: encrypted.map((index) => this.#name(index)),
      keys: this.#keys(keys),
      algorithms: algorithms.map((index) => this.#name(index)),
    });
  }

  /** perf: assigned field by field; spreading one object into another costs more than all the rest. */
  #withHead<Rest extends object>(record: HeadRecord, rest: Rest): Head & Rest {
    const into = rest as Rest & { -readonly [Name in keyof Head]: Head[Name] };
    into.soapVersion = this.#name(record[0]);
    into.identifier = this.#texts[record[1]];
    into.instance = this.#texts[record[2]];
    into.version = this.#texts[record[3]] as OpenedMessage['version'];
    into.principal = this.#texts[record[4]];
    into.action = this.#texts[record[5]];
    into.messageId = record[6] ?? undefined;
    into.relatesTo = record[7] ?? undefined;
    into.to = this.#texts[record[8]];
    into.createdAtMs = record[9] ?? undefined;
    into.expiresAtMs = record[10] ?? undefined;
    into.replayKey = record[11];
    into.replayUntilMs = record[12];
    return into;
  }

  #keys(records: readonly KeyRecord[]): readonly KeyUse[] {
    return records.map((record) => this.#key(record));
  }

  #key(record: KeyRecord): KeyUse {
    const source = this.#name<KeyUse['source']>(record[0]);
    switch (source) {
      case 'context': {
        const [, identifier, instance, derivation] = record as ContextKeyRecord;
        return {
          source,
          identifier: this.#name(identifier),
          instance: this.#texts[instance],
          derivation: this.#derivation(derivation),
        };
      }
      case 'encrypted-key':
      case 'known-encrypted-key': {
        const [, sha1Base64, derivation] = record as NamedKeyRecord;
        return { source, sha1Base64: this.#name(sha1Base64), derivation: this.#derivation(derivation) };
      }
      case 'username': {
        const [, username, derivation] = record as NamedKeyRecord;
        return { source, username: this.#name(username), derivation: this.#derivation(derivation) };
      }
      case 'saml': {
        const [, assertionId, derivation] = record as NamedKeyRecord;
        return { source, assertionId: this.#name(assertionId), derivation: this.#derivation(derivation) };
      }
      case 'certificate': {
        const [, subject, thumbprint, chain] = record as CertificateKeyRecord;
        return {
          source,
          subject: this.#name(subject),
          thumbprint: this.#name(thumbprint),
          chain: chain.map((der) => decodeBase64Text(this.#name(der))),
        };
      }
    }
  }

  #derivation(records: readonly DerivationRecord[]): readonly Derivation[] {
    return records.map(([label, nonceBase64, offsetBytes, lengthBytes, implied]) => ({
      label: this.#texts[label],
      nonceBase64: this.#name(nonceBase64),
      offsetBytes,
      lengthBytes,
      implied,
    }));
  }

  #signedPart(record: SignedRecord, keys: readonly KeyUse[], verified: Uint8Array): SignedPart {
    const [role, namespace, localName, digest, algorithm, key, start, length] = record;
    return {
      role: this.#name(role),
      namespace: this.#name(namespace),
      localName: this.#name(localName),
      bytes: verified.subarray(start, start + length),
      digest: this.#name(digest),
      algorithm: this.#name(algorithm),
      key: keyAt(keys, key),
    };
  }

  #encryptedPart(
    [role, namespace, localName, target, cipher, key]: EncryptedRecord,
    keys: readonly KeyUse[],
  ): EncryptedPart {
    return {
      role: this.#name(role),
      namespace: this.#name(namespace),
      localName: this.#name(localName),
      target: this.#name(target),
      cipher: this.#name(cipher),
      // A certificate decrypts nothing.
      key: keyAt(keys, key) as SymmetricKeyUse,
    };
  }

  /** The text at `index`, of the closed set that the writer put there. */
  #name<Name extends string>(index: number): Name {
    const text = this.#texts[index];
    invariant(text !== undefined, 'a record names a text of its batch');
    return text as Name;
  }
}

function keyAt(keys: readonly KeyUse[], index: number): KeyUse {
  const key = keys[index];
  invariant(key !== undefined, 'a part names a key of its message');
  return key;
}
