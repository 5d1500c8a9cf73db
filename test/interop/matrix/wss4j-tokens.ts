// Username tokens and confirmations, from one engine of WSS4J to the other.
import { expect } from 'vitest';
import { SOAP12, sampleEnvelope } from '../../engine/support/sample.ts';
import type { PeerProcess, PeerReply } from '../peer-process.ts';
import type { Engine } from './wss4j.ts';

const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const WSSE11 = 'http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd';
const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const DSIG_MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
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

/** A username token and two confirmations, signed. */
export async function userAndConfirmation(peer: PeerProcess, engine: Engine, passwordType: string): Promise<void> {
  const sender = await credentials(peer, 'sender', 'rsa');
  const parts = [part(SOAP12, 'Body'), part(WSSE, 'UsernameToken'), part(WSSE11, 'SignatureConfirmation')];
  const steps = [
    { make: 'timestamp' },
    { make: 'username-token', username: 'alice', password: 'secret', passwordType: `${PASSWORD_TYPE}${passwordType}` },
    { make: 'signature-confirmation', value: 'AAECAw==' },
    { make: 'sign', reference: 'direct', algorithm: `${DSIG_MORE}rsa-sha256`, digest: `${XENC}sha256`, parts },
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
