// Messages of ours whose keys are not, or not only, those of a context, to WSS4J: certificates, session keys.
import { algorithmSuite, type SecurityContext } from '@parley/core';
import {
  type BootstrapSealRequest,
  type CertificateReference,
  EncryptedKey,
  type KeyRecipient,
  type SealRequest,
} from '@parley/engine';
import { expect } from 'vitest';
import {
  SOAP12,
  sampleContext,
  sampleEnvelope,
  sampleRandom,
  sampleRequest,
  sampleSecret,
  sealed,
} from '../../engine/support/sample.ts';
import {
  certificateRequest,
  encryptedKeyRequest,
  envelopeWithTokens,
  ROOT,
  sampleKey,
  USERNAME_TOKEN,
} from '../../engine/support/sample-keys.ts';
import type { PeerProcess, PeerReply } from '../peer-process.ts';
import {
  BOOTSTRAP_SHAPES,
  type BootstrapShape,
  CERTIFICATE_REFERENCES,
  isPss,
  KEY_TRANSPORTS,
  ROW,
  SESSION_STYLES,
  type SessionStyle,
  SIGNING,
  type Signing,
  SUITE,
  type Transport,
} from './bootstrap-rows.ts';
import { withListInKey } from './message-text.ts';
import type { Engine } from './wss4j.ts';

const DS = 'http://www.w3.org/2000/09/xmldsig#';
const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const WSA = 'http://www.w3.org/2005/08/addressing';

const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const DAY_MS = 86_400_000;
const RSA_SHA256: Signing = ['rsa', 'rsa-sha256'];

interface Opened {
  readonly signed: readonly { readonly name: string }[];
  readonly encrypted: readonly { readonly name: string }[];
  readonly payload: string;
}

/** A message of ours, and what a peer has to know to read it. */
export interface BootstrapCase {
  readonly row: string;
  /** As of now, for the peer's clock. */
  readonly make: () => {
    readonly request: BootstrapSealRequest | SealRequest;
    readonly envelope?: Uint8Array;
    readonly knowing?: object;
  };
  /** Signed besides Body, Timestamp and wsa headers. */
  readonly signed?: readonly string[];
  /** Encrypted besides what the request's `encrypt` says. */
  readonly encrypted?: readonly string[];
  /** Engines that do not know such messages. */
  readonly unknownTo?: readonly Engine[];
}

/** What the peer is told of a context. */
export const KNOWING_CONTEXT: object = {
  identifier: sampleContext().identifier,
  secret: sampleSecret().lend(base64),
};

/** Engines that do not read a token inside the reference. */
const unknownReference = (reference: CertificateReference): readonly Engine[] =>
  reference === 'embedded' ? ['dom', 'stax'] : [];

const CERTIFICATE_CASES: readonly BootstrapCase[] = [
  ...CERTIFICATE_REFERENCES.map(
    (reference): BootstrapCase => ({
      row: ROW.signedByReference(reference),
      make: () => ({ request: signedByCertificate(reference, RSA_SHA256) }),
      unknownTo: unknownReference(reference),
    }),
  ),
  ...SIGNING.map(
    ([kind, algorithm]): BootstrapCase => ({
      row: ROW.signedWith([kind, algorithm]),
      make: () => ({ request: signedByCertificate('direct', [kind, algorithm]) }),
      unknownTo: kind === 'ed25519' || isPss([kind, algorithm]) ? ['stax'] : [],
    }),
  ),
  {
    row: ROW.tokenSigned,
    make: () => ({ request: signedByCertificate('direct', RSA_SHA256, true) }),
    signed: [`{${WSSE}}BinarySecurityToken`],
  },
];

const DEREFERENCED_CASES: readonly BootstrapCase[] = CERTIFICATE_REFERENCES.filter(
  (reference) => reference !== 'embedded',
).map((reference) => ({
  row: ROW.tokenDereferenced(reference),
  make: () => ({ request: signedByCertificate(reference, RSA_SHA256, 'str-transform') }),
  signed: [`{${WSSE}}BinarySecurityToken`],
  unknownTo: ['stax'],
}));

