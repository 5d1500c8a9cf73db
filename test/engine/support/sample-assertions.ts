/** SAML assertions, and requests of messages that carry them. */
import { algorithmSuite, contextSource, Trust } from '@parley/core';
import {
  type AssertionRequest,
  type AssertionSealRequest,
  type Credentials,
  EncryptedKey,
  issueAssertion,
  open,
  type Policy,
  policyOf,
} from '@parley/engine';
import { NOW_MS, sampleRandom } from './sample.ts';
import { certificateRequest, ROOT, sampleKey } from './sample-keys.ts';

export const ISSUER = 'https://sts.example.org/';
export const AUDIENCE = 'urn:example:service';

/** By the STS, valid for ten minutes, about alice, for nobody special: a SAML 2.0 bearer assertion unless told otherwise. */
export function sampleAssertion(changes: Partial<AssertionRequest> = {}): Uint8Array {
  return issueAssertion({
    version: '2.0',
    id: '_a1',
    issuer: ISSUER,
    key: sampleKey('sts', 'rsa').key,
    issuedAtMs: NOW_MS - 60_000,
    lifetimeMs: 600_000,
    subject: { name: 'alice@example.org', format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress' },
    confirmation: 'bearer',
    attributes: [{ name: 'role', namespace: 'urn:example:claims', values: ['admin', 'a & b'] }],
    ...changes,
  });
}

/** The trust that the STS has, and nobody else. */
export function issuerTrust(name = 'sts'): Trust {
  return new Trust({ anchors: [sampleKey(name, 'rsa').certificate], revocation: 'if-listed' });
}

/** Believes the STS; has bob's key, and trusts certificates of the root. */
export function sampleCredentials(changes: Partial<Credentials> = {}): Credentials {
  const { key, certificate } = sampleKey('bob', 'rsa');
  return {
    trust: new Trust({ anchors: [ROOT], revocation: 'if-listed' }),
    ownKeys: [{ certificate, privateKey: key.privateKey }],
    assertionIssuers: [{ name: ISSUER, trust: issuerTrust() }],
    ...changes,
  };
}

/** A secret for bob, and the form in which an assertion holds it. */
export function proofKey(): EncryptedKey {
  return EncryptedKey.forRecipient(
    { certificate: sampleKey('bob', 'rsa').certificate, reference: 'issuer-serial' },
    { suite: algorithmSuite('Basic256Sha256'), fillRandom: sampleRandom(9) },
  );
}

type HolderChanges = Partial<Omit<AssertionSealRequest, 'assertion' | 'proof'>>;

/** Alice holds the key of her certificate, which the assertion names. */
export function certificateHolder(
  wish: Partial<AssertionRequest> = {},
  changes: HolderChanges = {},
): AssertionSealRequest {
  const { key, certificate } = sampleKey('alice', 'rsa');
  const octets = sampleAssertion({ confirmation: { holder: { certificate } }, ...wish });
  return holderRequest({ assertion: { octets }, proof: key.privateKey, ...changes });
}

/** Alice holds a secret, which the assertion has encrypted for bob. */
export function secretHolder(wish: Partial<AssertionRequest> = {}, changes: HolderChanges = {}): AssertionSealRequest {
  const encryptedKey = proofKey();
  const octets = sampleAssertion({ confirmation: { holder: { encryptedKey } }, ...wish });
  return holderRequest({ assertion: { octets }, proof: encryptedKey.secret, ...changes });
}

export function holderRequest(
  request: Pick<AssertionSealRequest, 'assertion' | 'proof'> & HolderChanges,
): AssertionSealRequest {
  const { certificate: _, ...options } = certificateRequest();
  return { ...options, ...request };
}

export const HOLDER_POLICY: Policy = policyOf('saml');

/** Alice signs with her certificate; the assertions go along. */
export const BEARER_POLICY: Policy = policyOf('x509', {
  confirmations: ['bearer'],
  requireAssertion: true,
  allowTokenTransform: true,
});

export function openedWith(
  message: Uint8Array,
  policy: Policy = HOLDER_POLICY,
  credentials: Credentials = sampleCredentials(),
  atMs: number = NOW_MS,
) {
  return open(message, { atMs, policy, contexts: contextSource([]), credentials });
}

/** `ok`, or the code. */
export function outcomeWith(message: Uint8Array, policy?: Policy, credentials?: Credentials, atMs?: number): string {
  const reply = openedWith(message, policy, credentials, atMs);
  return reply.ok ? 'ok' : reply.code;
}
