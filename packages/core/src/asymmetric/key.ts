import type { JsonWebKey } from 'node:crypto';
import { createPrivateKey, createPublicKey, hash, KeyObject } from 'node:crypto';
import type { KeyFamily } from '../algorithms/public-key.ts';
import { Fault } from '../base/fault.ts';
import { Secret } from '../base/secret.ts';
import type { Kind } from '../options/kind.ts';
import {
  callback,
  instanceOf,
  listOf,
  OCTETS,
  oneOf,
  only,
  optional,
  port,
  requireKind,
  whole,
} from '../options/kind.ts';
import { shapeOf, tagged } from '../options/shape.ts';

/**
 * What a key may be used for. `encryption` is RSA-OAEP; `rsa-1_5` allows PKCS #1 v1.5 key transport besides, which is for
 * old peers only.
 */
export type KeyUse = 'signature' | 'encryption' | 'rsa-1_5';

/** The curves of NIST SP 800-186 that XML Signature names. */
export type Curve = 'P-256' | 'P-384' | 'P-521';

/** What dsig11:NamedCurve calls them (XML Signature 1.1 §4.5.2.3). */
export const CURVE_URIS: Readonly<Record<Curve, string>> = Object.freeze({
  'P-256': 'urn:oid:1.2.840.10045.3.1.7',
  'P-384': 'urn:oid:1.3.132.0.34',
  'P-521': 'urn:oid:1.3.132.0.35',
});

/** What a key must be. */
export interface KeyRules {
  /** At least one; a key of another family than RSA is for `signature` only. */
  readonly uses: readonly KeyUse[];
  /** 2048 when left out. */
  readonly rsaBitsMin?: number | undefined;
}

/** Where a key comes from. Octets are borrowed; whoever read a private key wipes them. */
export type KeySource =
  /** `PUBLIC KEY`, `RSA PUBLIC KEY`; any private key that OpenSSL reads, if need be with a passphrase. */
  | { readonly format: 'pem'; readonly bytes: Uint8Array; readonly passphrase?: Uint8Array | undefined }
  /** SubjectPublicKeyInfo; PKCS #8. */
  | { readonly format: 'der'; readonly bytes: Uint8Array }
  | { readonly format: 'jwk'; readonly jwk: JsonWebKey }
  | { readonly format: 'key-object'; readonly key: KeyObject };

/** Who gave us a key that is none: our own configuration, or a message. */
export type KeyBlame = 'caller.keys-invalid' | 'peer.key-usage';

const RSA_BITS_MIN = 2048;
// A verification with a key of 16384 bits, OpenSSL's own ceiling, takes 60 times as long as with 2048.
const RSA_BITS_MAX = 8192;
const RSA_EXPONENT_MAX = 2n ** 32n;

const CURVES: ReadonlyMap<string, { readonly curve: Curve; readonly bits: number }> = new Map([
  ['prime256v1', { curve: 'P-256', bits: 256 }],
  ['secp384r1', { curve: 'P-384', bits: 384 }],
  ['secp521r1', { curve: 'P-521', bits: 521 }],
]);

const PUBLIC_KEY_PEM = /^\s*-----BEGIN (?:RSA )?PUBLIC KEY-----/;

const SOURCE: Kind<KeySource> = tagged('format', {
  pem: shapeOf<Extract<KeySource, { readonly format: 'pem' }>>({
    format: only('pem'),
    bytes: OCTETS,
    passphrase: optional(OCTETS),
  }),
  der: shapeOf<Extract<KeySource, { readonly format: 'der' }>>({ format: only('der'), bytes: OCTETS }),
  jwk: shapeOf<Extract<KeySource, { readonly format: 'jwk' }>>({ format: only('jwk'), jwk: port() }),
  'key-object': shapeOf<Extract<KeySource, { readonly format: 'key-object' }>>({
    format: only('key-object'),
    key: instanceOf(KeyObject),
  }),
});

const RULES: Kind<KeyRules> = shapeOf<KeyRules>({
  uses: listOf(oneOf(['signature', 'encryption', 'rsa-1_5'])),
  rsaBitsMin: optional(whole(1)),
});