const RECIPIENT_REFERENCES = CERTIFICATE_REFERENCES.filter((reference) => reference !== 'pki-path');
const ENCRYPTED_CASES: readonly BootstrapCase[] = [
  ...RECIPIENT_REFERENCES.map(
    (reference): BootstrapCase => ({
      row: ROW.encryptedByReference(reference),
      make: () => ({ request: encryptedForCertificate(BOOTSTRAP_SHAPES[1], reference, {}) }),
      unknownTo: unknownReference(reference),
    }),
  ),
  ...KEY_TRANSPORTS.map(
    (transport): BootstrapCase => ({
      row: ROW.encryptedWith(transport),
      make: () => ({ request: encryptedForCertificate(BOOTSTRAP_SHAPES[1], 'thumbprint', transport) }),
    }),
  ),
  ...BOOTSTRAP_SHAPES.slice(1).map(
    (shape): BootstrapCase => ({
      row: ROW.x509(shape),
      make: () => ({ request: encryptedForCertificate(shape, 'thumbprint', {}) }),
    }),
  ),
];

const SESSION_KEY_CASES: readonly BootstrapCase[] = SESSION_STYLES.map((style) => ({
  row: ROW.session(style),
  make: () => withSessionKey(style),
}));

const ENDORSED_CASES: readonly BootstrapCase[] = BOOTSTRAP_SHAPES.flatMap((shape) =>
  [false, true].map(
    (signToken): BootstrapCase => ({
      row: ROW.endorsed(shape, signToken),
      make: () => ({ request: endorsedContext(shape, signToken), knowing: KNOWING_CONTEXT }),
      signed: [`{${DS}}Signature`, ...(signToken ? [`{${WSSE}}BinarySecurityToken`] : [])],
    }),
  ),
);

const SIGNED_TOKENS = { body: true, addressing: true, timestamp: true, tokens: true };
const USERNAME_CASE: BootstrapCase = {
  row: 'X.509 signature; UsernameToken signed',
  make: () => ({
    request: certificateRequest({ atMs: Date.now(), sign: SIGNED_TOKENS }),
    envelope: envelopeWithTokens(USERNAME_TOKEN),
    knowing: { password: 'secret' },
  }),
  signed: [`{${WSSE}}UsernameToken`],
};

export const BOOTSTRAP_CASES: readonly BootstrapCase[] = [
  ...CERTIFICATE_CASES,
  ...DEREFERENCED_CASES,
  USERNAME_CASE,
  ...ENCRYPTED_CASES,
  ...SESSION_KEY_CASES,
  ...ENDORSED_CASES,
];

function signedByCertificate(
  reference: CertificateReference,
  [kind, algorithm]: Signing,
  signToken: boolean | 'str-transform' = false,
): BootstrapSealRequest {
  const { key } = sampleKey('alice', kind);
  return certificateRequest({ atMs: Date.now(), certificate: { key, reference, algorithm, signToken } });
}

function encryptedForCertificate(
  { encrypt, order }: BootstrapShape,
  reference: KeyRecipient['reference'],
  transport: Transport,
): BootstrapSealRequest {
  const { certificate } = sampleKey('bob', 'rsa');
  const recipient = { certificate, reference, ...transport };
  return certificateRequest({ atMs: Date.now(), suite: SUITE, encrypt, order, recipient });
}

function withSessionKey({ shape: { encrypt, order }, keys, token }: SessionStyle): ReturnType<BootstrapCase['make']> {
  const encryptedKey = EncryptedKey.forRecipient(
    { certificate: sampleKey('bob', 'rsa').certificate, reference: 'thumbprint' },
    { suite: algorithmSuite(SUITE), fillRandom: sampleRandom(7) },
  );
  const request = encryptedKeyRequest({ atMs: Date.now(), suite: SUITE, encryptedKey, encrypt, order, keys, token });
  if (token === 'attached') return { request };
  const { sha1, secret } = encryptedKey;
  return { request, knowing: { identifier: base64(sha1), secret: secret.lend(base64) } };
}

