import { decodeBase64Text, invariant } from '@parley/core/internal';
import type { Derivation, EncryptedPart, KeyUse, OpenedMessage, SignedPart } from '../../message/opened-message.ts';
import type {
  AssertionRecord,
  CertificateKeyRecord,
  ContextKeyRecord,
  DerivationRecord,
  HeadRecord,
  KeyRecord,
  NamedKeyRecord,
  OpenedRecord,
  OpenedRest,
  VerdictRecord,
} from '../transfer/reply-record.ts';
import type { Verdict } from '../transfer/verdict.ts';

/** Names by their place in the texts of a batch. */
export class NameTable {
  readonly #texts: readonly string[];

  constructor(texts: readonly string[]) {
    this.#texts = texts;
  }

  at(index: number): string | undefined {
    return this.#texts[index];
  }

  /** The text at `index`, of the closed set that the writer put there. */
  name<Name extends string>(index: number): Name {
    const text = this.#texts[index];
    invariant(text !== undefined, 'a record names a text of its batch');
    return text as Name;
  }
}

/** What all messages of one shape have in common. */
type Head = Pick<OpenedMessage, 'soapVersion' | 'identifier' | 'instance' | 'version' | 'principal' | 'action' | 'to'>;

/** What all verdicts of one shape have in common. Frozen, as they share it. */
export type VerdictShape = Pick<Verdict<OpenedMessage>, 'keys' | 'signed' | 'encrypted' | 'algorithms'> & {
  readonly head: Head;
};

/** The same of opened messages; of their parts, the octets and keys are not shared. */
export interface OpenedShape extends Pick<OpenedMessage, 'signatureConfirmed'> {
  readonly head: Head;
  readonly keys: readonly KeyUse[];
  readonly signed: readonly (Omit<SignedPart, 'bytes' | 'key'> & { readonly key: number })[];
  readonly encrypted: readonly (Omit<EncryptedPart, 'key'> & { readonly key: number })[];
  readonly signatureValues: number;
  readonly assertions: readonly AssertionRecord[];
  readonly rest: OpenedRest | null;
}

/** What all verdicts of one record have in common. */
export function verdictShape(record: VerdictRecord, names: NameTable): VerdictShape {
  const [, head, keys, signed, encrypted, algorithms] = record;
  const namesOf = (indexes: readonly number[]): readonly string[] =>
    Object.freeze(indexes.map((index) => names.name<string>(index)));
  return {
    head: headOf(head, names),
    keys: keysOf(keys, names),
    signed: namesOf(signed),
    encrypted: namesOf(encrypted),
    algorithms: namesOf(algorithms),
  };
}

/** What all opened messages of one record have in common. */
export function openedShape(record: OpenedRecord, names: NameTable): OpenedShape {
  const [, head, keys, signed, encrypted, signatureValues, signatureConfirmed, assertions, rest] = record;
  return {
    head: headOf(head, names),
    keys: keysOf(keys, names),
    signed: signed.map(([role, namespace, localName, digest, algorithm, key]) => ({
      role: names.name(role),
      namespace: names.name(namespace),
      localName: names.name(localName),
      digest: names.name(digest),
      algorithm: names.name(algorithm),
      key,
    })),
    encrypted: encrypted.map(([role, namespace, localName, target, cipher, key]) => ({
      role: names.name(role),
      namespace: names.name(namespace),
      localName: names.name(localName),
      target: names.name(target),
      cipher: names.name(cipher),
      key,
    })),
    signatureValues,
    signatureConfirmed,
    assertions,
    rest,
  };
}

/** The keys of a shape, with the nonces of another message. */
export function withNonces(keys: readonly KeyUse[], nonce: () => string): readonly KeyUse[] {
  return keys.map((key) =>
    key.source === 'certificate'
      ? key
      : { ...key, derivation: key.derivation.map((step) => ({ ...step, nonceBase64: nonce() })) },
  );
}

function headOf(record: HeadRecord, names: NameTable): Head {
  return {
    soapVersion: names.name(record[0]),
    identifier: names.at(record[1]),
    instance: names.at(record[2]),
    version: names.at(record[3]) as OpenedMessage['version'],
    principal: names.at(record[4]),
    action: names.at(record[5]),
    to: names.at(record[6]),
  };
}

function keysOf(records: readonly KeyRecord[], names: NameTable): readonly KeyUse[] {
  return Object.freeze(records.map((record) => Object.freeze(keyOf(record, names))));
}

function keyOf(record: KeyRecord, names: NameTable): KeyUse {
  const source = names.name<KeyUse['source']>(record[0]);
  switch (source) {
    case 'context': {
      const [, identifier, instance, derivation] = record as ContextKeyRecord;
      return {
        source,
        identifier: names.name(identifier),
        instance: names.at(instance),
        derivation: derivationOf(derivation, names),
      };
    }
    case 'encrypted-key':
    case 'known-encrypted-key': {
      const [, sha1Base64, derivation] = record as NamedKeyRecord;
      return { source, sha1Base64: names.name(sha1Base64), derivation: derivationOf(derivation, names) };
    }
    case 'username': {
      const [, username, derivation] = record as NamedKeyRecord;
      return { source, username: names.name(username), derivation: derivationOf(derivation, names) };
    }
    case 'saml': {
      const [, assertionId, derivation] = record as NamedKeyRecord;
      return { source, assertionId: names.name(assertionId), derivation: derivationOf(derivation, names) };
    }
    case 'certificate': {
      const [, subject, thumbprint, chain] = record as CertificateKeyRecord;
      return {
        source,
        subject: names.name(subject),
        thumbprint: names.name(thumbprint),
        chain: chain.map((der) => decodeBase64Text(names.name(der))),
      };
    }
  }
}

function derivationOf(records: readonly DerivationRecord[], names: NameTable): readonly Derivation[] {
  return Object.freeze(
    records.map(([label, nonceBase64, offsetBytes, lengthBytes, implied]) =>
      Object.freeze({
        label: names.at(label),
        nonceBase64: names.name<string>(nonceBase64),
        offsetBytes,
        lengthBytes,
        implied,
      }),
    ),
  );
}
