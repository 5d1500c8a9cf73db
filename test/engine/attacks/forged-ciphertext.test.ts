// CBC ciphertext by one who has the key, as a forger would want it: padding, syntax and content wrong in turn.
import { createCipheriv } from 'node:crypto';
import { algorithmSuite, deriveKey, soapFaultOf } from '@parley/core';
import { decrypt } from '@parley/core/internal';
import { type PolicyChanges, policyOf } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import {
  openedBy,
  replaced,
  sampleContext,
  sampleEnvelope,
  sampleRequest,
  sampleSecret,
  sealed,
  text,
} from '../support/sample.ts';

const BLOCK_BYTES = 16;
const { cipher, encryptionKeyBytes } = algorithmSuite('Basic256Sha256');
const CONTENT = `<m:Order xmlns:m="urn:m">${'<m:Line>one</m:Line>'.repeat(40)}</m:Order>`;

/** Changes a plaintext that is padded, in its place. */
type Forgery = (padded: Buffer, plaintextBytes: number) => void;

const BAD_PADDING: readonly Forgery[] = [0, 17, 200, 255].map((octet) => (padded) => {
  padded[padded.length - 1] = octet;
});
const BAD_SYNTAX: readonly Forgery[] = [
  (padded) => padded.fill(0xff, 0, BLOCK_BYTES),
  (padded) => padded.fill(0x01, 5 * BLOCK_BYTES, 6 * BLOCK_BYTES),
  (padded, plaintextBytes) => padded.fill('x', plaintextBytes - 1, plaintextBytes),
  (padded) => padded.fill('<', 0, padded.length - BLOCK_BYTES),
];
const OTHER_CONTENT: Forgery = (padded) => {
  const at = padded.toString('latin1').search(/[A-Za-z0-9]=*<\//);
  padded[at] = padded[at] === 0x41 ? 0x42 : 0x41;
};

describe.each([
  ['the Body', 'body', 0],
  ['the signature', 'body-and-signature', 0],
  ['the Body beside an encrypted signature', 'body-and-signature', 1],
] as const)('T37: of %s', (_, encrypt, part) => {
  const message = sealed(sampleEnvelope(CONTENT), sampleRequest({ encrypt }));
  const forged = (...forgeries: readonly Forgery[]): Uint8Array => withForgedPart(message, part, forgeries);
  const refusal = (...forgeries: readonly Forgery[]) => refusalOf(forged(...forgeries));

  test('what is encrypted anew as it was is opened', () => {
    expect(openedBy(forged(), sampleContext())).toMatchObject({ ok: true });
  });

  test('bad padding is refused, even around what was signed', () => {
    for (const badPadding of BAD_PADDING) expect(refusal(badPadding)).toMatchObject({ code: 'peer.decrypt-failed' });
  });

  test('no outside sees whether padding, syntax or content was wrong', () => {
    const refusals = [
      ...BAD_PADDING.flatMap((badPadding) =>
        [...BAD_SYNTAX, OTHER_CONTENT].map((forgery) => refusal(forgery, badPadding)),
      ),
      ...BAD_SYNTAX.map((forgery) => refusal(forgery)),
    ];
    for (const { code, detail } of refusals)
      expect({ code, detail }).toEqual({ code: 'peer.decrypt-failed', detail: {} });
    const faults = [...refusals, refusal(OTHER_CONTENT)].map(({ code }) => soapFaultOf(code));
    expect(new Set(faults.map((fault) => JSON.stringify(fault))).size).toBe(1);
  });

  test('nor by a limit that the message just keeps', () => {
    const whole = sealed(sampleEnvelope(CONTENT), sampleRequest());
    const nodesMax = leastNodes(whole);
    for (const forgery of [...BAD_PADDING, ...BAD_SYNTAX])
      expect(refusalOf(forged(forgery), { limits: { nodesMax } }).code).toBe('peer.decrypt-failed');
  });
});

describe.each([
  ['under a signature in clear', 'body', 0],
  ['under an encrypted signature', 'body-and-signature', 1],
] as const)('plaintext of the Body is judged as a whole document is: %s', (_, encrypt, part) => {
  const message = sealed(sampleEnvelope(CONTENT), sampleRequest({ encrypt }));
  const refusal = (content: string) => refusalOf(withForgedPart(message, part, [holding(content)]));

  test.each([
    ['an Id that the header has', ofId('_1'), 'peer.id-duplicate'],
    ['an Id twice', `${ofId('twice')}${ofId('twice')}`, 'peer.id-duplicate'],
    ['a comment', '<m:Order xmlns:m="urn:m"><!-- --></m:Order>', 'peer.structure-invalid'],
    [
      'EncryptedData once more',
      '<m:Order xmlns:m="urn:m"><x:EncryptedData xmlns:x="http://www.w3.org/2001/04/xmlenc#"/></m:Order>',
      'peer.limit-enc-depth',
    ],
    ['nothing wrong, but signed by nobody', ofId('other'), 'peer.digest-mismatch'],
  ])('%s', (_name, content, code) => {
    const { code: told, detail } = refusal(content);
    expect(soapFaultOf(told)).toEqual(soapFaultOf('peer.decrypt-failed'));
    expect(detail?.['hidden'] ?? told).toBe(code);
  });

  test.each([
    ['an end of the Body', '</s:Body><s:Body>'],
    ['an end of the Envelope', '</s:Body></s:Envelope>'],
  ])('%s', (_name, content) => {
    expect(soapFaultOf(refusal(content).code)).toEqual(soapFaultOf('peer.decrypt-failed'));
  });
});

function ofId(id: string): string {
  const wsu = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
  return `<m:Order xmlns:m="urn:m" xmlns:u="${wsu}" u:Id="${id}"/>`;
}

/** Another plaintext, with white space behind it. */
function holding(content: string): Forgery {
  return (padded, plaintextBytes) => {
    padded.fill(' ', 0, plaintextBytes);
    padded.write(content);
  };
}

function refusalOf(message: Uint8Array, changes: PolicyChanges = {}) {
  const reply = openedBy(message, sampleContext(), policyOf('strict', changes));
  if (reply.ok) throw new Error('opened');
  return reply;
}

/** The smallest limit under which the message is opened. */
function leastNodes(message: Uint8Array): number {
  let least = 1;
  while (!openedBy(message, sampleContext(), policyOf('strict', { limits: { nodesMax: least } })).ok) least++;
  return least;
}

function withForgedPart(message: Uint8Array, part: number, forgeries: readonly Forgery[]): Uint8Array {
  const values = [...text(message).matchAll(/CipherValue>([^<]+)</g)].map(([, value = '']) => value);
  const value = values[part]!;
  const key = encryptionKeyOf(message);
  const plaintext = decrypt(cipher, key, Buffer.from(value, 'base64'));
  const paddingBytes = BLOCK_BYTES - (plaintext.length % BLOCK_BYTES);
  const padded = Buffer.alloc(plaintext.length + paddingBytes, paddingBytes);
  padded.set(plaintext);
  for (const forge of forgeries) forge(padded, plaintext.length);
  const iv = Buffer.alloc(cipher.ivBytes, 7);
  const encipher = createCipheriv(cipher.nodeName, key, iv).setAutoPadding(false);
  return replaced(message, value, Buffer.concat([iv, encipher.update(padded), encipher.final()]).toString('base64'));
}

/** The second token is the one to encrypt with. */
function encryptionKeyOf(message: Uint8Array): Uint8Array {
  const nonces = [...text(message).matchAll(/Nonce>([^<]+)</g)].map(([, nonce = '']) => Buffer.from(nonce, 'base64'));
  const key = new Uint8Array(encryptionKeyBytes);
  sampleSecret().lend((secret) => deriveKey(secret, { label: undefined, nonce: nonces[1]!, offsetBytes: 0 }, key));
  return key;
}
