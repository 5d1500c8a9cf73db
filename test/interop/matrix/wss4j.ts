// One message from us to WSS4J, or from WSS4J to us.
import { createHash } from 'node:crypto';
import { algorithmSuite, contextSource, digestAlgorithm } from '@parley/core';
import { macAlgorithm } from '@parley/core/internal';
import { type OpenedMessage, open, type Policy, policyOf } from '@parley/engine';
import { expect } from 'vitest';
import { ALL_SUITES_POLICY, SOAP12, sampleSecret } from '../../engine/support/sample.ts';
import type { PeerProcess } from '../peer-process.ts';
import { type Choice, cipherName, contextOf, envelopeOf, sealedAsChosen } from './choice.ts';
import { payloadOf } from './payload.ts';
import { OTHER_SECRET, type Tampering, tampered } from './tampering.ts';

export type Engine = 'dom' | 'stax';

interface Opened {
  readonly signed: readonly { readonly name: string; readonly digest?: string }[];
  readonly encrypted: readonly { readonly name: string; readonly algorithm?: string }[];
  readonly payload: string;
}

interface Sealed {
  readonly message: string;
  readonly payload: string;
}

/** 3DES is not in the strict policy, and WSS4J's Timestamp stands behind the signature; all else is as strict as it comes. */
export const OPEN_POLICY: Policy = { ...ALL_SUITES_POLICY, layout: 'lax' };
const TAMPERED_POLICY: Policy = policyOf('strict', { layout: 'lax' });

const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const WSA = 'http://www.w3.org/2005/08/addressing';
const DS = 'http://www.w3.org/2000/09/xmldsig#';
const HOUR_MS = 3_600_000;

/** What both engines say of a message that is not what was sealed. */
const VERDICTS =
  /^(The signature or decryption was invalid|INVALID signature .*|Invalid digest of reference .*|Tag mismatch!|Invalid timestamp: .* expired)$/;
/** What we say. */
const CODES = ['peer.digest-mismatch', 'peer.signature-invalid', 'peer.decrypt-failed', 'peer.timestamp-expired'];

/** We seal; the peer opens, and has to report the parts and the content that we sealed. */
export async function toPeer(peer: PeerProcess, engine: Engine, choice: Choice): Promise<void> {
  const message = sealedAsChosen(choice, Date.now());
  const reply = await peer.call<Opened>(`${engine}.open`, openArguments(engine, choice, message));
  expect(reply.ok ? '' : reply.reason, describe(choice)).toBe('');
  if (!reply.ok) return;
  const own = openOwn(choice, message);
  expect(text64(reply.value.payload)).toBe(payloadOf(own.body));
  const parts = own.signed.map(({ namespace, localName, digest, bytes }) => ({
    name: `{${namespace}}${localName}`,
    ...(engine === 'dom' ? { digest: createHash(digest).update(bytes).digest('base64') } : {}),
  }));
  const reported = reply.value.signed.filter(
    ({ name }) => engine === 'dom' || parts.some((part) => part.name === name),
  );
  expect(sorted(reported)).toEqual(sorted(parts));
  const targets = choice.shape.encrypt === 'none' ? [] : [`{${choice.soap}}Body`];
  const all = choice.shape.encrypt === 'body-and-signature' ? [...targets, `{${DS}}Signature`] : targets;
  expect(reply.value.encrypted.map(({ name }) => name).sort()).toEqual(all.sort());
}

/** The peer seals; `open` gives its content, from octets that carry its digests. */
export async function fromPeer(peer: PeerProcess, engine: Engine, choice: Choice): Promise<void> {
  const { message, payload } = await sealedByPeer(peer, engine, choice);
  const reply = open(message, { atMs: Date.now(), policy: OPEN_POLICY, contexts: contexts(choice) });
  expect(reply, describe(choice)).toMatchObject({ ok: true });
  if (!reply.ok) return;
  expect(payloadOf(reply.value.body)).toBe(text64(payload));
  const expected = signedParts(choice).map(({ namespace, name }) => ({ name: `{${namespace}}${name}` }));
  const signed = reply.value.signed.map(({ namespace, localName }) => ({ name: `{${namespace}}${localName}` }));
  expect(sorted(signed)).toEqual(sorted(expected));
  expect(
    reply.value.signed.every(({ algorithm, digest }) => algorithm === choice.mac && digest === choice.digest),
  ).toBe(true);
  const ciphers = reply.value.encrypted.map(({ cipher }) => cipher);
  const count = { none: 0, body: 1, 'body-and-signature': 2 }[choice.shape.encrypt];
  expect(ciphers).toEqual(Array.from({ length: count }, () => cipherName(choice)));
}

