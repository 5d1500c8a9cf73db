// Messages of WSS4J to us whose keys are those of certificates, session keys and endorsements: the other way of bootstrap.ts.
import { createHash } from 'node:crypto';
import { algorithmSuite, contextSource, digestAlgorithm, Trust } from '@parley/core';
import {
  KEY_TRANSPORT_ALGORITHMS,
  keyTransportAlgorithm,
  macAlgorithm,
  maskAlgorithm,
  SIGNATURE_ALGORITHMS,
  signatureAlgorithm,
} from '@parley/core/internal';
import { type CertificateReference, type Credentials, open, type Policy, policyOf } from '@parley/engine';
import { expect } from 'vitest';
import type { PartyKind } from '../../core/x509/issue.ts';
import { SOAP12, sampleContext, sampleEnvelope, sampleSecret } from '../../engine/support/sample.ts';
import { ROOT, sampleKey } from '../../engine/support/sample-keys.ts';
import type { PeerProcess, PeerReply } from '../peer-process.ts';
import { contextNow, inSoap } from './bootstrap.ts';
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
import { payloadOf } from './payload.ts';
import type { Engine } from './wss4j.ts';

const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const WSA = 'http://www.w3.org/2005/08/addressing';
const DS = 'http://www.w3.org/2000/09/xmldsig#';

export interface Part {
  readonly namespace: string;
  readonly name: string;
  readonly modifier?: 'Element' | 'Content' | 'Header';
}

/** See test/interop/wss4j/src/parley/interop/BootstrapRequest.java. */
export interface Step {
  readonly make: 'timestamp' | 'confirm' | 'token' | 'session' | 'sign' | 'encrypt';
  readonly key?: 'own' | 'recipient' | 'session' | 'context';
  readonly isDerived?: boolean;
  readonly keyBytes?: number;
  readonly reference?: string;
  readonly algorithm?: string;
  readonly digest?: string;
  readonly transport?: string;
  readonly mask?: string;
  readonly parts?: readonly Part[];
  readonly values?: readonly string[];
}

/** A message that the peer is asked for, and what `open` has to find in it. */
export interface PeerCase {
  readonly row: string;
  readonly steps: readonly Step[];
  /** Kind of the key with which the peer signs. */
  readonly signer?: PartyKind;
  readonly recipient?: boolean;
  readonly context?: boolean;
  /** `known`: by its SHA-1. */
  readonly session?: 'sent' | 'known';
  /** Default: 32. */
  readonly sessionBytes?: number;
  readonly role?: string;
  /** Otherwise it is put where it is made. */
  readonly timestampFirst?: boolean;
  readonly envelope?: Uint8Array;
  readonly policy: Policy;
  readonly signatureValuesSent?: readonly string[];
  /** Local names of what is signed besides Body, Timestamp and wsa headers, and of what is encrypted. */
  readonly signed?: readonly string[];
  readonly encrypted?: readonly string[];
  /** Engines that refuse to make it, or make what is refused. */
  readonly unmadeBy?: readonly Engine[];
  /** Engines whose interface has no such thing. */
  readonly notAskedOf?: readonly Engine[];
}

export const part = (namespace: string, name: string, modifier: Part['modifier'] = 'Element'): Part => ({
  namespace,
  name,
  modifier,
});
export const BODY: Part = part(SOAP12, 'Body');
export const BODY_CONTENT: Part = part(SOAP12, 'Body', 'Content');
export const SIGNATURE: Part = part(DS, 'Signature');
export const BINARY_TOKEN: Part = part(WSSE, 'BinarySecurityToken');
export const TOKEN: Part = part('', 'Token');
export const ENDORSED: Part = part('', 'Endorsed');
const HEADERS = ['Action', 'MessageID', 'ReplyTo', 'To'];
/** What every message signs. */
export const ALL_PARTS: readonly Part[] = [BODY, part(WSU, 'Timestamp'), ...HEADERS.map((name) => part(WSA, name))];
const SHA256 = digestAlgorithm('sha256').uri;
const CIPHER = algorithmSuite(SUITE).cipher.uri;
const RSA_SHA256: Signing = ['rsa', 'rsa-sha256'];
export const TIMESTAMP: Step = { make: 'timestamp' };

