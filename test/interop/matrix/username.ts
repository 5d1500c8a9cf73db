// UsernameTokens, to WSS4J and from it: passwords that are proven, and keys made of them.
import { Certificate, DEFAULT_LIMITS, Trust } from '@parley/core';
import { PASSWORD_TYPES } from '@parley/core/internal';
import { open, type PolicyChanges, policyOf, type SupportingUsername } from '@parley/engine';
import { expect } from 'vitest';
import { SOAP12, sampleEnvelope } from '../../engine/support/sample.ts';
import { certificateRequest, sampleKey } from '../../engine/support/sample-keys.ts';
import { alices, PASSWORD, PASSWORDS, passwordRequest } from '../../engine/support/username-message.ts';
import type { PeerProcess, PeerReply } from '../peer-process.ts';
import type { BootstrapCase } from './bootstrap.ts';
import { payloadOf } from './payload.ts';
import type { Engine } from './wss4j.ts';

const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const WSA = 'http://www.w3.org/2005/08/addressing';
const DS = 'http://www.w3.org/2000/09/xmldsig#';
const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const DSIG_MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const TOKEN = `{${WSSE}}UsernameToken`;
const ITERATIONS = 1200;

const knowing = { password: PASSWORD };
const fresh = { timestampLifetimeMs: 300_000 };
const now = () => ({ ...fresh, atMs: Date.now() });

const SHAPES = [
  { name: 'sign', encrypt: 'none', order: 'sign-then-encrypt' },
  { name: 'sign, then encrypt Body', encrypt: 'body', order: 'sign-then-encrypt' },
  { name: 'sign, then encrypt Body and Signature', encrypt: 'body-and-signature', order: 'sign-then-encrypt' },
  { name: 'encrypt Body, then sign', encrypt: 'body', order: 'encrypt-then-sign' },
] as const;

function supporting(passwordType: 'text' | 'digest', encrypt: boolean): BootstrapCase {
  const username: SupportingUsername = alices(passwordType, { encrypt });
  const recipient = { certificate: sampleKey('bob', 'rsa').certificate, reference: 'thumbprint' } as const;
  const request = () => certificateRequest({ ...now(), username, ...(encrypt ? { recipient } : {}) });
  return {
    row: `X.509: signed UsernameToken, ${passwordType}${encrypt ? ', encrypted' : ''}`,
    make: () => ({ request: request(), knowing }),
    signed: [TOKEN],
    encrypted: encrypt ? [TOKEN] : [],
  };
}

/** From us: what WSS4J is to read. */
export const USERNAME_CASES: readonly BootstrapCase[] = [
  ...[false, true].flatMap((encrypt) => (['text', 'digest'] as const).map((type) => supporting(type, encrypt))),
  ...SHAPES.map(
    ({ name, ...shape }): BootstrapCase => ({
      row: `key of a password, DerivedKeyTokens: ${name}`,
      make: () => ({ request: passwordRequest({ ...now(), ...shape, suite: 'Basic256GCMSha256' }), knowing }),
    }),
  ),
  ...SHAPES.map(
    ({ name, ...shape }): BootstrapCase => ({
      row: `key of a password, itself: ${name}`,
      make: () => ({
        request: passwordRequest({ ...now(), ...shape, keys: 'direct', suite: 'Basic128GCMSha256' }),
        knowing,
      }),
      // They take all 20 octets for the key of a cipher.
      unknownTo: shape.encrypt === 'none' ? [] : ['dom', 'stax'],
    }),
  ),
  {
    row: 'key of a password, DerivedKeyTokens: its token signed',
    make: () => ({ request: passwordRequest({ ...now(), signToken: true }), knowing }),
    signed: [TOKEN],
  },
];

/** To us: what an engine makes. */
export const USERNAME_KINDS = {
  dom: ['text', 'digest', 'text, encrypted', 'digest, encrypted', 'key', 'derived', 'derived, encrypted'],
  stax: ['text', 'digest', 'key'],
} as const satisfies Record<Engine, readonly string[]>;
export type UsernameKind = (typeof USERNAME_KINDS)[Engine][number];

/** The row in which a message of the peer is counted. */
export const ROW_OF_KIND: Readonly<Record<UsernameKind, string>> = {
  text: 'X.509: signed UsernameToken, text',
  digest: 'X.509: signed UsernameToken, digest',
  'text, encrypted': 'X.509: signed UsernameToken, text, encrypted',
  'digest, encrypted': 'X.509: signed UsernameToken, digest, encrypted',
  key: 'key of a password, itself: sign',
  derived: 'key of a password, DerivedKeyTokens: sign',
  'derived, encrypted': 'key of a password, DerivedKeyTokens: sign, then encrypt Body',
};

