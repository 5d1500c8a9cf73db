/** Pairs of forged messages whose times must not differ, or may: through `open`, by one who captured a good message. */
import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { PrivateKey, soapFaultOf } from '@parley/core';
import { open, policyOf, seal, Workspace } from '@parley/engine';
import { envelopeOf, must } from '../corpus.ts';
import type { KindName, MadeKind } from '../messages/kinds.ts';
import { BOB, kindsAt } from '../messages/kinds.ts';
import type { EncryptedText } from '../messages/taken-apart.ts';
import { takeApart } from '../messages/taken-apart.ts';
import type { TimingCase } from './cases.ts';
import { INPUTS } from './cases.ts';

// About 5 KB in Body, so that work on it shows.
const LINES = 40;
const PADDING_BYTES = 8;
/** Until there is a template, if there can be one. */
const WARM_OPENINGS = 4;
const MODULUS_BYTES = 256;

const kinds = kindsAt(Date.now(), (out) => out.set(randomBytes(out.length)));
const kindNamed = (wanted: KindName): MadeKind => kinds.find(({ name }) => name === wanted)!;
const x509 = kindNamed('x509');

/** All cases. */
export function openTimingCases(): readonly TimingCase[] {
  return [
    ...cbcCases('open, Body in CBC', kindNamed('cxf')),
    // The signature is the first part of these.
    ...cbcCases('open, signature in CBC', kindNamed('wcf-message')),
    rsa15Case(),
    ...oaepCases(),
  ];
}

/** What the forger makes a plaintext into, before it is encrypted again. */
type Forgery = (padded: Buffer) => void;

const badPadding: Forgery = (padded) => {
  padded[padded.length - 1] = 0;
};
/** The last character of a text for another, so that it is as long and as much XML as before: only the signature tells. */
const otherContent: Forgery = (padded) => {
  const at = padded.toString('latin1').search(/[A-Za-z0-9]=*<\/[^A-Z]*[A-Z]/);
  if (at < 0) throw new Error('no text to change');
  padded[at] = padded[at] === 0x41 ? 0x42 : 0x41;
};
/** What comes out where a block of ciphertext was changed. */
const garbledBlock: Forgery = (padded) => {
  padded.set(randomBytes(16), 1024);
};
/** The last `>` for a letter: read to the end before anything is amiss. */
const unclosed: Forgery = (padded) => {
  padded[padded.lastIndexOf(0x3e)] = 0x41;
};
const nothingButNoise: Forgery = (padded) => {
  padded.set(randomBytes(padded.length - PADDING_BYTES));
};

function cbcCases(name: string, kind: MadeKind): readonly TimingCase[] {
  const good = must(seal(envelopeOf(LINES, 0), kind.sealing)).octets;
  const { encrypted } = takeApart(good, kind);
  const inputs = (...forgeries: readonly Forgery[]): readonly Uint8Array[] =>
    Array.from({ length: INPUTS }, () => forged(good, encrypted[0]!, forgeries));
  const groups = {
    'other content': inputs(otherContent),
    'other content, bad padding': inputs(otherContent, badPadding),
    'a garbled block': inputs(garbledBlock),
    'a garbled block, bad padding': inputs(garbledBlock, badPadding),
    'an unclosed end': inputs(unclosed),
    noise: inputs(nothingButNoise),
    'noise, bad padding': inputs(nothingButNoise, badPadding),
  };
  const pairs: readonly (readonly [keyof typeof groups, keyof typeof groups])[] = [
    ['noise', 'noise, bad padding'],
    ['a garbled block', 'a garbled block, bad padding'],
    ['other content', 'other content, bad padding'],
    ['other content', 'a garbled block'],
    ['other content', 'noise'],
    ['other content', 'an unclosed end'],
  ];
  const run = refusing(kind, good);
  return pairs.map(([left, right]) => ({
    name,
    left,
    right,
    mustBeEqual: true,
    inputs: [groups[left], groups[right]],
    run,
  }));
}

function forged(message: Uint8Array, part: EncryptedText, forgeries: readonly Forgery[]): Uint8Array {
  const { algorithm, key, plaintext, markup } = part;
  const paddedLength = Math.ceil((plaintext.length + 1) / 16) * 16;
  const padded = Buffer.alloc(paddedLength, paddedLength - plaintext.length);
  padded.set(plaintext);
  for (const forge of forgeries) forge(padded);
  const iv = randomBytes(algorithm.ivBytes);
  const cipher = createCipheriv(algorithm.nodeName, key, iv).setAutoPadding(false);
  const value = Buffer.concat([iv, cipher.update(padded), cipher.final()]);
  return withText(message, markup, withCipherValue(markup, value));
}

