/** Messages secured with X.509 and encrypted keys, made from text by Node's own cryptography and none of our writers. */
import { createCipheriv, createHash, createHmac, type KeyObject, publicEncrypt, sign } from 'node:crypto';
import { canonicalise, OctetSink, scan, Tape } from '@parley/codec';
import { resolveId } from '@parley/codec/internal';
import { Certificate, DEFAULT_LIMITS, PrivateKey, Trust } from '@parley/core';
import { STR_TRANSFORM } from '@parley/core/internal';
import { type Credentials, open, type Policy, policyOf } from '@parley/engine';
import {
  AUTHORITY,
  certificateDer,
  der,
  END_ENTITY,
  extension,
  keyIdentifierOf,
  type Party,
  party,
} from '../../core/x509/issue.ts';
import { NOW_MS } from './sample.ts';

const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const X509 = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#';
const WSS11 = 'http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#';
const BASE64 = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const WSC = 'http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512';
export const DSIG_MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
export const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const DAY_MS = 86_400_000;

export interface Holder {
  readonly party: Party;
  readonly certificate: Certificate;
  readonly privateKey: PrivateKey;
}

const VALIDITY = { notBeforeMs: NOW_MS - DAY_MS, notAfterMs: NOW_MS + DAY_MS };
const rootParty = party('O=Example/CN=Root');
export const ROOT: Certificate = Certificate.read(
  certificateDer(rootParty, rootParty, { ...VALIDITY, extensions: AUTHORITY }),
  DEFAULT_LIMITS,
);

/** A key with a certificate of the root, which has a SubjectKeyIdentifier. */
export function holder(name: string, kind: 'P-256' | 'rsa' | 'ed25519' = 'P-256', serial = 1000): Holder {
  const subject = party(`O=Example/CN=${name}`, kind);
  const extensions = [...END_ENTITY, extension('2.5.29.14', der(4, keyIdentifierOf(subject)))];
  const wishes = { ...VALIDITY, serial, extensions };
  return {
    party: subject,
    certificate: Certificate.read(certificateDer(subject, rootParty, wishes), DEFAULT_LIMITS),
    privateKey: PrivateKey.read(
      { format: 'key-object', key: subject.privateKey },
      { uses: kind === 'rsa' ? ['signature', 'encryption'] : ['signature'] },
    ),
  };
}

export const alice: Holder = holder('Alice');
export const mallory: Holder = holder('Mallory', 'P-256', 1001);
export const server: Holder = holder('Server', 'rsa', 1002);

/** Knows the root, and certificates that messages only name. */
export const trust: Trust = new Trust({
  anchors: [ROOT],
  intermediates: [alice.certificate, mallory.certificate],
  revocation: 'if-listed',
});

export type Naming = 'direct' | 'path' | 'ski' | 'thumbprint' | 'issuer-serial' | 'embedded' | 'certificate';
export const NAMINGS: readonly Naming[] = [
  'direct',
  'path',
  'ski',
  'thumbprint',
  'issuer-serial',
  'embedded',
  'certificate',
];

const base64 = (octets: Uint8Array): string => Buffer.from(octets).toString('base64');

function token(id: string, holder: Holder, isPath: boolean): string {
  const octets = isPath ? der(0x30, ROOT.der, holder.certificate.der) : holder.certificate.der;
  return `<o:BinarySecurityToken u:Id="${id}" ValueType="${X509}${isPath ? 'X509PKIPathv1' : 'X509v3'}" EncodingType="${BASE64}">${base64(octets)}</o:BinarySecurityToken>`;
}

/** The STR, and the token that goes before it. */
export function named(naming: Naming, holder: Holder, id = 'bst'): { readonly token: string; readonly str: string } {
  const { certificate } = holder;
  const keyIdentifier = (type: string, octets: Uint8Array): string =>
    `<o:KeyIdentifier ValueType="${type}" EncodingType="${BASE64}">${base64(octets)}</o:KeyIdentifier>`;
  const content = {
    direct: () => `<o:Reference URI="#${id}" ValueType="${X509}X509v3"/>`,
    path: () => `<o:Reference URI="#${id}" ValueType="${X509}X509PKIPathv1"/>`,
    ski: () => keyIdentifier(`${X509}X509SubjectKeyIdentifier`, certificate.subjectKeyIdentifier!),
    thumbprint: () => keyIdentifier(`${WSS11}ThumbprintSHA1`, certificate.thumbprintSha1()),
    'issuer-serial': () =>
      `<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>${certificate.issuer}</ds:X509IssuerName><ds:X509SerialNumber>${certificate.serialNumber}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>`,
    embedded: () => `<o:Embedded>${token(id, holder, false)}</o:Embedded>`,
    certificate: () => keyIdentifier(`${X509}X509v3`, certificate.der),
  }[naming]();
  return {
    token: naming === 'direct' || naming === 'path' ? token(id, holder, naming === 'path') : '',
    str: `<o:SecurityTokenReference>${content}</o:SecurityTokenReference>`,
  };
}

