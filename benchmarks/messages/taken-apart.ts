/** A message of ours with its secrets: what floors are computed from, and peers are told that find no keys themselves. */
import { constants, createPrivateKey, privateDecrypt } from 'node:crypto';
import { Tape } from '@parley/codec';
import { canonicalise, OctetSink, scan } from '@parley/codec/internal';
import type { CipherAlgorithm } from '@parley/core';
import { DEFAULT_LIMITS } from '@parley/core';
import { cipherAlgorithm, decrypt } from '@parley/core/internal';
import type { OpenedMessage } from '@parley/engine';
import { open } from '@parley/engine';
import { must } from '../corpus.ts';
import { keyOctets } from '../crypto-floor.ts';
import { cipherValues, signatureValueOf, signedInfoOf } from '../signed-parts.ts';
import type { Kind } from './kinds.ts';
import { BOB } from './kinds.ts';

export interface TakenApart {
  readonly opened: OpenedMessage;
  /** `undefined` if a private key signed. */
  readonly macKey: Uint8Array | undefined;
  /** What the CipherValue of the xenc:EncryptedKey holds, if there is one. */
  readonly sessionKeyValue: Uint8Array | undefined;
  /** In document order. */
  readonly encrypted: readonly EncryptedText[];
  /** The message with every xenc:EncryptedData replaced by its plaintext. */
  readonly clear: string;
  /** Canonical. */
  readonly signedInfo: Uint8Array;
  readonly signatureValueBase64: string;
}

export interface EncryptedText {
  readonly algorithm: CipherAlgorithm;
  readonly key: Uint8Array;
  /** What its CipherValue holds. */
  readonly value: Uint8Array;
  readonly plaintext: Uint8Array;
  /** The whole xenc:EncryptedData. */
  readonly markup: string;
}

const ENCRYPTED_DATA = /<(\w+:)EncryptedData[ >].*?<\/\1EncryptedData>/gs;

/** Of a good message. */
export function takeApart(octets: Uint8Array, { opening, context }: Kind): TakenApart {
  const opened = must(open(octets, opening));
  const values = cipherValues(tapeOf(octets));
  const sessionKeyValue = context === undefined ? values[0] : undefined;
  const dataValues = values.slice(sessionKeyValue === undefined ? 0 : 1);
  const sessionKey = sessionKeyValue === undefined ? undefined : privateDecrypt(OAEP_KEY, sessionKeyValue);
  const text = new TextDecoder().decode(octets);
  const encrypted = Array.from(text.matchAll(ENCRYPTED_DATA), ([markup], index): EncryptedText => {
    const { cipher, key: use } = opened.encrypted[index]!;
    const algorithm = cipherAlgorithm(cipher);
    const key = sessionKey ?? keyOctets(context!, use);
    const value = dataValues[index]!;
    return { algorithm, key, value, plaintext: decrypt(algorithm, key, value), markup };
  });
  const clear = encrypted.reduce(
    (before, { markup, plaintext }) => before.replace(markup, () => new TextDecoder().decode(plaintext)),
    text,
  );
  const tape = tapeOf(new TextEncoder().encode(clear));
  const sink = new OctetSink();
  const [, prefixes] = /CanonicalizationMethod [^>]*>\s*<[^>]*PrefixList="([^"]+)"/.exec(clear) ?? [];
  canonicalise(
    tape,
    signedInfoOf(tape),
    sink,
    prefixes === undefined ? {} : { inclusivePrefixes: prefixes.split(' ') },
  );
  return {
    opened,
    macKey: context === undefined ? undefined : keyOctets(context, opened.signed[0]!.key),
    sessionKeyValue,
    encrypted,
    clear,
    signedInfo: sink.bytes.slice(0, sink.length),
    signatureValueBase64: signatureValueOf(tape),
  };
}

/** How bob's session keys are encrypted. */
export const OAEP: { readonly padding: number; readonly oaepHash: string } = {
  padding: constants.RSA_PKCS1_OAEP_PADDING,
  oaepHash: 'sha1',
};
const OAEP_KEY = { key: createPrivateKey(BOB.privateKeyPem), ...OAEP };

function tapeOf(octets: Uint8Array): Tape {
  const tape = new Tape();
  scan(octets, DEFAULT_LIMITS, tape);
  return tape;
}
