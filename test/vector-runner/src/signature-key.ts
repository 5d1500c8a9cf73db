/**
 * Keys to check a SignatureValue with: those of the manifest, or else those that the message brings along. Nobody is to
 * be trusted here: a signature that verifies shows that our canonical form of ds:SignedInfo is the signer's.
 */
import type { KeyObject } from 'node:crypto';
import { constants, createHmac, createPublicKey, createSecretKey, verify, X509Certificate } from 'node:crypto';
import type { Tape } from '@parley/codec';
import { MAC_ALGORITHMS } from '@parley/core/internal';
import { readKeyInfo } from './encrypted-claim.ts';
import { givenKeys, secretOf } from './encrypted-key.ts';
import type { JsonRecord } from './json-record.ts';
import { listField, recordField, recordOf, requiredText, textListField } from './json-record.ts';
import type { SignatureClaim } from './signature-claim.ts';
import { attributeOf, base64Of, descendants } from './signature-claim.ts';
import type { SuiteFolder } from './suite-folder.ts';

const CURVES: ReadonlyMap<string, string> = new Map([
  ['urn:oid:1.2.840.10045.3.1.7', 'P-256'],
  ['urn:oid:1.3.132.0.34', 'P-384'],
  ['urn:oid:1.3.132.0.35', 'P-521'],
]);
const ALGORITHM = /#(?:(hmac|rsa|ecdsa|dsa)-(\w+)|(\w+)-rsa-(MGF1))$/;

/** Whether one of `keys` made the signature; `undefined` when none can have. */
export function isSignedBy(
  keys: readonly KeyObject[],
  signature: SignatureClaim,
  octets: Uint8Array,
): boolean | undefined {
  const [, family = 'rsa', hash = '', pssHash] = ALGORITHM.exec(signature.algorithm) ?? [];
  const type = family === 'hmac' ? 'secret' : 'public';
  const fitting = keys.filter(
    (key) => key.type === type && (key.asymmetricKeyType ?? 'hmac') === (family === 'ecdsa' ? 'ec' : family),
  );
  if (fitting.length === 0) return undefined;
  return fitting.some((key) => {
    if (family === 'hmac') return isMac(key, hash, signature, octets);
    const padding = pssHash === undefined ? constants.RSA_PKCS1_PADDING : constants.RSA_PKCS1_PSS_PADDING;
    const options = family === 'rsa' ? { key, padding } : { key, dsaEncoding: 'ieee-p1363' as const };
    return verify(pssHash ?? hash, octets, options, signature.value);
  });
}

/** The keys for the vector. What is refused on purpose is added to `refusals`. @throws UnreadableVector */
export function keysFor(
  suite: SuiteFolder,
  vector: JsonRecord,
  tape: Tape,
  signature: SignatureClaim,
  refusals: string[],
): readonly KeyObject[] {
  const keyInfo = readKeyInfo(tape, signature.element);
  if (keyInfo.encryptedKeys.length > 0) {
    const macBytes = MAC_ALGORITHMS.find(({ uri }) => uri === signature.algorithm)?.macBytes;
    const secret = secretOf(keyInfo, givenKeys(suite, vector), macBytes, refusals);
    return secret === undefined ? [] : [createSecretKey(secret)];
  }
  const fields = recordField(vector, 'key') ?? {};
  const given = listField(fields, 'keys').map((entry) => {
    const key = recordOf(entry, 'key');
    const octets = Buffer.from(suite.bytes(requiredText(key, 'file')));
    return requiredText(key, 'format') === 'raw' ? createSecretKey(octets) : createPublicKey(octets);
  });
  if (given.length > 0) return given;
  const files = textListField(fields, 'intermediates').map((file) => createPublicKey(Buffer.from(suite.bytes(file))));
  return [...keysIn(tape, signature.element), ...files];
}

function isMac(key: KeyObject, hash: string, { value, hmacOutputLength }: SignatureClaim, octets: Uint8Array): boolean {
  const mac = createHmac(hash, key).update(octets).digest();
  return mac.subarray(0, hmacOutputLength === undefined ? mac.length : hmacOutputLength / 8).equals(value);
}

function keysIn(tape: Tape, signature: number): readonly KeyObject[] {
  const named = (name: string): readonly number[] => descendants(tape, signature, name);
  const field = (element: number, name: string): Buffer =>
    Buffer.from(descendants(tape, element, name).flatMap((child) => [...base64Of(tape, child)]));
  return [
    ...named('X509Certificate').map((element) => new X509Certificate(base64Of(tape, element)).publicKey),
    ...named('DEREncodedKeyValue').map((element) =>
      createPublicKey({ key: Buffer.from(base64Of(tape, element)), format: 'der', type: 'spki' }),
    ),
    ...named('RSAKeyValue').map((element) => rsaKey(field(element, 'Modulus'), field(element, 'Exponent'))),
    ...named('DSAKeyValue').map((element) =>
      dsaKey(
        ['P', 'Q', 'G'].map((name) => field(element, name)),
        field(element, 'Y'),
      ),
    ),
    ...named('ECKeyValue').map((element) => {
      const [curve] = descendants(tape, element, 'NamedCurve');
      return ecKey(curve === undefined ? '' : (attributeOf(tape, curve, 'URI') ?? ''), field(element, 'PublicKey'));
    }),
  ];
}

function rsaKey(modulus: Buffer, exponent: Buffer): KeyObject {
  const key = { kty: 'RSA', n: modulus.toString('base64url'), e: exponent.toString('base64url') };
  return createPublicKey({ key, format: 'jwk' });
}

/** `point` is 04 || x || y. */
function ecKey(curve: string, point: Buffer): KeyObject {
  const half = (point.length - 1) / 2;
  const [x, y] = [point.subarray(1, 1 + half), point.subarray(1 + half)].map((part) => part.toString('base64url'));
  const key = { kty: 'EC', crv: CURVES.get(curve) ?? curve, x: x ?? '', y: y ?? '' };
  return createPublicKey({ key, format: 'jwk' });
}

/** JWK knows no DSA: a SubjectPublicKeyInfo by hand (RFC 3279 §2.3.2). */
function dsaKey(parameters: readonly Buffer[], y: Buffer): KeyObject {
  const identifier = Buffer.from('06072a8648ce380401', 'hex');
  const algorithm = der(0x30, [identifier, der(0x30, parameters.map(derInteger))]);
  const bits = der(0x03, [Buffer.of(0), derInteger(y)]);
  return createPublicKey({ key: der(0x30, [algorithm, bits]), format: 'der', type: 'spki' });
}

function derInteger(value: Buffer): Buffer {
  const digits = value.subarray(value.findIndex((octet) => octet !== 0));
  return der(0x02, [(digits[0] ?? 0) >= 0x80 ? Buffer.of(0) : Buffer.of(), digits]);
}

function der(tag: number, parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length =
    content.length < 0x80 ? Buffer.of(content.length) : Buffer.of(0x82, content.length >> 8, content.length & 0xff);
  return Buffer.concat([Buffer.of(tag), length, content]);
}
