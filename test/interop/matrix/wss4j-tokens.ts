// Messages that bootstrap a context, from one engine of WSS4J to the other, and to us.
import { Certificate, DEFAULT_LIMITS, PrivateKey, Trust } from '@parley/core';
import { type Credentials as OwnCredentials, open as openOurselves, policyOf } from '@parley/engine';
import { expect } from 'vitest';
import { SOAP12, sampleEnvelope } from '../../engine/support/sample.ts';
import type { PeerProcess, PeerReply } from '../peer-process.ts';
import { payloadOf } from './payload.ts';
import type { Engine } from './wss4j.ts';

const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const WSSE11 = 'http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd';
const WSA = 'http://www.w3.org/2005/08/addressing';
const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const XENC11 = 'http://www.w3.org/2009/xmlenc11#';
const DSIG_MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const DSIG_MORE_2021 = 'http://www.w3.org/2021/04/xmldsig-more#';
const PASSWORD_TYPE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#';

interface Credentials {
  readonly privateKey: string;
  readonly certificate: string;
}

interface Opened {
  readonly signed: readonly { readonly name: string }[];
  readonly encrypted: readonly { readonly name: string }[];
  readonly payload: string;
}

/** Ways to name a certificate; WS-SecurityPolicy has a word for each. */
export const REFERENCES = ['direct', 'issuer-serial', 'subject-key-identifier', 'thumbprint', 'certificate'] as const;

const RSA_SHA256 = ['rsa', `${DSIG_MORE}rsa-sha256`] as const;
const ECDSA_SHA256 = ['ec', `${DSIG_MORE}ecdsa-sha256`] as const;
const ED25519 = ['ed25519', `${DSIG_MORE_2021}eddsa-ed25519`] as const;

/** Kind of key and algorithm that an engine reads: the streaming one knows no Ed25519 keys. */
export const SIGNATURES = { dom: [RSA_SHA256, ECDSA_SHA256, ED25519], stax: [RSA_SHA256, ECDSA_SHA256] } as const;

export const TRANSPORTS = [
  { transport: `${XENC}rsa-oaep-mgf1p`, digest: 'http://www.w3.org/2000/09/xmldsig#sha1' },
  { transport: `${XENC11}rsa-oaep`, digest: `${XENC}sha256`, mask: `${XENC11}mgf1sha256` },
] as const;

/** Body, Timestamp and the token of the signature itself (STR-Transform), then all encrypted for the other side. */
export async function signedAndEncrypted(
  peer: PeerProcess,
  engine: Engine,
  reference: (typeof REFERENCES)[number],
  [keyType, algorithm]: (typeof SIGNATURES)[Engine][number],
  oaep: (typeof TRANSPORTS)[number],
): Promise<void> {
  const sender = await credentials(peer, 'sender', keyType);
  const receiver = await credentials(peer, 'receiver', 'rsa');
  const parts = [part(SOAP12, 'Body'), part(WSU, 'Timestamp')];
  const steps = [
    { make: 'timestamp' },
    {
      make: 'sign',
      reference,
      algorithm,
      digest: `${XENC}sha256`,
      // The streaming engine does not find the token that a reference in its own signature names.
      parts: [...parts, ...(engine === 'dom' ? [part('', 'STRTransform')] : [])],
    },
    { make: 'encrypt', reference, ...oaep, algorithm: `${XENC11}aes256-gcm`, parts: [part(SOAP12, 'Body', 'Content')] },
  ];
  const message = await sealed(peer, { own: sender, peerCertificate: receiver.certificate, steps });
  const keys = { own: receiver, trusted: [sender.certificate] };
  const opened = await made<Opened>(open(peer, engine, message.message, keys));
  expect(opened.payload).toBe(message.payload);
  const names = opened.signed.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining([`{${SOAP12}}Body`, `{${WSU}}Timestamp`]));
  expect(opened.encrypted.map(({ name }) => name)).toEqual([`{${SOAP12}}Body`]);
  const stranger = await credentials(peer, 'stranger', keyType);
  const refused = await open(peer, engine, message.message, { own: receiver, trusted: [stranger.certificate] });
  expect(refused.ok).toBe(false);
}