/** The peer finds what was asked for, and refuses what was changed. */
export async function bootstrapToPeer(
  peer: PeerProcess,
  engine: Engine,
  kind: BootstrapCase,
  soap: string = SOAP12,
): Promise<void> {
  const { request, envelope = sampleEnvelope(), knowing: known = {} } = kind.make();
  const message = sealed(inSoap(envelope, soap), request);
  const knowing = { ...known, soap12: soap === SOAP12 };
  if (kind.unknownTo?.includes(engine) === true) {
    // Not always in good order.
    const isOpened = await openByPeer(peer, engine, message, knowing).then(
      ({ ok }) => ok,
      () => false,
    );
    expect(isOpened, kind.row).toBe(false);
    return;
  }
  const reply = await openByPeer(peer, engine, message, knowing);
  expect(reply.ok ? '' : `${reply.kind} ${reply.reason}`, kind.row).toBe('');
  if (!reply.ok) return;
  const opened = reply.value;
  expect(Buffer.from(opened.payload, 'base64').toString()).toContain('hällo');
  const names = (parts: readonly { readonly name: string }[]): Set<string> => new Set(parts.map(({ name }) => name));
  const headers = ['Action', 'MessageID', 'ReplyTo', 'To'].map((name) => `{${WSA}}${name}`);
  const signed = [`{${soap}}Body`, `{${WSU}}Timestamp`, ...headers, ...(kind.signed ?? [])];
  // The streaming engine reports what is around a signed part, too.
  if (engine === 'dom') expect(names(opened.signed)).toEqual(new Set(signed));
  else expect([...names(opened.signed)]).toEqual(expect.arrayContaining(signed));
  const body = [`{${soap}}Body`];
  const encrypted = { none: [], body, 'body-and-signature': [...body, `{${DS}}Signature`] };
  expect(names(opened.encrypted)).toEqual(new Set([...encrypted[request.encrypt], ...(kind.encrypted ?? [])]));
  const changed = Buffer.from(message).toString().replace('urn:uuid:7', 'urn:uuid:8');
  expect((await openByPeer(peer, engine, Buffer.from(changed), knowing)).ok, 'a signed header changed').toBe(false);
}

/**
 * Encrypted, then signed, both with one EncryptedKey that lists what it encrypted: the order cannot be told from that. Whether
 * the peer reads it with the list inside the key, and behind the signature.
 */
export async function isReadWithListInKey(
  peer: PeerProcess,
  engine: Engine,
): Promise<{ readonly inside: boolean; readonly behind: boolean }> {
  const request = encryptedKeyRequest({
    atMs: Date.now(),
    suite: SUITE,
    encrypt: 'body',
    order: 'encrypt-then-sign',
    keys: 'direct',
  });
  const message = sealed(sampleEnvelope(), request);
  const isRead = async (octets: Uint8Array): Promise<boolean> =>
    (await openByPeer(peer, engine, octets, { soap12: true })).ok;
  return {
    inside: await isRead(Buffer.from(withListInKey(Buffer.from(message).toString()))),
    behind: await isRead(message),
  };
}

/** An envelope of SOAP 1.2 in another version. */
export function inSoap(envelope: Uint8Array, soap: string): Uint8Array {
  return Buffer.from(Buffer.from(envelope).toString().replaceAll(SOAP12, soap));
}

function openByPeer(
  peer: PeerProcess,
  engine: Engine,
  message: Uint8Array,
  knowing: object,
): Promise<PeerReply<Opened>> {
  const bob = sampleKey('bob', 'rsa');
  return peer.call<Opened>(`${engine}.open`, {
    message: base64(message),
    bsp: false,
    own: { privateKey: base64(bob.privateKeyDer), certificate: base64(bob.certificate.der) },
    trusted: [ROOT, ...SIGNING.map(([kind]) => sampleKey('alice', kind).certificate)].map(({ der }) => base64(der)),
    ...knowing,
  });
}

function base64(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64');
}

function endorsedContext({ encrypt, order }: BootstrapShape, signToken: boolean): SealRequest {
  const { key } = sampleKey('alice', 'rsa');
  return sampleRequest({
    context: contextNow(sampleContext()),
    atMs: Date.now(),
    encrypt,
    order,
    endorse: { key, reference: 'direct', signToken },
  });
}

/** The context as it would be if it lived today. Peers have no clock but the real one. */
export function contextNow(context: SecurityContext): SecurityContext {
  const atMs = Date.now();
  const life = { createdAtMs: atMs - DAY_MS, expiresAtMs: atMs + DAY_MS };
  return { ...context, suite: SUITE, keys: context.keys.map((key) => ({ ...key, ...life })), ...life };
}
