// Mistakes that people made, each with what it is told as.
import { opening as openingStage } from '@parley/bus';
import { NamespaceBinding, XmlWriter } from '@parley/codec';
import { Initiator, Responder, usernameOverTls } from '@parley/conversation';
import { contextSource, Fault, Secret } from '@parley/core';
import { createPool, open, policyOf, seal } from '@parley/engine';
import { HttpResponder, ToldServices } from '@parley/http';
import { parseKeys } from '@parley/log';
import { expect, test } from 'vitest';
import { NOW_MS, sampleContext, sampleEnvelope, sampleRequest, sealed, text } from '../engine/support/sample.ts';
import { certificateRequest, sampleKey } from '../engine/support/sample-keys.ts';

const contexts = contextSource([sampleContext()]);
const policy = policyOf();
const message = sealed(sampleEnvelope(), sampleRequest());
const opening = { atMs: NOW_MS, policy, contexts };
const { key } = sampleKey('alice', 'rsa');
const referring = (reference: unknown) =>
  certificateRequest({ certificate: { key, reference: reference as 'direct' } });

const NO_ANSWER = { status: 202, octets: new Uint8Array(0) } as const;
const BOOTSTRAP = usernameOverTls.initiator({ username: 'a', password: Secret.copyOf(new Uint8Array([1])) });