/** Signs octets, and names the algorithm. */
export interface Signing {
  readonly algorithm: string;
  /** In ds:SignatureMethod. */
  readonly parameters?: string;
  readonly sign: (octets: Uint8Array) => Uint8Array;
}

export const ECDSA_SHA256 = `${DSIG_MORE}ecdsa-sha256`;

export function ecdsa(key: KeyObject): Signing {
  return {
    algorithm: ECDSA_SHA256,
    sign: (octets) => sign('sha256', octets, { key, dsaEncoding: 'ieee-p1363' }),
  };
}

export function hmac(key: Uint8Array): Signing {
  return {
    algorithm: `${DSIG_MORE}hmac-sha256`,
    sign: (octets) => createHmac('sha256', key).update(octets).digest(),
  };
}

export interface SignatureWish {
  readonly id: string;
  readonly signing: Signing;
  readonly str: string;
  /** Ids; the Body is `body`, the Timestamp `ts`, wsa:Action `action`. */
  readonly parts: readonly string[];
  /** A reference of its own: what STR-Transform makes of the Id, in canonical form. */
  readonly transformed?: { readonly id: string; readonly octets: string };
}

export interface MessageWish {
  /** Behind the Timestamp. */
  readonly tokens: string;
  /** Made in this order; each is put behind the ones before it. */
  readonly signatures: readonly SignatureWish[];
  readonly body?: string;
}

export const ALL_PARTS = ['body', 'ts', 'action'] as const;

/** The message as text, signed. */
export function signedMessage({ tokens, signatures, body = '<m:Ping xmlns:m="urn:m"/>' }: MessageWish): string {
  const at = (ms: number): string => new Date(ms).toISOString();
  let message = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing" xmlns:o="${WSSE}" xmlns:u="${WSU}" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:e="${XENC}"><s:Header><a:Action u:Id="action">urn:m:ping</a:Action><o:Security s:mustUnderstand="1"><u:Timestamp u:Id="ts"><u:Created>${at(NOW_MS)}</u:Created><u:Expires>${at(NOW_MS + 60_000)}</u:Expires></u:Timestamp>${tokens}<!--next--></o:Security></s:Header><s:Body u:Id="body">${body}</s:Body></s:Envelope>`;
  for (const wish of signatures)
    message = message.replace('<!--next-->', () => `${signature(message, wish)}<!--next-->`);
  return message.replace('<!--next-->', '');
}

function signature(message: string, { id, signing, str, parts, transformed }: SignatureWish): string {
  const references = parts.map((part) => {
    const digest = createHash('sha256').update(canonical(message, part)).digest('base64');
    return `<ds:Reference URI="#${part}"><ds:Transforms><ds:Transform Algorithm="${EXCLUSIVE}"/></ds:Transforms><ds:DigestMethod Algorithm="${XENC}sha256"/><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>`;
  });
  if (transformed !== undefined) {
    const digest = createHash('sha256').update(transformed.octets).digest('base64');
    references.push(
      `<ds:Reference URI="#${transformed.id}"><ds:Transforms><ds:Transform Algorithm="${STR_TRANSFORM}"><o:TransformationParameters><ds:CanonicalizationMethod Algorithm="${EXCLUSIVE}"/></o:TransformationParameters></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="${XENC}sha256"/><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>`,
    );
  }
  const signedInfo = `<ds:SignedInfo Id="info"><ds:CanonicalizationMethod Algorithm="${EXCLUSIVE}"/><ds:SignatureMethod Algorithm="${signing.algorithm}">${signing.parameters ?? ''}</ds:SignatureMethod>${references.join('')}</ds:SignedInfo>`;
  const value = base64(
    signing.sign(
      canonical(
        message.replace('<!--next-->', () => signedInfo),
        'info',
      ),
    ),
  );
  return `<ds:Signature Id="${id}">${signedInfo.replace(' Id="info"', '')}<ds:SignatureValue>${value}</ds:SignatureValue><ds:KeyInfo>${str}</ds:KeyInfo></ds:Signature>`;
}

function canonical(message: string, id: string): Uint8Array {
  const text = message.replace('<!--next-->', '');
  const tape = new Tape();
  scan(new TextEncoder().encode(text), DEFAULT_LIMITS, tape);
  // All is ASCII, so offsets of characters are offsets of octets.
  const at = text.indexOf(`Id="${id}"`) + 'Id="'.length;
  const sink = new OctetSink();
  canonicalise(tape, resolveId(tape, at, at + id.length), sink);
  return Buffer.from(Buffer.from(sink.bytes.subarray(0, sink.length)).toString().replace(' Id="info"', ''));
}

