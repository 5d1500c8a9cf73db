// Messages with SAML assertions, from us to WSS4J and from WSS4J to us.
import { algorithmSuite, type SamlVersion } from '@parley/core';
import {
  type AssertionRequest,
  type AssertionToken,
  EncryptedKey,
  issueAssertion,
  open,
  type Policy,
  policyOf,
} from '@parley/engine';
import { expect } from 'vitest';
import { SOAP12, sampleEnvelope, sampleRandom, sealed } from '../../engine/support/sample.ts';
import {
  AUDIENCE,
  holderRequest,
  ISSUER,
  issuerTrust,
  sampleCredentials,
} from '../../engine/support/sample-assertions.ts';
import { certificateRequest, type SampleKey, sampleKey } from '../../engine/support/sample-keys.ts';
import type { PeerProcess } from '../peer-process.ts';
import { payloadOf } from './payload.ts';

export interface SamlCase {
  readonly version: SamlVersion;
  readonly kind: 'bearer' | 'certificate' | 'secret';
  readonly reference: NonNullable<AssertionToken['reference']>;
  readonly signToken: boolean;
}

const VERSIONS = ['1.1', '2.0'] as const;
const KINDS = ['bearer', 'certificate', 'secret'] as const;
const REFERENCES = ['key-identifier', 'direct'] as const;

export const SAML_CASES: readonly SamlCase[] = VERSIONS.flatMap((version) =>
  KINDS.flatMap((kind) =>
    REFERENCES.flatMap((reference) =>
      (kind === 'bearer' ? [true] : [false, true]).map((signToken) => ({ version, kind, reference, signToken })),
    ),
  ),
);

const WSA = 'http://www.w3.org/2005/08/addressing';
const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const OPTIONS = { audiences: [AUDIENCE], requireAssertion: true, allowTokenTransform: true, layout: 'lax' } as const;

function policyFor({ kind }: SamlCase): Policy {
  return kind === 'bearer'
    ? policyOf('x509', { ...OPTIONS, confirmations: ['bearer'] })
    : policyOf('saml', { ...OPTIONS, requireSeparateKeys: false });
}

/** As the peer takes keys. */
function credentialsOf({ privateKeyDer, certificate }: SampleKey) {
  return { privateKey: base64(privateKeyDer), certificate: base64(certificate.der) };
}

function base64(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64');
}

const sts = () => sampleKey('sts', 'rsa');
const alice = () => sampleKey('alice', 'rsa');
const bob = () => sampleKey('bob', 'rsa');

interface Opened {
  readonly assertions: readonly { readonly id: string; readonly issuer: string; readonly subject: string }[];
  readonly signed: readonly string[];
  readonly payload: string;
}

/** We seal; the peer opens, believes the assertion and finds it confirmed. */
export async function samlToPeer(peer: PeerProcess, choice: SamlCase): Promise<void> {
  const message = sealedByUs(choice);
  const opening = { message: base64(message), own: credentialsOf(bob()), audiences: [AUDIENCE] };
  const trusted = [sts(), alice()].map(({ certificate }) => base64(certificate.der));
  const reply = await peer.call<Opened>('saml.open', { ...opening, trusted });
  expect(reply.ok ? '' : `${reply.kind} ${reply.reason}`).toBe('');
  if (!reply.ok) return;
  expect(reply.value.assertions).toEqual([{ id: '_assertion-1', issuer: ISSUER, subject: 'alice' }]);
  expect(reply.value.signed).toEqual(expect.arrayContaining(['Body', 'Timestamp', 'Action']));
  expect(reply.value.signed.includes('Assertion')).toBe(choice.signToken);
  // Not to everybody, and not for everybody.
  const stranger = await peer.call('saml.open', { ...opening, trusted: [base64(bob().certificate.der)] });
  expect(stranger.ok).toBe(false);
  const elsewhere = await peer.call('saml.open', { ...opening, trusted, audiences: ['urn:example:other'] });
  expect(elsewhere.ok).toBe(false);
}