function rsa15Case(): TimingCase {
  const { privateKeyPem, certificate } = BOB;
  const privateKey = PrivateKey.read(
    { format: 'pem', bytes: new TextEncoder().encode(privateKeyPem) },
    { uses: ['encryption', 'rsa-1_5'] },
  );
  const { opening, sealing } = x509;
  const kind = {
    ...x509,
    opening: {
      ...opening,
      policy: policyOf('x509', { keyTransports: ['rsa-1_5'] }),
      credentials: { ...opening.credentials, ownKeys: [{ certificate, privateKey }] },
    },
    sealing: { ...sealing, recipient: { certificate, reference: 'thumbprint', transport: 'rsa-1_5' } },
  } as MadeKind;
  const encoded = (first: number): Uint8Array => {
    const octets = new Uint8Array(randomBytes(MODULUS_BYTES)).map((octet) => octet || 1);
    octets.set([0, first]);
    octets[MODULUS_BYTES - 33] = 0; // a key of 32 octets follows
    return octets;
  };
  return {
    name: 'open, RSA 1.5',
    left: 'another key',
    right: 'badly padded',
    mustBeEqual: true,
    inputs: [withSessionKeys(kind, () => encoded(2)), withSessionKeys(kind, () => encoded(1))],
    run: refusing(kind),
  };
}

function oaepCases(): readonly TimingCase[] {
  const run = refusing(x509);
  const raw = (first: number) => (): Uint8Array => Uint8Array.of(first, ...randomBytes(MODULUS_BYTES - 1));
  const firstOctet = withSessionKeys(x509, raw(1));
  const label = withSessionKeys(x509, raw(0));
  const name = 'open, OAEP';
  const right = 'badly encoded';
  return [
    { name, left: 'first octet not 0', right, mustBeEqual: true, inputs: [firstOctet, label], run },
    { name, left: 'another key', right, mustBeEqual: false, inputs: [withOtherKeys(x509), label], run },
  ];
}

/** One captured message with other session keys in it, each as `encode` pads it. */
function withSessionKeys(kind: MadeKind, encode: () => Uint8Array): readonly Uint8Array[] {
  const key = { key: createPublicKey(BOB.privateKeyPem), padding: constants.RSA_NO_PADDING };
  return withEncryptedKeys(kind, () => publicEncrypt(key, encode()));
}

function withOtherKeys(kind: MadeKind): readonly Uint8Array[] {
  const key = { key: createPublicKey(BOB.privateKeyPem), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
  return withEncryptedKeys(kind, () => publicEncrypt(key, randomBytes(32)));
}

function withEncryptedKeys(kind: MadeKind, make: () => Uint8Array): readonly Uint8Array[] {
  const good = must(seal(envelopeOf(LINES, 0), kind.sealing)).octets;
  const markup = /<e:EncryptedKey .*<\/e:EncryptedKey>/s.exec(new TextDecoder().decode(good))![0];
  return Array.from({ length: INPUTS }, () => withText(good, markup, withCipherValue(markup, make())));
}

function withCipherValue(markup: string, value: Uint8Array): string {
  return markup.replace(/CipherValue>[^<]*</, `CipherValue>${Buffer.from(value).toString('base64')}<`);
}

function withText(message: Uint8Array, from: string, to: string): Uint8Array {
  return new TextEncoder().encode(new TextDecoder().decode(message).replace(from, () => to));
}

/** Opens, and makes sure that every forgery gets the one answer. With `good`, there are templates of what was forged. */
function refusing({ opening }: MadeKind, good?: Uint8Array): (input: Uint8Array) => void {
  const workspace = new Workspace();
  const request = { ...opening, workspace, borrow: true };
  if (good !== undefined) for (let time = 0; time < WARM_OPENINGS; time++) must(open(good, request));
  return (input) => {
    const reply = open(input, request);
    if (reply.ok || soapFaultOf(reply.code)?.subcode !== 'wsse:InvalidSecurity')
      throw new Error(reply.ok ? 'opened' : reply.code);
  };
}
