/** Valid messages for the generators to change: of our own making, and of other makers. */
import { fileURLToPath } from 'node:url';
import type { SecurityContext } from '@parley/core';
import { contextSource, Trust } from '@parley/core';
import type {
  BootstrapSealRequest,
  CertificateSignature,
  Credentials,
  OpenRequest,
  Policy,
  PolicyChanges,
  SealRequest,
} from '@parley/engine';
import { EncryptedKey, open, policyOf, Workspace } from '@parley/engine';
import { instantField, recordOf, requiredText } from '../../vector-runner/src/json-record.ts';
import { strictPolicy } from '../../vector-runner/src/manifest-policy.ts';
import { changesOf, suiteContexts } from '../../vector-runner/src/message-vector.ts';
import { openSuite } from '../../vector-runner/src/suite-folder.ts';
import {
  NOW_MS,
  SOAP11,
  SOAP12,
  sampleContext,
  sampleEnvelope,
  sampleRandom,
  sampleRequest,
  sampleSecret,
  sealed,
} from '../support/sample.ts';
import { certificateRequest, encryptedKeyRequest, ROOT, sampleKey } from '../support/sample-keys.ts';
import { meaningOf } from './outcomes.ts';

export interface Original {
  readonly name: string;
  readonly message: Uint8Array;
  readonly request: OpenRequest;
  /** What it says, opened unchanged. */
  readonly meaning: string;
}

const workspace = new Workspace();

/** A message with what it says. @throws Error when it does not open */
export function originalOf(name: string, message: Uint8Array, request: OpenRequest): Original {
  const reply = open(message, request);
  if (!reply.ok) throw new Error(`${name}: ${reply.code}`);
  return { name, message, request, meaning: meaningOf(reply.value) };
}

type Options = Pick<SealRequest, 'keys' | 'token' | 'encrypt' | 'order'> & { readonly soap: string };

// Every key form, token form, layout of encryption and order in which they occur together, in both SOAP versions.
const OPTIONS: readonly Options[] = [
  ...combined(['explicit', 'implied', 'direct'], ['none'], ['sign-then-encrypt']),
  ...combined(['explicit', 'implied'], ['body', 'body-and-signature'], ['sign-then-encrypt']),
  ...combined(['explicit', 'implied'], ['body'], ['encrypt-then-sign']),
].map((options, index) => ({ ...options, soap: index % 2 === 0 ? SOAP12 : SOAP11 }));

/** Two contexts that live at the same time, with different secrets and of different generations. */
export const CONTEXTS: readonly [SecurityContext, SecurityContext] = [
  sampleContext(),
  sampleContext({
    identifier: 'urn:uuid:00000000-0000-4000-8000-000000000002',
    version: '200502',
    suite: 'Basic256GCMSha256',
    keys: [{ ...sampleContext().keys[0]!, secret: sampleSecret(100) }],
  }),
];

/** Messages that we sealed, no two with the same MessageID, Body or nonces; every third in the second context. */
export const SEALED: readonly Original[] = OPTIONS.map((options, index) => {
  const { soap, ...changes } = options;
  const context = CONTEXTS[index % 3 === 2 ? 1 : 0];
  const message = sealed(
    numberedEnvelope(index, soap),
    sampleRequest({ context, ...changes, fillRandom: sampleRandom(index + 1) }),
  );
  const request = { atMs: NOW_MS, policy: policyOf(), contexts: contextSource(CONTEXTS), workspace };
  return originalOf(`sealed ${Object.values(changes).join(' ')}`, message, request);
});

const alice = sampleKey('alice', 'P-256');
const bob = sampleKey('bob', 'rsa');
const forBob = { certificate: bob.certificate, reference: 'thumbprint' } as const;
const byAlice: CertificateSignature = { key: alice.key, reference: 'direct', algorithm: 'ecdsa-sha256' };
const known = EncryptedKey.known(sampleSecret(60), new Uint8Array(20).fill(7));
const ENDORSED: PolicyChanges = { endorsedBy: ['certificate'], signatures: ['ecdsa-sha256'] };