export function signStep(reference: string, [, algorithm]: Signing = RSA_SHA256, more: readonly Part[] = []): Step {
  const uri = signatureAlgorithm(algorithm).uri;
  return { make: 'sign', key: 'own', reference, algorithm: uri, digest: SHA256, parts: [...ALL_PARTS, ...more] };
}

export function transportOf({ transport = 'rsa-oaep-mgf1p', hash, maskHash }: Transport): Partial<Step> {
  return {
    transport: keyTransportAlgorithm(transport).uri,
    ...(hash === undefined ? {} : { digest: digestAlgorithm(hash).uri }),
    ...(maskHash === undefined ? {} : { mask: maskAlgorithm(`mgf1${maskHash}`).uri }),
  };
}

export function encryptStep(
  reference: string,
  parts: readonly Part[] = [BODY_CONTENT],
  transport: Transport = {},
): Step {
  return { make: 'encrypt', key: 'recipient', reference, algorithm: CIPHER, parts, ...transportOf(transport) };
}

/** The keyed steps of a shape, in its order; what is encrypted is told by name. */
export function shaped(
  { encrypt, order }: BootstrapShape,
  sign: readonly Step[],
  encryption: (parts: readonly Part[]) => Step,
): { readonly steps: readonly Step[]; readonly encrypted: readonly string[] } {
  if (encrypt === 'none') return { steps: sign, encrypted: [] };
  const parts = encrypt === 'body' ? [BODY_CONTENT] : [SIGNATURE, BODY_CONTENT];
  const step = encryption(parts);
  return {
    steps: order === 'encrypt-then-sign' ? [step, ...sign] : [...sign, step],
    encrypted: parts.map(({ name }) => name),
  };
}

export const X509_POLICY: Policy = policyOf('x509', {
  allowTokenTransform: true,
  signatures: SIGNATURE_ALGORITHMS.map(({ name }) => name),
  keyTransports: KEY_TRANSPORT_ALGORITHMS.map(({ name }) => name),
});
// WSS4J writes its Timestamp behind the signature; StAX also the token of a signature, or an EncryptedKey, behind its use.
const lax = (policy: Policy): Policy => ({ ...policy, layout: 'lax' });

/** What WSS4J writes no message with. */
const UNKNOWN_REFERENCES: readonly CertificateReference[] = ['embedded'];
const WRITTEN_REFERENCES = CERTIFICATE_REFERENCES.filter((reference) => !UNKNOWN_REFERENCES.includes(reference));

/** What it writes besides, and we do not. */
const PEER_REFERENCES = [
  ['certificate', 'KeyIdentifier with the certificate'],
  ['issuer-serial-quoted', 'issuer, quoted in part, and serial number'],
] as const;

const SIGNED_CASES: readonly PeerCase[] = [
  ...WRITTEN_REFERENCES.map(
    (reference): PeerCase => ({
      row: ROW.signedByReference(reference),
      steps: [TIMESTAMP, signStep(reference)],
      policy: X509_POLICY,
    }),
  ),
  ...PEER_REFERENCES.map(
    ([reference, row]): PeerCase => ({
      row: `X.509 signature; ${row}`,
      steps: [TIMESTAMP, signStep(reference)],
      policy: X509_POLICY,
      notAskedOf: reference === 'certificate' ? [] : ['stax'],
    }),
  ),
  ...SIGNING.map(
    (signing): PeerCase => ({
      row: ROW.signedWith(signing),
      signer: signing[0],
      steps: [TIMESTAMP, signStep('direct', signing)],
      policy: X509_POLICY,
      unmadeBy: isPss(signing) ? ['stax'] : [],
      notAskedOf: signing[1].startsWith('rsa-pss-') ? ['dom', 'stax'] : [],
    }),
  ),
  {
    row: ROW.tokenSigned,
    steps: [TIMESTAMP, signStep('direct', RSA_SHA256, [TOKEN])],
    signed: ['BinarySecurityToken'],
    policy: X509_POLICY,
  },
  ...WRITTEN_REFERENCES.map(
    (reference): PeerCase => ({
      row: ROW.tokenDereferenced(reference),
      steps: [TIMESTAMP, signStep(reference, RSA_SHA256, [part('', 'STRTransform')])],
      signed: ['BinarySecurityToken'],
      policy: X509_POLICY,
      unmadeBy: ['stax'],
    }),
  ),
];