/** The token that {@link named} puts into the message, or that its name stands for: as STR-Transform digests it. */
export function transformedToken(holder: Holder, isInMessage: boolean): string {
  const value = `ValueType="${X509}X509v3"`;
  const attributes = isInMessage ? `EncodingType="${BASE64}" ${value} u:Id="bst"` : value;
  const utility = isInMessage ? ` xmlns:u="${WSU}"` : '';
  return `<o:BinarySecurityToken xmlns="" xmlns:o="${WSSE}"${utility} ${attributes}>${base64(holder.certificate.der)}</o:BinarySecurityToken>`;
}

/** A message that `holder` signed, named so. */
export function signedBy(holder: Holder, naming: Naming = 'direct', signing = ecdsa(holder.party.privateKey)): string {
  const { token, str } = named(naming, holder);
  return signedMessage({ tokens: token, signatures: [{ id: 'sig', signing, str, parts: ALL_PARTS }] });
}

export interface TransportWish {
  readonly key: Uint8Array;
  readonly naming?: Naming;
  readonly recipient?: Holder;
  /** Ids of encrypted data in its ReferenceList. */
  readonly lists?: readonly string[];
  readonly isBare?: boolean;
}

/** An EncryptedKey by RSA-OAEP with SHA-1, and the SHA-1 of its cipher value. */
export function encryptedKey(wish: TransportWish): { readonly xml: string; readonly sha1Base64: string } {
  const { key, naming = 'thumbprint', recipient = server, lists = [], isBare = false } = wish;
  const cipherValue = publicEncrypt({ key: recipient.party.publicKey, oaepHash: 'sha1' }, key);
  const { str } = named(naming, recipient, 'own');
  const keyInfo = isBare ? str.replace(/<\/?o:SecurityTokenReference>/g, '') : str;
  const list = lists.map((id) => `<e:DataReference URI="#${id}"/>`).join('');
  return {
    xml: `<e:EncryptedKey Id="ek"><e:EncryptionMethod Algorithm="${XENC}rsa-oaep-mgf1p"/><ds:KeyInfo>${keyInfo}</ds:KeyInfo><e:CipherData><e:CipherValue>${base64(cipherValue)}</e:CipherValue></e:CipherData>${list === '' ? '' : `<e:ReferenceList>${list}</e:ReferenceList>`}</e:EncryptedKey>`,
    sha1Base64: createHash('sha1').update(cipherValue).digest('base64'),
  };
}

/** EncryptedData over content, or over an element, with AES-CBC. */
export function encryptedContent(
  id: string,
  key: Uint8Array,
  content: string,
  str: string | undefined,
  type: 'Content' | 'Element' = 'Content',
  bits: 128 | 256 = 256,
): string {
  const cipher = createCipheriv(`aes-${bits}-cbc`, key, new Uint8Array(16));
  const octets = Buffer.concat([new Uint8Array(16), cipher.update(content), cipher.final()]);
  const keyInfo = str === undefined ? '' : `<ds:KeyInfo>${str}</ds:KeyInfo>`;
  return `<e:EncryptedData Id="${id}" Type="${XENC}${type}"><e:EncryptionMethod Algorithm="${XENC}aes${bits}-cbc"/>${keyInfo}<e:CipherData><e:CipherValue>${octets.toString('base64')}</e:CipherValue></e:CipherData></e:EncryptedData>`;
}

export const EK_REFERENCE = `<o:SecurityTokenReference><o:Reference URI="#ek"/></o:SecurityTokenReference>`;

export function sha1Reference(sha1Base64: string): string {
  return `<o:SecurityTokenReference><o:KeyIdentifier ValueType="${WSS11}EncryptedKeySHA1">${sha1Base64}</o:KeyIdentifier></o:SecurityTokenReference>`;
}

/** A DerivedKeyToken of 32 octets on what `str` names. */
export function derivedKeyToken(id: string, nonce: Uint8Array, str: string): string {
  return `<c:DerivedKeyToken xmlns:c="${WSC}" u:Id="${id}">${str}<c:Offset>0</c:Offset><c:Length>32</c:Length><c:Nonce>${base64(nonce)}</c:Nonce></c:DerivedKeyToken>`;
}

export const referenceTo = (id: string): string =>
  `<o:SecurityTokenReference><o:Reference URI="#${id}"/></o:SecurityTokenReference>`;

/** The verdict on `message` without contexts. */
export function opened(
  message: string,
  credentials: Credentials | undefined,
  policy: Policy = policyOf('x509'),
  atMs: number = NOW_MS,
) {
  return open(new TextEncoder().encode(message), {
    atMs,
    policy,
    contexts: { find: () => undefined },
    credentials,
  });
}
