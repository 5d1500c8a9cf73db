// What the matrix varies, as data, and a message for every choice.
import {
  algorithmSuite,
  type HashName,
  type MacAlgorithm,
  type SecurityContext,
  type SuiteName,
  type Version,
} from '@parley/core';
import { DIGEST_ALGORITHMS, MAC_ALGORITHMS } from '@parley/core/internal';
import type { SealRequest } from '@parley/engine';
import {
  SOAP11,
  SOAP12,
  SUITES_ONE_OF_EACH_CIPHER,
  sampleContext,
  sampleEnvelope,
  sampleRequest,
  sampleSecret,
  sealed,
} from '../../engine/support/sample.ts';

/** What is done to a message, in which order. */
export interface Shape {
  readonly name: string;
  readonly encrypt: SealRequest['encrypt'];
  readonly order: SealRequest['order'];
}

export const SIGN: Shape = { name: 'sign', encrypt: 'none', order: 'sign-then-encrypt' };
export const SHAPES: readonly Shape[] = [
  SIGN,
  { name: 'sign, then encrypt Body', encrypt: 'body', order: 'sign-then-encrypt' },
  { name: 'sign, then encrypt Body and Signature', encrypt: 'body-and-signature', order: 'sign-then-encrypt' },
  { name: 'encrypt Body, then sign', encrypt: 'body', order: 'encrypt-then-sign' },
];

export interface Algorithms {
  readonly mac: MacAlgorithm['name'];
  readonly digest: HashName;
  /** Says the cipher, and the lengths of the keys. */
  readonly suite: SuiteName;
}

/** How the keys of a message are named: with its shape, a row of the matrix. */
export interface Style {
  readonly shape: Shape;
  readonly keys: SealRequest['keys'];
  readonly token: SealRequest['token'];
}

export interface Choice extends Algorithms, Style {
  readonly version: Version;
  /** Namespace of the envelope. */
  readonly soap: string;
}

const TOKENS = ['attached', 'external'] as const;

/** Every shape with every way to name its keys that we write; the context's own secret signs and does not encrypt. */
export const STYLES: readonly Style[] = SHAPES.flatMap((shape) =>
  (shape.encrypt === 'none'
    ? (['explicit', 'direct', 'implied'] as const)
    : (['explicit', 'implied'] as const)
  ).flatMap((keys) => TOKENS.map((token) => ({ shape, keys, token }))),
);

export const MACS: readonly MacAlgorithm['name'][] = MAC_ALGORITHMS.map(({ name }) => name);
export const DIGESTS: readonly HashName[] = DIGEST_ALGORITHMS.map(({ name }) => name);
const HASHES = ['sha1', 'sha256', 'sha384', 'sha512'] as const;

/** Every MAC with every digest. */
export const SIGNATURE_ALGORITHMS: readonly Algorithms[] = MACS.flatMap((mac) =>
  DIGESTS.map((digest) => ({ mac, digest, suite: 'Basic256' as const })),
);

/** Every cipher with every hash, in the MAC and in the digests. */
export const CIPHER_ALGORITHMS: readonly Algorithms[] = SUITES_ONE_OF_EACH_CIPHER.flatMap((suite) =>
  HASHES.map((hash) => ({ mac: `hmac-${hash}` as const, digest: hash, suite })),
);

/** All messages of one row: both generations, both SOAP versions, all algorithms. */
export function choicesOf(style: Style): readonly Choice[] {
  const algorithms = style.shape.encrypt === 'none' ? SIGNATURE_ALGORITHMS : CIPHER_ALGORITHMS;
  return (['200512', '200502'] as const).flatMap((version) =>
    [SOAP12, SOAP11].flatMap((soap) => algorithms.map((chosen) => ({ ...style, ...chosen, version, soap }))),
  );
}

/** The same for peers that see neither tokens nor envelopes: every MAC with every digest, and every cipher once. */
export function choicesOfCryptography(style: Style): readonly Choice[] {
  const { version, soap, mac } = plainChoice(style);
  return choicesOf(style).filter(
    (choice) =>
      choice.version === version && choice.soap === soap && (style.shape.encrypt === 'none' || choice.mac === mac),
  );
}

/** The one message of a row on which tampering is tried. */
export function plainChoice(style: Style): Choice {
  const algorithms: Algorithms = { mac: 'hmac-sha256', digest: 'sha256', suite: 'Basic256GCMSha256' };
  return { ...style, ...algorithms, version: '200512', soap: SOAP12 };
}

export function cipherName(choice: Algorithms): string {
  return algorithmSuite(choice.suite).cipher.name;
}

/** The context that both sides know. Peers have no clock but the real one. */
export function contextOf(choice: Choice, nowMs: number, secret = sampleSecret()): SecurityContext {
  const createdAtMs = nowMs - 3_600_000;
  const expiresAtMs = nowMs + 3_600_000;
  return sampleContext({
    version: choice.version,
    suite: choice.suite,
    keys: [{ instance: undefined, secret, createdAtMs, expiresAtMs }],
    createdAtMs,
    expiresAtMs,
  });
}

export function envelopeOf(choice: Choice): Uint8Array {
  return sampleEnvelope(undefined, choice.soap);
}

/** The message that `seal` makes of a choice, as of `atMs`. */
export function sealedAsChosen(choice: Choice, atMs: number): Uint8Array {
  const { shape, keys, token, mac, digest } = choice;
  const { encrypt, order } = shape;
  const context = contextOf(choice, atMs);
  return sealed(envelopeOf(choice), sampleRequest({ context, atMs, keys, token, mac, digest, encrypt, order }));
}