const ENCRYPTED_CASES: readonly PeerCase[] = [
  ...PEER_REFERENCES.map(
    ([reference, row]): PeerCase => ({
      row: `encrypted for a certificate; ${row}`,
      steps: [TIMESTAMP, signStep('direct'), encryptStep(reference)],
      recipient: true,
      encrypted: ['Body'],
      policy: X509_POLICY,
      notAskedOf: reference === 'certificate' ? [] : ['stax'],
    }),
  ),
  {
    row: 'encrypted for a certificate; X509SKI',
    steps: [TIMESTAMP, signStep('direct'), encryptStep('x509-ski')],
    recipient: true,
    encrypted: ['Body'],
    policy: X509_POLICY,
    notAskedOf: ['stax'],
  },
  ...WRITTEN_REFERENCES.filter((reference) => reference !== 'pki-path').map(
    (reference): PeerCase => ({
      row: ROW.encryptedByReference(reference),
      steps: [TIMESTAMP, signStep('direct'), encryptStep(reference)],
      recipient: true,
      encrypted: ['Body'],
      policy: X509_POLICY,
    }),
  ),
  ...KEY_TRANSPORTS.map(
    (transport): PeerCase => ({
      row: ROW.encryptedWith(transport),
      steps: [TIMESTAMP, signStep('direct'), encryptStep('thumbprint', [BODY_CONTENT], transport)],
      recipient: true,
      encrypted: ['Body'],
      policy: X509_POLICY,
    }),
  ),
  ...BOOTSTRAP_SHAPES.slice(1).map((shape): PeerCase => {
    const { steps, encrypted } = shaped(shape, [signStep('direct')], (parts) => encryptStep('thumbprint', parts));
    return { row: ROW.x509(shape), steps: [TIMESTAMP, ...steps], recipient: true, encrypted, policy: X509_POLICY };
  }),
];

const MAC = macAlgorithm('hmac-sha256').uri;
const { signatureKeyBytes, encryptionKeyBytes } = algorithmSuite(SUITE);

export function macStep(key: 'session' | 'context', isDerived: boolean, more: readonly Part[] = []): Step {
  const parts = [...ALL_PARTS, ...more];
  return { make: 'sign', key, isDerived, keyBytes: signatureKeyBytes, algorithm: MAC, digest: SHA256, parts };
}

export function cipherStep(key: 'session' | 'context', isDerived: boolean, parts: readonly Part[]): Step {
  return { make: 'encrypt', key, isDerived, keyBytes: encryptionKeyBytes, algorithm: CIPHER, parts };
}

function sessionCase(style: SessionStyle): PeerCase {
  const isDerived = style.keys === 'explicit';
  const isSent = style.token === 'attached';
  const { steps, encrypted } = shaped(style.shape, [macStep('session', isDerived)], (parts) =>
    cipherStep('session', isDerived, parts),
  );
  const session: Step = { make: 'session', reference: 'thumbprint', ...transportOf({}) };
  const changes = { requireSeparateKeys: isDerived };
  return {
    row: ROW.session(style),
    steps: [TIMESTAMP, ...(isSent ? [session] : []), ...steps],
    recipient: isSent,
    session: isSent ? 'sent' : 'known',
    encrypted,
    policy: policyOf(isSent ? 'symmetric-x509' : 'symmetric-x509-reply', changes),
    // Without encryption it names an EncryptedKey that it leaves out.
    unmadeBy: isSent && !isDerived && encrypted.length === 0 ? ['stax'] : [],
  };
}

