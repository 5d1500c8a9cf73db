// Messages of ours whose keys are not, or not only, those of a context, to WSS4J: certificates, session keys.
import { algorithmSuite, type SuiteName } from '@parley/core';
import {
  type BootstrapSealRequest,
  type CertificateReference,
  EncryptedKey,
  type KeyRecipient,
  type SealRequest,
} from '@parley/engine';
import { expect } from 'vitest';
import type { PartyKind } from '../../core/x509/issue.ts';
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
import type { Engine } from './wss4j.ts';

const DS = 'http://www.w3.org/2000/09/xmldsig#';
const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const WSA = 'http://www.w3.org/2005/08/addressing';

const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const DAY_MS = 86_400_000;

interface Opened {
  readonly signed: readonly { readonly name: string }[];
  readonly encrypted: readonly { readonly name: string }[];
  readonly payload: string;
}

const REFERENCE_NAMES: Readonly<Record<CertificateReference, string>> = {
  direct: 'BinarySecurityToken with a certificate',
  'pki-path': 'BinarySecurityToken with a path',
  embedded: 'token inside the reference',
  'subject-key-identifier': 'SubjectKeyIdentifier',
  thumbprint: 'ThumbprintSHA1',
  'issuer-serial': 'issuer and serial number',
};
const CERTIFICATE_REFERENCES = Object.keys(REFERENCE_NAMES) as readonly CertificateReference[];

/** Kind of key, and algorithm. */
const SIGNING: ReadonlyArray<readonly [PartyKind, string]> = [
  ['rsa', 'rsa-sha1'],
  ['rsa', 'rsa-sha256'],
  ['rsa', 'rsa-sha384'],
  ['rsa', 'rsa-sha512'],
  ['rsa', 'sha256-rsa-MGF1'],
  ['rsa', 'sha384-rsa-MGF1'],
  ['rsa', 'sha512-rsa-MGF1'],
  ['P-256', 'ecdsa-sha1'],
  ['P-256', 'ecdsa-sha256'],
  ['P-384', 'ecdsa-sha384'],
  ['P-521', 'ecdsa-sha512'],
  ['ed25519', 'eddsa-ed25519'],
];

/** Key transport with its hashes. */
const KEY_TRANSPORTS: ReadonlyArray<Pick<KeyRecipient, 'transport' | 'hash' | 'maskHash'>> = [
  { transport: 'rsa-1_5' },
  { transport: 'rsa-oaep-mgf1p' },
  { transport: 'rsa-oaep-mgf1p', hash: 'sha256' },
  { transport: 'rsa-oaep', hash: 'sha256', maskHash: 'sha256' },
  { transport: 'rsa-oaep', hash: 'sha512', maskHash: 'sha1' },
];

const SHAPES = [
  { name: 'sign', encrypt: 'none', order: 'sign-then-encrypt' },
  { name: 'sign, then encrypt Body', encrypt: 'body', order: 'sign-then-encrypt' },
  { name: 'sign, then encrypt Body and Signature', encrypt: 'body-and-signature', order: 'sign-then-encrypt' },
  { name: 'encrypt Body, then sign', encrypt: 'body', order: 'encrypt-then-sign' },
] as const;
type BootstrapShape = (typeof SHAPES)[number];

type Transport = (typeof KEY_TRANSPORTS)[number];
const SUITE: SuiteName = 'Basic256GCMSha256';

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
const KNOWING_CONTEXT: object = {
  identifier: sampleContext().identifier,
  secret: sampleSecret().lend(base64),
};

/** Engines that do not read a token inside the reference. */
const unknownReference = (reference: CertificateReference): readonly Engine[] =>
  reference === 'embedded' ? ['dom', 'stax'] : [];

const CERTIFICATE_CASES: readonly BootstrapCase[] = [
  ...CERTIFICATE_REFERENCES.map(
    (reference): BootstrapCase => ({
      row: `X.509 signature; ${REFERENCE_NAMES[reference]}`,
      make: () => ({ request: signedByCertificate(reference, ['rsa', 'rsa-sha256']) }),
      unknownTo: unknownReference(reference),
    }),
  ),
  ...SIGNING.map(
    ([kind, algorithm]): BootstrapCase => ({
      row: `X.509 signature; ${algorithm}`,
      make: () => ({ request: signedByCertificate('direct', [kind, algorithm]) }),
      unknownTo: kind === 'ed25519' || algorithm.endsWith('MGF1') ? ['stax'] : [],
    }),
  ),
  {
    row: 'X.509 signature; its token signed',
    make: () => ({ request: signedByCertificate('direct', ['rsa', 'rsa-sha256'], true) }),
    signed: [`{${WSSE}}BinarySecurityToken`],
  },
];