function sealedByUs(choice: SamlCase): Uint8Array {
  const { kind, version, reference, signToken } = choice;
  const atMs = Date.now();
  const encryptedKey = EncryptedKey.forRecipient(
    { certificate: bob().certificate, reference: 'issuer-serial' },
    { suite: algorithmSuite('Basic256Sha256'), fillRandom: sampleRandom(3) },
  );
  const confirmations: Readonly<Record<SamlCase['kind'], AssertionRequest['confirmation']>> = {
    bearer: 'bearer',
    certificate: { holder: { certificate: alice().certificate } },
    secret: { holder: { encryptedKey } },
  };
  const octets = issueAssertion({
    version,
    id: '_assertion-1',
    issuer: ISSUER,
    key: sts().key,
    issuedAtMs: atMs - 1000,
    lifetimeMs: 300_000,
    subject: { name: 'alice' },
    confirmation: confirmations[kind],
    audiences: [AUDIENCE],
    attributes: [{ name: 'role', namespace: 'urn:example:claims', values: ['admin'] }],
  });
  const assertion: AssertionToken = signToken ? { octets, reference, sign: 'str-transform' } : { octets, reference };
  if (kind === 'bearer') return sealed(sampleEnvelope(), certificateRequest({ atMs, assertions: [assertion] }));
  const proof = kind === 'secret' ? encryptedKey.secret : alice().key.privateKey;
  return sealed(sampleEnvelope(), holderRequest({ assertion, proof, atMs }));
}

/** The peer seals; we open, believe the assertion and say what it says. */
export async function samlFromPeer(peer: PeerProcess, choice: SamlCase): Promise<void> {
  const { kind, version, reference, signToken } = choice;
  const headers = ['Action', 'MessageID', 'ReplyTo', 'To'].map((name) => ({ name, namespace: WSA }));
  const reply = await peer.call<{ readonly message: string; readonly payload: string }>('saml.seal', {
    envelope: base64(sampleEnvelope()),
    saml: version,
    kind,
    reference,
    audience: AUDIENCE,
    signToken,
    issuer: credentialsOf(sts()),
    own: credentialsOf(alice()),
    receiver: base64(bob().certificate.der),
    parts: [{ name: 'Body', namespace: SOAP12 }, { name: 'Timestamp', namespace: WSU }, ...headers],
  });
  if (!reply.ok) throw new Error(`${reply.kind} ${reply.reason}`);
  const message = Buffer.from(reply.value.message, 'base64');
  const request = { atMs: Date.now(), policy: policyFor(choice), contexts: { find: () => undefined } };
  const opened = open(message, { ...request, credentials: sampleCredentials() });
  expect(opened.ok ? '' : `${opened.code} ${JSON.stringify(opened.detail)}`).toBe('');
  if (!opened.ok) return;
  expect(payloadOf(opened.value.body)).toBe(Buffer.from(reply.value.payload, 'base64').toString());
  expect(opened.value.assertions).toMatchObject([
    {
      version,
      issuer: ISSUER,
      subject: { name: 'alice', nameQualifier: 'example.org' },
      confirmation: kind === 'bearer' ? 'bearer' : 'holder-of-key',
      attributes: [{ values: ['admin'] }],
    },
  ]);
  expect(opened.value.signed[0]!.key.source).toBe(kind === 'bearer' ? 'certificate' : 'saml');
  expect(opened.value.signed.some(({ localName }) => localName === 'Assertion')).toBe(signToken);
  const other = { name: ISSUER, trust: issuerTrust('alice') };
  const distrusted = open(message, { ...request, credentials: sampleCredentials({ assertionIssuers: [other] }) });
  expect(distrusted).toMatchObject({ ok: false, code: 'peer.certificate-untrusted' });
  const elsewhere = { ...request, policy: { ...policyFor(choice), audiences: ['urn:example:other'] } };
  expect(open(message, { ...elsewhere, credentials: sampleCredentials() })).toMatchObject({
    ok: false,
    code: 'peer.assertion-condition',
  });
}