const BLAME: Kind<KeyBlame> = oneOf(['caller.keys-invalid', 'peer.key-usage']);
const KEY: Kind<KeyObject> = instanceOf(KeyObject);
const USE = callback<(key: KeyObject) => unknown>();

/** @throws Fault `caller.option-invalid` */
function requireReadable(source: KeySource, rules: KeyRules): void {
  requireKind(SOURCE, source, 'source');
  requireKind(RULES, rules, 'rules');
}

interface KeyDescription {
  readonly family: KeyFamily;
  readonly bits: number;
  readonly curve: Curve | undefined;
  readonly uses: ReadonlySet<KeyUse>;
}

/** A public key with one family and stated uses. Nothing else is taken where one is asked for. */
export class PublicKey {
  readonly family: KeyFamily;
  /** Of the modulus or the group order; 256 for Ed25519. */
  readonly bits: number;
  readonly curve: Curve | undefined;
  readonly uses: ReadonlySet<KeyUse>;
  readonly #key: KeyObject;

  private constructor(key: KeyObject, description: KeyDescription) {
    this.#key = key;
    this.family = description.family;
    this.bits = description.bits;
    this.curve = description.curve;
    this.uses = description.uses;
  }

  /**
   * A key of our configuration, unless `blame` says that a message gave it. A private key is not taken for its public half:
   * whoever hands one over is mistaken.
   *
   * @throws Fault `blame` with the reason: unreadable, family, size or uses.
   */
  static read(source: KeySource, rules: KeyRules, blame: KeyBlame = 'caller.keys-invalid'): PublicKey {
    requireReadable(source, rules);
    requireKind(BLAME, blame, 'blame');
    return PublicKey.of(readKey(source, publicKeyOf, blame), rules, blame);
  }

  /** {@link read} for a key object, with the code that a refusal bears. @throws Fault `blame` */
  static of(key: KeyObject, rules: KeyRules, blame: KeyBlame): PublicKey {
    requireKind(KEY, key, 'key');
    requireKind(RULES, rules, 'rules');
    requireKind(BLAME, blame, 'blame');
    return new PublicKey(key, describe(key, 'public', rules, blame));
  }