const DEREFERENCED_CASES: readonly BootstrapCase[] = CERTIFICATE_REFERENCES.filter(
  (reference) => reference !== 'embedded',
).map((reference) => ({
  row: `X.509 signature; its token signed by STR-Transform; ${REFERENCE_NAMES[reference]}`,
  make: () => ({ request: signedByCertificate(reference, ['rsa', 'rsa-sha256'], 'str-transform') }),
  signed: [`{${WSSE}}BinarySecurityToken`],
  unknownTo: ['stax'],
}));

const RECIPIENT_REFERENCES = CERTIFICATE_REFERENCES.filter((reference) => reference !== 'pki-path');
const ENCRYPTED_CASES: readonly BootstrapCase[] = [
  ...RECIPIENT_REFERENCES.map(
    (reference): BootstrapCase => ({
      row: `encrypted for a certificate; ${REFERENCE_NAMES[reference]}`,
      make: () => ({ request: encryptedForCertificate(SHAPES[1], reference, {}) }),
      unknownTo: unknownReference(reference),
    }),
  ),
  ...KEY_TRANSPORTS.map(
    (transport): BootstrapCase => ({
      row: `encrypted for a certificate; ${Object.values(transport).join(', ')}`,
      make: () => ({ request: encryptedForCertificate(SHAPES[1], 'thumbprint', transport) }),
    }),
  ),
  ...SHAPES.slice(1).map(
    (shape): BootstrapCase => ({
      row: `X.509: ${shape.name}`,
      make: () => ({ request: encryptedForCertificate(shape, 'thumbprint', {}) }),
    }),
  ),
];

const SESSION_KEY_CASES: readonly BootstrapCase[] = SHAPES.flatMap((shape) =>
  (['explicit', 'direct'] as const).flatMap((keys) =>
    (['attached', 'external'] as const).map(
      (token): BootstrapCase => ({
        row: `EncryptedKey: ${shape.name}; ${keys === 'explicit' ? 'DerivedKeyTokens' : 'the secret itself'}${token === 'attached' ? '' : '; by EncryptedKeySHA1'}`,
        make: () => withSessionKey(shape, keys, token),
      }),
    ),
  ),
);

const ENDORSED_CASES: readonly BootstrapCase[] = SHAPES.flatMap((shape) =>
  [false, true].map(
    (signToken): BootstrapCase => ({
      row: `context, ${signToken ? 'signed endorsing' : 'endorsing'} X.509: ${shape.name}`,
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
  [kind, algorithm]: readonly [PartyKind, string],
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

function withSessionKey(
  { encrypt, order }: BootstrapShape,
  keys: 'explicit' | 'direct',
  token: 'attached' | 'external',
): ReturnType<BootstrapCase['make']> {
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
export async function bootstrapToPeer(peer: PeerProcess, engine: Engine, kind: BootstrapCase): Promise<void> {
  const { request, envelope = sampleEnvelope(), knowing = {} } = kind.make();
  const message = sealed(envelope, request);
  const reply = await openByPeer(peer, engine, message, knowing);
  if (kind.unknownTo?.includes(engine) === true) {
    expect(reply.ok, kind.row).toBe(false);
    return;
  }
  expect(reply.ok ? '' : `${reply.kind} ${reply.reason}`, kind.row).toBe('');
  if (!reply.ok) return;
  const opened = reply.value;
  expect(Buffer.from(opened.payload, 'base64').toString()).toContain('hällo');
  const names = (parts: readonly { readonly name: string }[]): Set<string> => new Set(parts.map(({ name }) => name));
  const headers = ['Action', 'MessageID', 'ReplyTo', 'To'].map((name) => `{${WSA}}${name}`);
  const signed = [`{${SOAP12}}Body`, `{${WSU}}Timestamp`, ...headers, ...(kind.signed ?? [])];
  // The streaming engine reports what is around a signed part, too.
  if (engine === 'dom') expect(names(opened.signed)).toEqual(new Set(signed));
  else expect([...names(opened.signed)]).toEqual(expect.arrayContaining(signed));
  const body = [`{${SOAP12}}Body`];
  const encrypted = { none: [], body, 'body-and-signature': [...body, `{${DS}}Signature`] };
  expect(names(opened.encrypted)).toEqual(new Set([...encrypted[request.encrypt], ...(kind.encrypted ?? [])]));
  const changed = Buffer.from(message).toString().replace('urn:uuid:7', 'urn:uuid:8');
  expect((await openByPeer(peer, engine, Buffer.from(changed), knowing)).ok, 'a signed header changed').toBe(false);
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
    soap12: true,
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
  const atMs = Date.now();
  const context = sampleContext();
  const keys = [{ ...context.keys[0]!, createdAtMs: atMs, expiresAtMs: atMs + DAY_MS }];
  return sampleRequest({
    context: { ...context, suite: SUITE, keys, createdAtMs: atMs, expiresAtMs: atMs + DAY_MS },
    atMs,
    encrypt,
    order,
    endorse: { key, reference: 'direct', signToken },
  });
}