const PARTS = [
  ...['Action', 'MessageID', 'ReplyTo', 'To'].map((name) => ({ namespace: WSA, name })),
  { namespace: WSU, name: 'Timestamp' },
  { namespace: SOAP12, name: 'Body' },
  { namespace: WSSE, name: 'UsernameToken' },
];

type PeerSealed = PeerReply<{ readonly message: string; readonly payload: string }>;

const envelope = (): string => Buffer.from(sampleEnvelope()).toString('base64');
const ownOfAlice = () => {
  const { privateKeyDer, certificate } = sampleKey('alice', 'rsa');
  return { privateKey: base64(privateKeyDer), certificate: base64(certificate.der) };
};

function sealedByPeer(peer: PeerProcess, engine: Engine, kind: UsernameKind): Promise<PeerSealed> {
  const isKey = keyKind(kind);
  return peer.call(`${engine}.seal-username`, {
    envelope: envelope(),
    own: isKey ? null : ownOfAlice(),
    username: 'alice',
    password: PASSWORD,
    kind: kind.split(',')[0],
    iterations: ITERATIONS,
    algorithm: `${DSIG_MORE}${isKey ? 'hmac' : 'rsa'}-sha256`,
    digest: `${XENC}sha256`,
    cipher: kind === 'derived, encrypted' ? `${XENC}aes256-cbc` : null,
    parts: PARTS,
  });
}

/** The token encrypted for bob, after it was signed. */
function encryptedByPeer(peer: PeerProcess, type: string): Promise<PeerSealed> {
  const parts = PARTS.map((part) => ({ ...part, modifier: 'Element' }));
  return peer.call('dom.seal-tokens', {
    envelope: envelope(),
    own: ownOfAlice(),
    peerCertificate: base64(sampleKey('bob', 'rsa').certificate.der),
    steps: [
      { make: 'timestamp' },
      { make: 'username-token', username: 'alice', password: PASSWORD, passwordType: type },
      { make: 'sign', reference: 'direct', algorithm: `${DSIG_MORE}rsa-sha256`, digest: `${XENC}sha256`, parts },
      {
        make: 'encrypt',
        reference: 'thumbprint',
        transport: `${XENC}rsa-oaep-mgf1p`,
        digest: `${DS}sha1`,
        algorithm: `${XENC}aes256-cbc`,
        parts: parts.slice(-1),
      },
    ],
  });
}

const keyKind = (kind: UsernameKind): boolean => kind === 'key' || kind.startsWith('derived');

/** The user is known, by what was asked for; and nobody with another password. */
export async function usernameFromPeer(peer: PeerProcess, engine: Engine, kind: UsernameKind): Promise<void> {
  const isKey = keyKind(kind);
  const isEncrypted = kind.endsWith(', encrypted');
  const by = kind.split(',')[0] as 'text' | 'digest';
  const reply =
    isEncrypted && !isKey ? await encryptedByPeer(peer, PASSWORD_TYPES[by]) : await sealedByPeer(peer, engine, kind);
  if (!reply.ok) throw new Error(`${reply.kind} ${reply.reason}`);
  const message = Buffer.from(reply.value.message, 'base64');
  // The Timestamp stands behind the signature, and from the streaming engine the token behind what uses it.
  const changes: PolicyChanges = { layout: 'lax' };
  const policy = isKey
    ? policyOf('username', changes)
    : policyOf('x509', { ...changes, passwordTypes: [by], requireUser: true });
  const anchor = Certificate.read(sampleKey('alice', 'rsa').certificate.der, DEFAULT_LIMITS);
  const trust = new Trust({ anchors: [anchor], revocation: 'if-listed' });
  const openedWith = (passwords: typeof PASSWORDS.passwords) => {
    const credentials = { trust, passwords, ownKeys: [sampleKey('bob', 'rsa').key] };
    return open(message, { atMs: Date.now(), policy, contexts: { find: () => undefined }, credentials });
  };
  const opened = openedWith(PASSWORDS.passwords);
  expect(opened.ok ? '' : `${opened.code} ${JSON.stringify(opened.detail)}`).toBe('');
  if (!opened.ok) return;
  expect(opened.value.user).toMatchObject({ username: 'alice', by: isKey ? 'key' : by, signed: true });
  expect(payloadOf(opened.value.body)).toBe(Buffer.from(reply.value.payload, 'base64').toString());
  expect(opened.value.encrypted).toHaveLength(isEncrypted ? 1 : 0);
  const code = isKey ? 'peer.signature-invalid' : 'peer.authentication-failed';
  expect(openedWith(new Map())).toMatchObject({ code });
}

function base64(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64');
}
