/** The key that an assertion names as its holder's (SAML 1.1 §2.4.2.3, SAML 2.0 §2.4.1.2), in a ds:KeyInfo. */
import type { JsonWebKey } from 'node:crypto';
import type { Tape } from '@parley/codec';
import { attributeText, firstChild, isNamed, localName, Namespace, nextSibling } from '@parley/codec/internal';
import type { Curve, Limits } from '@parley/core';
import { type Certificate, Fault } from '@parley/core';
import { CURVE_URIS, encodeBase64, limitFault } from '@parley/core/internal';
import { ChildCursor } from '../claims/child-cursor.ts';
import { base64Octets, requireAttribute, requireCharacters, requireElementOnly } from '../claims/claim.ts';
import { isEncryptedKey } from '../claims/encrypted-key.ts';
import { structureInvalid } from '../claims/shape-refusals.ts';
import { isX509Data, readX509Data } from '../claims/x509-data.ts';

export type HolderKeyClaim =
  | HolderPublicKeyClaim
  /** An xenc:EncryptedKey: a secret for whoever receives messages of the holder. */
  | { readonly form: 'encrypted-key'; readonly element: number };

export type HolderPublicKeyClaim =
  /** Of which only the key counts: the issuer of the assertion says whose it is. */
  | { readonly form: 'certificate'; readonly certificate: Certificate }
  | { readonly form: 'key-value'; readonly jwk: JsonWebKey };

const { ds: IN_DS, dsig11: IN_DSIG11 } = Namespace;

const KEY_VALUE = localName('KeyValue');
const RSA_KEY_VALUE = localName('RSAKeyValue');
const MODULUS = localName('Modulus');
const EXPONENT = localName('Exponent');
const EC_KEY_VALUE = localName('ECKeyValue');
const NAMED_CURVE = localName('NamedCurve');
const PUBLIC_KEY = localName('PublicKey');
const URI = localName('URI');
/** Longer than any that a key of ours could have. */
const NUMBER_BYTES_MAX = 2048;
const UNCOMPRESSED_POINT = 0x04;

/**
 * Reads the ds:KeyInfo of a confirmation.
 *
 * @throws Fault `peer.keyinfo-forbidden` not one X509Data with certificates, RSAKeyValue, ECKeyValue or EncryptedKey: a
 *   wst:BinarySecret would be a secret in clear; `peer.structure-invalid`, `peer.encoding-invalid`, `peer.key-usage` a curve
 *   that we do not have; and what reading a certificate throws
 */
export function readHolderKey(tape: Tape, keyInfo: number, limits: Limits): HolderKeyClaim {
  requireElementOnly(tape, keyInfo, 'ds:KeyInfo');
  const child = firstChild(tape, keyInfo);
  if (child >= 0 && nextSibling(tape, child) < 0) {
    if (isX509Data(tape, child)) return { form: 'certificate', certificate: readCertificate(tape, child, limits) };
    if (isNamed(tape, child, IN_DS, KEY_VALUE)) return { form: 'key-value', jwk: readKeyValue(tape, child) };
    if (isEncryptedKey(tape, child)) return { form: 'encrypted-key', element: child };
  }
  throw new Fault('peer.keyinfo-forbidden', { reason: 'ds:KeyInfo of a confirmation' });
}

function readCertificate(tape: Tape, element: number, limits: Limits): Certificate {
  const data = readX509Data(tape, element, limits);
  if (data.form === 'name') throw new Fault('peer.keyinfo-forbidden', { reason: 'ds:X509Data without a certificate' });
  return data.certificate;
}

function readKeyValue(tape: Tape, element: number): JsonWebKey {
  const children = new ChildCursor(tape, element, 'ds:KeyValue');
  const rsa = children.optional(IN_DS, RSA_KEY_VALUE);
  const ec = rsa < 0 ? children.optional(IN_DSIG11, EC_KEY_VALUE) : -1;
  children.end();
  if (rsa >= 0) return readRsa(tape, rsa);
  if (ec < 0) throw structureInvalid(tape, element, 'ds:KeyValue is empty');
  return readEc(tape, ec);
}

function readRsa(tape: Tape, element: number): JsonWebKey {
  const children = new ChildCursor(tape, element, 'ds:RSAKeyValue');
  const modulus = children.required(IN_DS, MODULUS, 'ds:Modulus');
  const exponent = children.required(IN_DS, EXPONENT, 'ds:Exponent');
  children.end();
  return { kty: 'RSA', n: jwkNumber(readOctets(tape, modulus)), e: jwkNumber(readOctets(tape, exponent)) };
}

function readEc(tape: Tape, element: number): JsonWebKey {
  const children = new ChildCursor(tape, element, 'dsig11:ECKeyValue');
  const named = children.required(IN_DSIG11, NAMED_CURVE, 'dsig11:NamedCurve');
  const point = readOctets(tape, children.required(IN_DSIG11, PUBLIC_KEY, 'dsig11:PublicKey'));
  children.end();
  const uri = attributeText(tape, requireAttribute(tape, named, URI, 'URI'));
  const curve = (Object.keys(CURVE_URIS) as Curve[]).find((name) => CURVE_URIS[name] === uri);
  if (curve === undefined) throw new Fault('peer.key-usage', { reason: 'curve' });
  if (point[0] !== UNCOMPRESSED_POINT || point.length % 2 === 0)
    throw new Fault('peer.encoding-invalid', { field: 'dsig11:PublicKey' });
  const middle = (point.length + 1) / 2;
  return { kty: 'EC', crv: curve, x: jwkNumber(point.subarray(1, middle)), y: jwkNumber(point.subarray(middle)) };
}

function readOctets(tape: Tape, element: number): Uint8Array {
  requireCharacters(tape, element, 'a number of ds:KeyValue');
  const octets = base64Octets(tape, element);
  if (octets.length > NUMBER_BYTES_MAX)
    throw limitFault('peer.limit-value', 'keyNumberBytesMax', NUMBER_BYTES_MAX, octets.length);
  return octets;
}

function jwkNumber(octets: Uint8Array): string {
  return encodeBase64(octets).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