function endorsedCase(shape: BootstrapShape, signToken: boolean): PeerCase {
  const { steps, encrypted } = shaped(
    shape,
    [
      { ...signStep('direct'), make: 'token' },
      macStep('context', true, signToken ? [TOKEN] : []),
      { ...signStep('direct'), parts: [ENDORSED] },
    ],
    (parts) => cipherStep('context', true, parts),
  );
  const hidden = encrypted.flatMap((name) => (name === 'Signature' ? [name, name] : [name]));
  return {
    row: ROW.endorsed(shape, signToken),
    steps: [TIMESTAMP, ...steps],
    context: true,
    signed: ['Signature', ...(signToken ? ['BinarySecurityToken'] : [])],
    encrypted: hidden,
    policy: policyOf('strict', { endorsedBy: ['certificate'], signatures: X509_POLICY.signatures }),
    notAskedOf: ['stax'],
  };
}

export const PEER_CASES: readonly PeerCase[] = [
  ...SIGNED_CASES,
  ...ENCRYPTED_CASES,
  ...SESSION_STYLES.map(sessionCase),
  ...BOOTSTRAP_SHAPES.flatMap((shape) => [false, true].map((signToken) => endorsedCase(shape, signToken))),
];

/** What the peer writes, and we refuse on purpose: docs/interop.md says why. */
export const REFUSED_CASES: ReadonlyArray<PeerCase & { readonly code: string }> = [
  {
    row: 'X.509 signature; KeyValue',
    steps: [TIMESTAMP, signStep('key-value')],
    policy: X509_POLICY,
    code: 'peer.keyinfo-forbidden',
  },
  {
    row: 'X.509: sign, then encrypt Signature and a token that is not signed',
    steps: [TIMESTAMP, signStep('direct'), encryptStep('thumbprint', [BINARY_TOKEN, SIGNATURE, BODY_CONTENT])],
    recipient: true,
    policy: X509_POLICY,
    code: 'peer.coverage-missing',
  },
  {
    row: 'X.509: sign, then encrypt the content of a header',
    steps: [
      TIMESTAMP,
      signStep('direct'),
      encryptStep('thumbprint', [{ ...part(WSA, 'To'), modifier: 'Content' }, BODY_CONTENT]),
    ],
    recipient: true,
    policy: X509_POLICY,
    code: 'peer.coverage-missing',
  },
];

/** The peer makes the message; `open` finds what was asked for, and refuses what was changed. */
export async function bootstrapFromPeer(
  peer: PeerProcess,
  engine: Engine,
  kind: PeerCase,
  soap: string = SOAP12,
): Promise<void> {
  const reply = await sealedByPeer(peer, engine, kind, soap);
  if (kind.unmadeBy?.includes(engine) === true) {
    const isOpened = reply.ok && openedByUs(Buffer.from(reply.value.message, 'base64'), kind).ok;
    expect(isOpened, kind.row).toBe(false);
    return;
  }
  if (!reply.ok) throw new Error(`${kind.row}: ${reply.kind} ${reply.reason}`);
  const message = Buffer.from(reply.value.message, 'base64');
  const opened = openedByUs(message, kind);
  if (!opened.ok) throw new Error(`${kind.row}: ${opened.code} ${JSON.stringify(opened.detail)}\n${message}`);
  const { body, signed, encrypted } = opened.value;
  expect(payloadOf(body)).toBe(Buffer.from(reply.value.payload, 'base64').toString());
  const signedNames = [...ALL_PARTS.map(({ name }) => name), ...(kind.signed ?? [])];
  expect(sortedNames(signed)).toEqual(signedNames.sort(byOctets));
  expect(sortedNames(encrypted)).toEqual([...(kind.encrypted ?? [])].sort(byOctets));
  const changed = Buffer.from(message.toString().replace('urn:uuid:7', 'urn:uuid:8'));
  const code = 'peer.digest-mismatch';
  expect(openedByUs(changed, kind), 'a signed header changed').toMatchObject({ ok: false, code });
}