// What certificates sign, session keys secure, and both do together.
const CERTIFIED_REQUESTS: ReadonlyArray<readonly [string, SealRequest | BootstrapSealRequest, Policy]> = [
  ['signed with a certificate', certificateRequest({ certificate: byAlice }), policyOf('x509')],
  [
    'signed with a certificate that is only named, its token signed, and encrypted for another',
    certificateRequest({
      certificate: { ...byAlice, reference: 'thumbprint', signToken: 'str-transform' },
      recipient: forBob,
      encrypt: 'body',
    }),
    policyOf('x509', { allowTokenTransform: true }),
  ],
  [
    'signed in clear with a certificate that is encrypted for another',
    certificateRequest({
      certificate: { ...byAlice, signToken: true, encryptToken: true },
      recipient: forBob,
      encrypt: 'body',
    }),
    policyOf('x509'),
  ],
  ['a session key', encryptedKeyRequest({ encrypt: 'body-and-signature' }), policyOf('symmetric-x509')],
  [
    'a session key, endorsed',
    encryptedKeyRequest({ encrypt: 'body', endorse: byAlice }),
    policyOf('symmetric-x509', ENDORSED),
  ],
  [
    'a known session key',
    encryptedKeyRequest({ encryptedKey: known, token: 'external', encrypt: 'body', order: 'encrypt-then-sign' }),
    policyOf('symmetric-x509-reply'),
  ],
  ['a context, endorsed', sampleRequest({ endorse: byAlice }), policyOf('strict', ENDORSED)],
  [
    'a context, signed endorsing, both signatures encrypted',
    sampleRequest({ endorse: { ...byAlice, signToken: true }, encrypt: 'body-and-signature' }),
    policyOf('strict', ENDORSED),
  ],
  [
    'a context, signed endorsing, the Body encrypted first',
    sampleRequest({ endorse: { ...byAlice, signToken: true }, encrypt: 'body', order: 'encrypt-then-sign' }),
    policyOf('strict', ENDORSED),
  ],
];

/** Messages of ours with certificates and session keys; on the calling thread, for each has credentials. */
export const CERTIFIED: readonly Original[] = CERTIFIED_REQUESTS.map(([name, request, policy], index) => {
  const envelope = numberedEnvelope(SEALED.length + index, index % 2 === 0 ? SOAP12 : SOAP11);
  const message = sealed(envelope, { ...request, fillRandom: sampleRandom(100 + index) });
  const credentials: Credentials = {
    trust: new Trust({ anchors: [ROOT], intermediates: [alice.certificate], revocation: 'if-listed' }),
    ownKeys: [{ certificate: bob.certificate, privateKey: bob.key.privateKey }],
    encryptedKeys: new Map([[Buffer.from(known.sha1).toString('base64'), known.secret]]),
  };
  const contexts = contextSource(CONTEXTS);
  return originalOf(name, message, { atMs: NOW_MS, policy, contexts, credentials, workspace });
});

/** The messages of other makers. */
export const OTHERS: readonly Original[] = readSuite('wssc-valid');

/** `count` messages of both kinds: all of ours that fit into half of it, the others from all over their suite. */
export function originals(count: number): readonly Original[] {
  const ours = spread(SEALED, Math.min(SEALED.length, count >> 1));
  return [...ours, ...spread(OTHERS, count - ours.length)];
}

function numberedEnvelope(index: number, soap: string): Uint8Array {
  const content = `<m:Ping xmlns:m="urn:m" note="&lt;&quot;">hällo &amp; ${index}</m:Ping>`;
  const envelope = new TextDecoder().decode(sampleEnvelope(content, soap)).replace('urn:uuid:7', `urn:uuid:${index}`);
  return new TextEncoder().encode(envelope);
}

function readSuite(name: string): readonly Original[] {
  const suite = openSuite(fileURLToPath(new URL(`../../vectors/${name}/`, import.meta.url)));
  return suite.vectors.map((entry) => {
    const vector = recordOf(entry, 'vector');
    const request = {
      atMs: instantField(vector, 'now') ?? NOW_MS,
      policy: strictPolicy(changesOf(suite, vector)),
      contexts: contextSource(suiteContexts(suite, vector)),
      workspace,
    };
    return originalOf(requiredText(vector, 'id'), suite.bytes(requiredText(vector, 'file')), request);
  });
}

function spread<Item>(items: readonly Item[], count: number): readonly Item[] {
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)]!);
}

function combined(
  keys: readonly SealRequest['keys'][],
  encrypt: readonly SealRequest['encrypt'][],
  orders: readonly SealRequest['order'][],
): readonly Omit<Options, 'soap'>[] {
  return keys.flatMap((key) =>
    (['attached', 'external'] as const).flatMap((token) =>
      encrypt.flatMap((part) => orders.map((order) => ({ keys: key, token, encrypt: part, order }))),
    ),
  );
}