/** The same, with all headers signed, and what `open` makes of it. */
export async function openedByUs(
  peer: PeerProcess,
  reference: (typeof REFERENCES)[number],
  [keyType, algorithm]: (typeof SIGNATURES)['dom'][number],
  oaep: (typeof TRANSPORTS)[number],
): Promise<void> {
  const sender = await credentials(peer, 'sender', keyType);
  const receiver = await credentials(peer, 'receiver', 'rsa');
  const headers = ['Action', 'MessageID', 'ReplyTo', 'To'].map((name) => part(WSA, name));
  const parts = [part(SOAP12, 'Body'), part(WSU, 'Timestamp'), ...headers, part('', 'STRTransform')];
  const steps = [
    { make: 'timestamp' },
    { make: 'sign', reference, algorithm, digest: `${XENC}sha256`, parts },
    { make: 'encrypt', reference, ...oaep, algorithm: `${XENC11}aes256-gcm`, parts: [part(SOAP12, 'Body', 'Content')] },
  ];
  const { message, payload } = await sealed(peer, { own: sender, peerCertificate: receiver.certificate, steps });
  const octets = Buffer.from(message, 'base64');
  const policy = policyOf('x509', { allowTokenTransform: true });
  const request = { atMs: Date.now(), policy, contexts: { find: () => undefined } };
  const ours = ourCredentials(sender, receiver);
  const reply = openOurselves(octets, { ...request, credentials: ours });
  expect(reply.ok ? '' : reply.code).toBe('');
  if (!reply.ok) return;
  expect(payloadOf(reply.value.body)).toBe(Buffer.from(payload, 'base64').toString());
  expect(reply.value.signed).toHaveLength(parts.length);
  for (const { key } of reply.value.signed) expect(key).toMatchObject({ source: 'certificate', subject: 'CN=sender' });
  expect(
    reply.value.signed.some(({ localName, role }) => role === 'token' && localName === 'BinarySecurityToken'),
  ).toBe(true);
  expect(reply.value.encrypted).toMatchObject([{ role: 'body', key: { source: 'encrypted-key' } }]);

  const stranger = await credentials(peer, 'stranger', keyType);
  const distrusted = openOurselves(octets, { ...request, credentials: ourCredentials(stranger, receiver) });
  expect(distrusted).toMatchObject({ ok: false, code: 'peer.certificate-untrusted' });
  const flipped = Uint8Array.from(octets);
  const at = octets.lastIndexOf('CipherValue>', octets.lastIndexOf('CipherValue>') - 1) + 40;
  flipped[at] = flipped[at] === 0x41 ? 0x42 : 0x41;
  expect(openOurselves(flipped, { ...request, credentials: ours })).toMatchObject({ ok: false });
}

function ourCredentials(sender: Credentials, receiver: Credentials): OwnCredentials {
  const certificateOf = ({ certificate }: Credentials): Certificate =>
    Certificate.read(Buffer.from(certificate, 'base64'), DEFAULT_LIMITS);
  const bytes = Buffer.from(receiver.privateKey, 'base64');
  return {
    trust: new Trust({ anchors: [certificateOf(sender)], revocation: 'if-listed' }),
    ownKeys: [
      {
        certificate: certificateOf(receiver),
        privateKey: PrivateKey.read({ format: 'der', bytes }, { uses: ['encryption'] }),
      },
    ],
  };
}

/** A username token and two confirmations, signed. */
export async function userAndConfirmation(peer: PeerProcess, engine: Engine, passwordType: string): Promise<void> {
  const sender = await credentials(peer, 'sender', 'rsa');
  const parts = [part(SOAP12, 'Body'), part(WSSE, 'UsernameToken'), part(WSSE11, 'SignatureConfirmation')];
  const steps = [
    { make: 'timestamp' },
    { make: 'username-token', username: 'alice', password: 'secret', passwordType: `${PASSWORD_TYPE}${passwordType}` },
    { make: 'signature-confirmation', value: 'AAECAw==' },
    { make: 'sign', reference: 'direct', algorithm: RSA_SHA256[1], digest: `${XENC}sha256`, parts },
  ];
  const message = await sealed(peer, { own: sender, steps });
  const trusted = [sender.certificate];
  const opened = await made<Opened>(open(peer, engine, message.message, { trusted, password: 'secret' }));
  expect(opened.payload).toBe(message.payload);
  expect(opened.signed.map(({ name }) => name)).toEqual(
    expect.arrayContaining([`{${WSSE}}UsernameToken`, `{${WSSE11}}SignatureConfirmation`]),
  );
  expect((await open(peer, engine, message.message, { trusted, password: 'guess' })).ok).toBe(false);
}

const known = new Map<string, Promise<Credentials>>();

/** Key pairs take their time: one of each name and kind serves the whole run. */
function credentials(peer: PeerProcess, name: string, algorithm: string): Promise<Credentials> {
  const key = `${name} ${algorithm}`;
  const pair = known.get(key) ?? made(peer.call<Credentials>('credentials', { name, algorithm }));
  known.set(key, pair);
  return pair;
}

function part(namespace: string, name: string, modifier = 'Element') {
  return { namespace, name, modifier };
}

function sealed(peer: PeerProcess, args: object): Promise<{ readonly message: string; readonly payload: string }> {
  const envelope = Buffer.from(sampleEnvelope()).toString('base64');
  return made(peer.call('dom.seal-tokens', { envelope, ...args }));
}

function open(peer: PeerProcess, engine: Engine, message: string, keys: object): Promise<PeerReply<Opened>> {
  return peer.call(`${engine}.open`, { message, soap12: true, bsp: false, ...keys });
}

async function made<Result>(reply: Promise<PeerReply<Result>>): Promise<Result> {
  const settled = await reply;
  if (!settled.ok) throw new Error(`${settled.kind} ${settled.reason}`);
  return settled.value;
}
