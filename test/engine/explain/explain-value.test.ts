/** Why the value of a signature does not match: what senders do wrong is made from our own messages, one case a cause. */
import { createHmac } from 'node:crypto';
import { CANONICALISATION_ALGORITHMS } from '@parley/codec';
import { contextSource, deriveKey, type SecurityContext } from '@parley/core';
import type { Credentials, SignatureExplanation, ValueCause } from '@parley/engine';
import { explainDigests, open, policyOf } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { CREDENTIALS, MESSAGE_KINDS } from '../support/message-kinds.ts';
import { NOW_MS, sampleContext, sampleEnvelope, sampleRequest, sampleSecret, sealed, text } from '../support/sample.ts';
import { certificateRequest } from '../support/sample-keys.ts';

const POLICY = policyOf();
const renewed: SecurityContext = sampleContext({
  keys: [
    ...sampleContext().keys,
    { instance: 'urn:second', secret: sampleSecret(40), createdAtMs: NOW_MS - 500, expiresAtMs: NOW_MS + 3_600_000 },
  ],
});
const message = text(sealed(sampleEnvelope(), sampleRequest()));

function explained(
  xml: string,
  keys: { readonly contexts?: readonly SecurityContext[]; readonly credentials?: Credentials } = {},
  policy = POLICY,
): SignatureExplanation {
  const { contexts = [renewed], credentials } = keys;
  const request = { policy, atMs: NOW_MS, contexts: contextSource(contexts), ...(credentials && { credentials }) };
  const reply = explainDigests(new TextEncoder().encode(xml), request);
  if (!reply.ok) throw new Error(reply.code);
  const [signature] = reply.value;
  if (signature?.ok !== true) throw new Error('no signature');
  return signature.value;
}

const right = explained(message);
const canonical = Buffer.from(right.signedInfo).toString('utf8');
const [nonce, lengthBytes] = [/Nonce>([^<]+)</.exec(message)![1]!, Number(/Length>([^<]+)</.exec(message)![1])];

interface Signing {
  readonly octets?: string;
  readonly hash?: string;
  readonly base?: number;
  readonly derived?: number | 'none';
}

/** The message with the value that another signer makes. */
function signing({ octets = canonical, hash = 'sha256', base = 0, derived = lengthBytes }: Signing): string {
  const value = sampleSecret(base).lend((secret) => {
    if (derived === 'none') return createHmac(hash, secret).update(octets).digest('base64');
    const key = new Uint8Array(derived);
    deriveKey(secret, { label: undefined, nonce: Buffer.from(nonce, 'base64'), offsetBytes: 0 }, key);
    return createHmac(hash, key).update(octets).digest('base64');
  });
  return message.replace(/<ds:SignatureValue>[^<]+</, `<ds:SignatureValue>${value}<`);
}

const inclusive = CANONICALISATION_ALGORITHMS.find(({ name }) => name === 'inclusive')!;

/** SignedInfo with all that is in scope, as inclusive C14N of the same message says that it is. */
function inclusiveSignedInfo(): string {
  const xml = message.replace(/(<ds:CanonicalizationMethod Algorithm=")[^"]*/, `$1${inclusive.uri}`);
  const octets = Buffer.from(explained(xml).signedInfo).toString('utf8');
  return octets.replace(inclusive.uri, CANONICALISATION_ALGORITHMS.find(({ name }) => name === 'exclusive')!.uri);
}

const CASES: readonly (readonly [name: string, signing: Signing, cause: Partial<ValueCause>])[] = [
  ['another algorithm', { hash: 'sha1' }, { algorithm: 'hmac-sha1' }],
  ['the key itself', { derived: 'none' }, { derivation: 'none' }],
  ['a derived key of another length', { derived: 32 }, { derivation: 32 }],
  ['a renewed key', { base: 40 }, { instance: 'urn:second' }],
  ['a renewed key, not derived', { base: 40, derived: 'none' }, { instance: 'urn:second', derivation: 'none' }],
  ['another canonical form', { octets: inclusiveSignedInfo() }, { form: 'inclusive' }],
  ['the octets as written', { octets: /<ds:SignedInfo.*<\/ds:SignedInfo>/s.exec(message)![0] }, { form: 'as-written' }],
  ['lines with CR LF', { octets: `${canonical}\n` }, { deviation: 'line-end-behind' }],
  [
    'empty-element tags',
    { octets: canonical.replace(/<(ds:[A-Za-z]+)([^<>]*)><\/\1>/g, '<$1$2/>') },
    { deviation: 'empty-elements-not-expanded' },
  ],
];

const NOTHING = {
  form: undefined,
  inclusivePrefixes: undefined,
  deviation: undefined,
  algorithm: undefined,
  instance: undefined,
  derivation: undefined,
};

test('a value that is right is said to be, with its key', () => {
  expect(right.value).toMatchObject({
    ok: true,
    value: { isRight: true, algorithm: 'hmac-sha256', cause: undefined, key: { source: 'context' } },
  });
  expect(signing({})).toBe(message);
});

test.each(CASES)('%s', (_name, how, cause) => {
  const xml = signing(how);
  expect(xml).not.toBe(message);
  const { value } = explained(xml);
  expect(value).toMatchObject({ ok: true, value: { isRight: false, cause: { ...NOTHING, ...cause } } });
});

test('what nothing explains is told as such: a key of somebody else, or another SignedInfo', () => {
  for (const xml of [signing({ base: 99 }), signing({ octets: canonical.replace('sha256', 'sha512') })])
    expect(explained(xml).value).toMatchObject({ ok: true, value: { isRight: false, cause: undefined } });
});

test('without keys nothing is said; without the right one, why', () => {
  const reply = explainDigests(new TextEncoder().encode(message), { policy: POLICY });
  expect(reply.ok && reply.value[0]?.ok === true ? reply.value[0].value.value : 'none').toBeUndefined();
  expect(explained(message, { contexts: [] }).value).toMatchObject({ ok: false, code: 'peer.bad-context' });
});

describe('keys of every kind are found as open finds them', () => {
  const visible = MESSAGE_KINDS.filter(({ request }) => request.encrypt !== 'body-and-signature');
  test.each(visible)('$name', ({ message: bytes, policy, request }) => {
    const opened = { atMs: NOW_MS, policy, contexts: contextSource([sampleContext()]), credentials: CREDENTIALS };
    const signatureValuesSent = request.confirm;
    expect(open(bytes, { ...opened, signatureValuesSent })).toMatchObject({ ok: true });
    const reply = explainDigests(bytes, opened);
    const values = reply.ok ? reply.value.map((signature) => (signature.ok ? signature.value.value : signature)) : [];
    for (const value of values) expect(value).toMatchObject({ ok: true, value: { isRight: true } });
  });

  test('of a certificate, what was changed after it was signed', () => {
    const signed = text(sealed(sampleEnvelope(), certificateRequest()));
    const judged = (xml: string) => explained(xml, { credentials: CREDENTIALS }, policyOf('x509')).value;
    expect(judged(signed)).toMatchObject({ ok: true, value: { isRight: true, key: { source: 'certificate' } } });
    // The octets that are signed changed with it.
    const other = judged(signed.replace('#rsa-sha256', '#rsa-sha512'));
    expect(other).toMatchObject({ ok: true, value: { isRight: false, cause: undefined } });
    // What was signed as it stands: the sender's value is that of the octets as they are written.
    expect(judged(signed.replace('<ds:SignedInfo>', '<ds:SignedInfo >'))).toMatchObject({ value: { isRight: true } });
  });
});