/** The peer refuses what was changed on the way from us. */
export async function toPeerTampered(
  peer: PeerProcess,
  engine: Engine,
  choice: Choice,
  kind: Tampering,
): Promise<void> {
  const atMs = kind === 'stale' ? Date.now() - HOUR_MS : Date.now();
  const message = tampered(sealedAsChosen(choice, atMs), kind);
  const secret = kind === 'other-secret' ? OTHER_SECRET : sampleSecret();
  const reply = await peer.call<Opened>(`${engine}.open`, {
    ...openArguments(engine, choice, message),
    secret: base64(secret),
  });
  expect(reply.ok ? 'accepted' : reply.reason).toMatch(VERDICTS);
}

/** We refuse what was changed on the way from the peer. */
export async function fromPeerTampered(
  peer: PeerProcess,
  engine: Engine,
  choice: Choice,
  kind: Tampering,
): Promise<void> {
  const { message } = await sealedByPeer(peer, engine, choice);
  const atMs = kind === 'stale' ? Date.now() + HOUR_MS / 2 : Date.now();
  const secret = kind === 'other-secret' ? OTHER_SECRET : sampleSecret();
  const source = contextSource([contextOf(choice, Date.now(), secret)]);
  const reply = open(tampered(message, kind), { atMs, policy: TAMPERED_POLICY, contexts: source });
  expect(reply).toMatchObject({ ok: false, code: expect.toBeOneOf(CODES) });
}

/** What an engine says to a message that it cannot read, `undefined` if it can. */
export async function refusalOf(
  peer: PeerProcess,
  engine: Engine,
  choice: Choice,
  bsp: boolean,
): Promise<string | undefined> {
  const args = { ...openArguments(engine, choice, sealedAsChosen(choice, Date.now())), bsp };
  const reply = await peer.call<Opened>(`${engine}.open`, args);
  return reply.ok ? undefined : `${reply.kind} ${reply.reason}`;
}

async function sealedByPeer(peer: PeerProcess, engine: Engine, choice: Choice) {
  const reply = await peer.call<Sealed>(`${engine}.seal`, sealArguments(choice));
  expect(reply, describe(choice)).toMatchObject({ ok: true });
  if (!reply.ok) throw new Error(reply.reason);
  return { message: Buffer.from(reply.value.message, 'base64'), payload: reply.value.payload };
}

function openArguments(engine: Engine, choice: Choice, message: Uint8Array) {
  return {
    message: Buffer.from(message).toString('base64'),
    soap12: choice.soap === SOAP12,
    identifier: contextOf(choice, 0).identifier,
    secret: base64(sampleSecret()),
    bsp: !isAgainstBsp(engine, choice),
  };
}

/**
 * Whether the Basic Security Profile keeps an engine from reading what it writes: 192-bit AES (R5620), and in the
 * streaming engine SHA-384 digests (R5420). With the profile off it reads them.
 */
export function isAgainstBsp(engine: Engine, choice: Choice): boolean {
  const hasAes192 = choice.shape.encrypt !== 'none' && cipherName(choice).startsWith('aes192');
  return hasAes192 || (engine === 'stax' && choice.digest === 'sha384');
}

function sealArguments(choice: Choice) {
  const { shape, keys, token, version, soap } = choice;
  const suite = algorithmSuite(choice.suite);
  return {
    envelope: Buffer.from(envelopeOf(choice)).toString('base64'),
    soap12: soap === SOAP12,
    identifier: contextOf(choice, 0).identifier,
    secret: base64(sampleSecret()),
    version,
    keys,
    token,
    sign: signedParts(choice),
    timestamp: true,
    mac: macAlgorithm(choice.mac).uri,
    digest: digestAlgorithm(choice.digest).uri,
    signatureKeyBytes: suite.signatureKeyBytes,
    encrypt: shape.encrypt,
    cipher: suite.cipher.uri,
    encryptionKeyBytes: suite.encryptionKeyBytes,
    order: shape.order,
  };
}

function signedParts(choice: Choice): readonly { readonly namespace: string; readonly name: string }[] {
  const headers = ['Action', 'MessageID', 'ReplyTo', 'To'].map((name) => ({ namespace: WSA, name }));
  return [...headers, { namespace: WSU, name: 'Timestamp' }, { namespace: choice.soap, name: 'Body' }];
}

function contexts(choice: Choice) {
  return contextSource([contextOf(choice, Date.now())]);
}

function openOwn(choice: Choice, message: Uint8Array): OpenedMessage {
  const reply = open(message, { atMs: Date.now(), policy: OPEN_POLICY, contexts: contexts(choice) });
  if (!reply.ok) throw new Error(reply.code);
  return reply.value;
}

function base64(secret: ReturnType<typeof sampleSecret>): string {
  return secret.lend((octets) => Buffer.from(octets).toString('base64'));
}

function text64(octets: string): string {
  return Buffer.from(octets, 'base64').toString();
}

function sorted(parts: readonly { readonly name: string }[]): readonly object[] {
  return [...parts].sort((left, right) => (left.name < right.name ? -1 : 1));
}

function describe({ version, soap, mac, digest, suite }: Choice): string {
  return [version, soap, mac, digest, suite].join(' ');
}