interface Told {
  readonly code: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

const option = (name: string, detail: object = {}): Told => ({
  code: 'caller.option-invalid',
  detail: { option: name, ...detail },
});

const MISTAKES: readonly (readonly [string, () => unknown, Told])[] = [
  [
    'a protection that is misspelt',
    () => policyOf('strict', { requireEncryptedbody: true } as object),
    option('policy.requireEncryptedbody', { nearest: 'requireEncryptedBody' }),
  ],
  [
    'an address that is misspelt',
    () => policyOf('strict', { endpointAddres: 'urn:a' } as object),
    option('policy.endpointAddres', { nearest: 'endpointAddress' }),
  ],
  [
    'an age in words',
    () => policyOf('strict', { timestampAgeMaxMs: '5 minutes' as never }),
    option('policy.timestampAgeMaxMs'),
  ],
  ['a skew that is no number', () => policyOf('strict', { clockSkewMs: Number.NaN }), option('policy.clockSkewMs')],
  [
    'a limit that is misspelt',
    () => policyOf('strict', { limits: { depthMaks: 1 } as object }),
    option('policy.limits.depthMaks', { nearest: 'depthMax' }),
  ],
  ['a profile that is misspelt', () => policyOf('strickt' as never), option('profile', { nearest: 'strict' })],
  [
    'a list for a source of contexts',
    () => open(message, { ...opening, contexts: [sampleContext()] as never }),
    option('contexts', { got: 'an array of 1' }),
  ],
  [
    'a list for the resolver of a pool',
    () => createPool({ contexts: [sampleContext()] as never, policy, workers: 0 }),
    option('contexts', { got: 'an array of 1' }),
  ],
  [
    'a text for a message',
    () => open('a text' as never, opening),
    { code: 'caller.input-invalid', detail: { input: 'message' } },
  ],
  ['no contexts', () => open(message, { ...opening, contexts: undefined as never }), option('contexts')],
  ['contexts in a Map', () => open(message, { ...opening, contexts: new Map() as never }), option('contexts.find')],
  ['a policy by name', () => open(message, { ...opening, policy: 'strict' as never }), option('policy')],
  ['no time', () => open(message, { ...opening, atMs: undefined as never }), option('atMs')],
  ['a pool without a policy', () => createPool({ workers: 0, contexts } as never), option('policy')],
  ['an initiator of nothing', () => new Initiator({} as never), option('version')],
  ['a responder of nothing', () => new Responder({} as never), option('store')],
  [
    'another form of a reference',
    () => seal(sampleEnvelope(), referring('thumbprint-sha1')),
    option('certificate.reference', { nearest: 'thumbprint' }),
  ],
  [
    'a reference as the specification spells it',
    () => seal(sampleEnvelope(), referring('SubjectKeyIdentifier')),
    option('certificate.reference', { nearest: 'subject-key-identifier' }),
  ],
  ['no reference', () => seal(sampleEnvelope(), referring(undefined)), option('certificate.reference')],
  [
    'a part that is misspelt',
    () => seal(sampleEnvelope(), sampleRequest({ sign: { boddy: true, addressing: true, timestamp: true } as never })),
    option('sign.boddy', { nearest: 'body' }),
  ],
  ...(
    [
      [{ keys: 'explict' }, 'keys'],
      [{ token: 'atached' }, 'token'],
      [{ order: 'x' }, 'order'],
      [{ encrypt: 'bdy' }, 'encrypt'],
      [{ version: '13' }, 'version'],
      [{ role: 5 }, 'role'],
    ] as const
  ).map(
    ([changes, name]) =>
      [JSON.stringify(changes), () => seal(sampleEnvelope(), sampleRequest(changes as never)), option(name)] as const,
  ),
  ['endpoints that are none', () => new HttpResponder({} as never), option('endpoints')],
  [
    'an endpoint with its responder by another name',
    () => new HttpResponder({ endpoints: { '/orders': { responsder: {}, service: () => undefined } } as never }),
    option('endpoints["/orders"]'),
  ],
  [
    'a bound that is misspelt',
    () => new HttpResponder({ endpoints: { '/a': { plain: async () => NO_ANSWER } }, requestMax: 5 } as never),
    option('requestMax', { reason: 'unknown', nearest: 'requestsMax' }),
  ],
  [
    'a password as its text',
    () => usernameOverTls.initiator({ username: 'a', password: 'b' } as never),
    option('password'),
  ],
  [
    'a keys file as a text',
    () => parseKeys('{}' as never),
    { code: 'caller.input-invalid', detail: { input: 'file' } },
  ],
  [
    'a name of an element that is none',
    () => new NamespaceBinding('e', 'urn:e').name('a b'),
    option('local', { wanted: 'a name in ASCII' }),
  ],
  [
    'an end tag too many',
    () => new XmlWriter().close(),
    { code: 'caller.input-invalid', detail: { reason: 'none is open' } },
  ],
  ['a stage without a pool', () => openingStage({ nowMs: () => NOW_MS } as never), option('pool')],
  [
    'a service that is no URL',
    () => new ToldServices({ 'urn:a': { url: 'nowhere', bootstrap: BOOTSTRAP } }),
    option('url', { reason: 'no http or https URL' }),
  ],
  [
    'an envelope of ours in UTF-16',
    () => seal(Uint8Array.from(Buffer.from(`\ufeff${text(sampleEnvelope())}`, 'utf16le')), sampleRequest()),
    { code: 'caller.envelope-invalid', detail: { code: 'peer.encoding-forbidden' } },
  ],
  [
    'an envelope of ours that is no XML',
    () => seal(new TextEncoder().encode('<a'), sampleRequest()),
    { code: 'caller.envelope-invalid', detail: { code: 'peer.xml-malformed' } },
  ],
];

test('a context by half a character, which no other thread would know', async () => {
  const pool = createPool({ workers: 0, contexts, policy: policyOf() });
  const { context: _, fillRandom: __, idPrefix: ___, ...request } = sampleRequest();
  const sealing = pool.seal(sampleEnvelope(), { ...request, identifier: 'urn:\ud800' });
  expect(await sealing).toMatchObject({ code: 'caller.option-invalid', detail: { option: 'identifier' } });
  await pool.close();
});

test.each(MISTAKES)('%s', (_, make, { code, detail = {} }) => {
  const told = toldOf(make);
  expect(told).toMatchObject({ code, detail });
});

function toldOf(make: () => unknown): unknown {
  try {
    return make();
  } catch (error) {
    return error instanceof Fault ? { code: error.code, detail: error.detail } : error;
  }
}