  /** Lends the key object to `use`: to compute with it, or to hand it to another thread. */
  lend<T>(use: (key: KeyObject) => T): T {
    requireKind(USE, use, 'use');
    return use(this.#key);
  }

  toString(): string {
    return `PublicKey(${this.family} ${this.bits} bits)`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** A private key with one family and stated uses. Printing it shows these only. */
export class PrivateKey {
  readonly family: KeyFamily;
  readonly bits: number;
  readonly curve: Curve | undefined;
  readonly uses: ReadonlySet<KeyUse>;
  readonly #key: KeyObject;
  /** See {@link rejectionSecret}. */
  readonly #rejection: Secret | undefined;

  private constructor(key: KeyObject, description: KeyDescription) {
    this.#key = key;
    this.family = description.family;
    this.bits = description.bits;
    this.curve = description.curve;
    this.uses = description.uses;
    this.#rejection = description.uses.has('rsa-1_5') ? digestOfKey(key) : undefined;
  }

  /** @throws Fault `caller.keys-invalid` with the reason: unreadable, family, size or uses. */
  static read(source: KeySource, rules: KeyRules): PrivateKey {
    requireReadable(source, rules);
    const key = readKey(source, privateKeyOf, 'caller.keys-invalid');
    return new PrivateKey(key, describe(key, 'private', rules, 'caller.keys-invalid'));
  }

  /** Lends the key object to `use`: to compute with it, or to hand it to another thread. */
  lend<T>(use: (key: KeyObject) => T): T {
    requireKind(USE, use, 'use');
    return use(this.#key);
  }

  /** What implicit rejection derives its keys from: only keys for `rsa-1_5` have one. */
  get rejectionSecret(): Secret | undefined {
    return this.#rejection;
  }

  toString(): string {
    return `PrivateKey(${this.family} ${this.bits} bits)`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** The key of a SubjectPublicKeyInfo in DER (borrowed). Throws what OpenSSL throws. */
export function readPublicKeyInfo(der: Uint8Array): KeyObject {
  return createPublicKey({ key: bufferOver(der), format: 'der', type: 'spki' });
}

function readKey(source: KeySource, read: (source: KeySource) => KeyObject | undefined, blame: KeyBlame): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = read(source);
  } catch {
    key = undefined; // safety: OpenSSL's errors may quote what they could not read
  }
  if (key === undefined) throw new Fault(blame, { format: source.format, reason: 'unreadable' });
  return key;
}

function publicKeyOf(source: KeySource): KeyObject | undefined {
  switch (source.format) {
    case 'pem':
      if (!PUBLIC_KEY_PEM.test(new TextDecoder('latin1').decode(source.bytes.subarray(0, 64)))) return undefined;
      return createPublicKey({ key: bufferOver(source.bytes), format: 'pem' });
    case 'der':
      return readPublicKeyInfo(source.bytes);
    case 'jwk':
      return source.jwk.d === undefined ? createPublicKey({ key: source.jwk, format: 'jwk' }) : undefined;
    case 'key-object':
      return source.key;
  }
}

function privateKeyOf(source: KeySource): KeyObject {
  switch (source.format) {
    case 'pem': {
      const passphrase = source.passphrase === undefined ? {} : { passphrase: bufferOver(source.passphrase) };
      return createPrivateKey({ key: bufferOver(source.bytes), format: 'pem', ...passphrase });
    }
    case 'der':
      return createPrivateKey({ key: bufferOver(source.bytes), format: 'der', type: 'pkcs8' });
    case 'jwk':
      return createPrivateKey({ key: source.jwk, format: 'jwk' });
    case 'key-object':
      return source.key;
  }
}

function describe(key: KeyObject, type: 'public' | 'private', rules: KeyRules, blame: KeyBlame): KeyDescription {
  if (key.type !== type) throw new Fault(blame, { reason: 'family', type: key.type });
  const known = familyOf(key);
  if (known === undefined) throw new Fault(blame, { reason: 'family', type: String(key.asymmetricKeyType) });
  const { rsaBitsMin = RSA_BITS_MIN } = rules;
  if (known.family === 'rsa' && (known.bits < rsaBitsMin || known.bits > RSA_BITS_MAX || !hasUsualExponent(key))) {
    const option = known.bits < rsaBitsMin ? { option: 'rsaBitsMin', least: rsaBitsMin } : {};
    throw new Fault(blame, { reason: 'size', bits: known.bits, ...option });
  }
  const isUsable = rules.uses.length > 0 && (known.family === 'rsa' || rules.uses.every((use) => use === 'signature'));
  if (!isUsable) throw new Fault(blame, { reason: 'uses', family: known.family });
  return { ...known, uses: new Set(rules.uses) };
}

function familyOf(key: KeyObject): Omit<KeyDescription, 'uses'> | undefined {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return { family: 'rsa', bits: key.asymmetricKeyDetails?.modulusLength ?? 0, curve: undefined };
    case 'ec': {
      const known = CURVES.get(key.asymmetricKeyDetails?.namedCurve ?? '');
      return known === undefined ? undefined : { family: 'ec', ...known };
    }
    case 'ed25519':
      return { family: 'ed25519', bits: 256, curve: undefined };
    default:
      return undefined;
  }
}

// safety: an even or huge exponent is no key that anybody made, and a huge one makes verification slow.
function hasUsualExponent(key: KeyObject): boolean {
  const exponent = key.asymmetricKeyDetails?.publicExponent ?? 0n;
  return exponent >= 3n && exponent <= RSA_EXPONENT_MAX && exponent % 2n === 1n;
}

function digestOfKey(key: KeyObject): Secret {
  const octets = key.export({ format: 'der', type: 'pkcs8' });
  const digest = hash('sha256', octets, 'buffer');
  try {
    return Secret.copyOf(digest);
  } finally {
    octets.fill(0);
    digest.fill(0);
  }
}

function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