/** The peer makes it, and we refuse it. */
export async function refusedFromPeer(
  peer: PeerProcess,
  engine: Engine,
  kind: PeerCase & { readonly code: string },
): Promise<void> {
  const reply = await sealedByPeer(peer, engine, kind);
  if (!reply.ok) throw new Error(`${kind.row}: ${reply.kind} ${reply.reason}`);
  const { code } = kind;
  expect(openedByUs(Buffer.from(reply.value.message, 'base64'), kind), kind.row).toMatchObject({ code });
}

/** Its answer to what it is asked for. */
function sealedByPeer(
  peer: PeerProcess,
  engine: Engine,
  {
    steps,
    signer = 'rsa',
    recipient,
    context,
    session,
    sessionBytes,
    role,
    timestampFirst,
    envelope = sampleEnvelope(),
  }: PeerCase,
  soap: string = SOAP12,
): Promise<PeerReply<{ readonly message: string; readonly payload: string }>> {
  const alice = sampleKey('alice', signer);
  const inVersion = (named: Part): Part => (named.namespace === SOAP12 ? { ...named, namespace: soap } : named);
  return peer.call('bootstrap.seal', {
    engine,
    envelope: base64(inSoap(envelope, soap)),
    soap12: soap === SOAP12,
    own: {
      privateKey: base64(alice.privateKeyDer),
      certificate: base64(alice.certificate.der),
      issuer: base64(ROOT.der),
    },
    steps: steps.map((step) => ({ ...step, parts: step.parts?.map(inVersion) })),
    ...(recipient === true ? { recipient: base64(sampleKey('bob', 'rsa').certificate.der) } : {}),
    ...(context === true ? { identifier: sampleContext().identifier, secret: sampleSecret().lend(base64) } : {}),
    ...(session === undefined ? {} : { session: sampleSecret(50, sessionBytes).lend(base64) }),
    ...(session === 'known' ? { sessionSha1: SESSION_SHA1 } : {}),
    ...(role === undefined ? {} : { role }),
    ...(timestampFirst === undefined ? {} : { timestampFirst }),
  });
}

const SESSION = sampleSecret(50);
const SESSION_SHA1 = createHash('sha1').update('a cipher value').digest('base64');

function credentials(signer: PartyKind): Credentials {
  const bob = sampleKey('bob', 'rsa');
  return {
    trust: new Trust({
      anchors: [ROOT],
      intermediates: [sampleKey('alice', signer).certificate],
      revocation: 'if-listed',
    }),
    ownKeys: [{ certificate: bob.certificate, privateKey: bob.key.privateKey }],
    encryptedKeys: new Map([[SESSION_SHA1, SESSION]]),
  };
}

function openedByUs(message: Uint8Array, kind: PeerCase): ReturnType<typeof open> {
  const atMs = Date.now();
  const { signer = 'rsa', policy, signatureValuesSent } = kind;
  return open(message, {
    atMs,
    policy: lax(policy),
    contexts: contextSource([contextNow(sampleContext())]),
    credentials: credentials(signer),
    signatureValuesSent,
  });
}

const byOctets = (left: string, right: string): number => (left < right ? -1 : 1);

function sortedNames(parts: readonly { readonly localName: string }[]): readonly string[] {
  return parts.map(({ localName }) => localName).sort(byOctets);
}

function base64(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64');
}
