import type { XmlWriter } from '@parley/codec';
import type { Certificate, PublicKey } from '@parley/core';
import { Fault } from '@parley/core';
import { CURVE_URIS, decodeBase64Text } from '@parley/core/internal';
import { DS, DSIG11, URI } from './names.ts';

const KEY_VALUE = DS.name('KeyValue');
const RSA_KEY_VALUE = DS.name('RSAKeyValue');
const MODULUS = DS.name('Modulus');
const EXPONENT = DS.name('Exponent');
const EC_KEY_VALUE = DSIG11.name('ECKeyValue');
const NAMED_CURVE = DSIG11.name('NamedCurve');
const PUBLIC_KEY = DSIG11.name('PublicKey');
const X509_DATA = DS.name('X509Data');
const X509_CERTIFICATE = DS.name('X509Certificate');
const UNCOMPRESSED_POINT = 0x04;

/** ds:X509Data with certificates (XML Signature §4.5.4). */
export function writeX509Certificates(writer: XmlWriter, certificates: readonly Certificate[]): void {
  writer.open(X509_DATA);
  for (const { der } of certificates) writer.open(X509_CERTIFICATE).base64(der).close();
  writer.close();
}

/**
 * ds:KeyValue of an RSA or elliptic curve key (XML Signature 1.1 §4.5.2).
 * @throws Fault `caller.keys-invalid` a key of another family
 */
export function writeKeyValue(writer: XmlWriter, publicKey: PublicKey): void {
  const jwk = publicKey.lend((key) => key.export({ format: 'jwk' }));
  writer.open(KEY_VALUE);
  if (publicKey.family === 'rsa') {
    writer.open(RSA_KEY_VALUE).open(MODULUS).base64(octets(jwk.n)).close();
    writer.open(EXPONENT).base64(octets(jwk.e)).close().close();
  } else if (publicKey.curve !== undefined) {
    writer.open(EC_KEY_VALUE).element(NAMED_CURVE, '', [[URI, CURVE_URIS[publicKey.curve]]]);
    const [x, y] = [octets(jwk.x), octets(jwk.y)];
    const point = Uint8Array.of(UNCOMPRESSED_POINT, ...x, ...y);
    writer.open(PUBLIC_KEY).base64(point).close().close();
  } else throw new Fault('caller.keys-invalid', { reason: 'family' });
  writer.close();
}

/** The number that a JWK has in base64url. */
function octets(text: string | undefined = ''): Uint8Array {
  const base64 = text.replaceAll('-', '+').replaceAll('_', '/');
  return decodeBase64Text(base64.padEnd(Math.ceil(base64.length / 4) * 4, '='));
}
