import { randomFillSync } from 'node:crypto';
import { algorithmSuite, contextSource, Secret } from '@parley/core';
import {
  type Answered,
  createPool,
  describePlan,
  EncryptedKey,
  explainDigests,
  issueAssertion,
  open,
  type Pool,
  planOf,
  policyOf,
  replayEntries,
  type SealRequest,
  seal,
  sealProfile,
  Workspace,
} from '@parley/engine';
import { NOW_MS, sampleContext, sampleEnvelope, sampleRequest, sealed } from '../engine/support/sample.ts';
import { issuerTrust } from '../engine/support/sample-assertions.ts';
import { ROOT, sampleKey } from '../engine/support/sample-keys.ts';
import { type Door, door } from './door.ts';

const OCTETS = Uint8Array.from({ length: 20 }, (_, index) => index);
const context = sampleContext();
const { find, get } = contextSource([context]);
const contexts = { find };
const policy = policyOf();
const message = sealed(sampleEnvelope(), sampleRequest());
const bob = sampleKey('bob', 'rsa');
const alice = sampleKey('alice', 'rsa');
const fillRandom = (out: Uint8Array): void => void randomFillSync(out);
const secret = Secret.copyOf(OCTETS.subarray(0, 16));
const suite = algorithmSuite('Basic128');
const replays = { insertIfAbsent: () => true };
const opened = open(message, { atMs: NOW_MS, policy, contexts });
const plan = planOf(message, { policy });
if (!opened.ok || !plan.ok) throw new Error('a sample that is not taken');

const credentials = {
  trust: issuerTrust(),
  assertionIssuers: [{ name: 'sts', trust: issuerTrust() }],
  ownKeys: [bob.key],
  encryptedKeys: { get: () => undefined },
  passwords: { get: () => undefined },
  authenticate: () => true,
  keepEncryptedKey: () => undefined,
};
const full: SealRequest = {
  ...sampleRequest(),
  suite: 'Basic256',
  version: '200512',
  mac: 'hmac-sha1',
  digest: 'sha1',
  layout: 'strict',
  mustUnderstand: true,
  role: 'urn:role',
  confirm: ['AAAA'],
  idPrefix: '_a',
  derivedKeyDefaults: 'written',
  token: 'external',
  bearerContext: { identifier: 'urn:uuid:2', instance: 'urn:uuid:3', version: '200512' },
  encryptHeaders: [],
  oneKeyForBoth: false,
  tokenOrder: 'sign-then-encrypt',
  workspace: new Workspace(),
  sign: {
    body: true,
    addressing: true,
    timestamp: true,
    tokens: false,
    headers: [{ namespace: 'urn:h', localName: 'X' }],
  },
};
const recipient = {
  certificate: bob.certificate,
  reference: 'thumbprint',
  transport: 'rsa-oaep',
  hash: 'sha256',
  maskHash: 'sha256',
} as const;

export const POOL: Pool = createPool({
  workers: 0,
  policy,
  contexts: { get },
});

const pooled = { message, atMs: NOW_MS, soapAction: 'urn:example:ping', mayDecrypt: () => true };
const pooledPeers = ['message', 'atMs', 'soapAction'];
const call = { signal: new AbortController().signal };
const { context: _c, fillRandom: _f, ...poolSealing } = sampleRequest();
const sealing = { ...poolSealing, identifier: context.identifier };

/** The first answer that is a refusal. */
async function drained(answers: AsyncIterable<Answered<unknown, unknown>>): Promise<unknown> {
  let refused: unknown;
  for await (const { reply } of answers) if (!reply.ok) refused ??= reply;
  return refused;
}

export const ENGINE_DOORS: Readonly<Record<string, Door>> = {
  'engine.open': door(
    open,
    [
      message,
      {
        atMs: NOW_MS,
        policy,
        contexts,
        credentials,
        replays,
        soapAction: 'urn:example:ping',
        workspace: new Workspace(),
        borrow: false,
      },
    ],
    {
      open: ['1.contexts', '1.replays', '1.credentials.encryptedKeys', '1.credentials.passwords'],
      whole: ['1.policy'],
      // Contexts of whoever knows none, too: then the message names one that is not there.
      peers: ['0', '1.atMs', '1.contexts', '1.soapAction', '1.signatureValuesSent'],
    },
  ),
  'engine.planOf': door(planOf, [message, { policy, workspace: new Workspace() }], {
    whole: ['1.policy'],
    peers: ['0'],
  }),
  'engine.describePlan': door(describePlan, [plan.value], { whole: ['0'] }),
  'engine.explainDigests': door(explainDigests, [message, { policy, contexts, credentials, atMs: NOW_MS }], {
    open: ['1.contexts', '1.credentials.encryptedKeys', '1.credentials.passwords'],
    whole: ['1.policy'],
    peers: ['0', '1.contexts'],
  }),
  'engine.replayEntries': door(replayEntries, [opened.value], { whole: ['0'] }),
  'engine.seal': door(seal, [sampleEnvelope('<m:Ping xmlns:m="urn:m"/>'), full], { whole: ['1.context'] }),
  'engine.issueAssertion': door(issueAssertion, [
    {
      version: '2.0',
      id: '_1',
      issuer: 'urn:sts',
      key: alice.key,
      algorithm: 'rsa-sha256',
      digest: 'sha256',
      issuedAtMs: NOW_MS,
      lifetimeMs: 60_000,
      subject: { name: 'alice', format: 'urn:f', nameQualifier: 'urn:q' },
      confirmation: { holder: { certificate: ROOT } },
      audiences: ['urn:a'],
      useOnce: true,
      attributes: [{ name: 'role', namespace: 'urn:n', values: ['a'] }],
    },
  ]),
  'engine.EncryptedKey.forRecipient': door(
    (...given: Parameters<typeof EncryptedKey.forRecipient>) => EncryptedKey.forRecipient(...given),
    [recipient, { suite, secret, fillRandom }],
    { whole: ['1.suite'] },
  ),
  'engine.EncryptedKey.wrapped': door(
    (...given: Parameters<typeof EncryptedKey.wrapped>) => EncryptedKey.wrapped(...given),
    [
      { secret, name: { keyName: 'k' }, algorithm: 'kw-aes128' },
      { suite, secret, fillRandom },
    ],
    { whole: ['1.suite'] },
  ),
  'engine.EncryptedKey.known': door(
    (...given: Parameters<typeof EncryptedKey.known>) => EncryptedKey.known(...given),
    [secret, OCTETS],
  ),
  'engine.policyOf': door(policyOf, ['strict', { ...policyOf(), limits: { depthMax: 10 } }]),
  'engine.sealProfile': door(sealProfile, ['cxf', 'request']),
  'engine.createPool': door(
    createPool,
    [
      {
        workers: 0,
        policy,
        contexts: { get: async () => context, changes: async () => ({ position: 0, identifiers: [] }) },
        credentials: {
          trust: { anchors: [ROOT], revocation: 'if-listed' },
          assertionIssuers: [{ name: 'sts', trust: { anchors: [ROOT], revocation: 'if-listed' } }],
          ownKeys: [bob.key],
          encryptedKeys: { get: () => undefined },
          keepEncryptedKey: () => undefined,
        },
        batchMessagesMax: 10,
        batchBytesMax: 1024,
        queueBytesMax: 1024,
        queueMessagesMax: 10,
        whenFull: 'wait',
        cachedContextsMax: 10,
        contextAgeMaxMs: 1000,
        jobTimeoutMs: 1000,
        workerHeapMiBMax: 64,
        onRefused: () => undefined,
      },
    ],
    {
      open: ['0.contexts', '0.credentials.encryptedKeys'],
      whole: ['0.policy'],
      kept: ['0.workers'],
      end: (pool: Pool) => pool.close(),
    },
  ),
  'engine.createPool()#open': door((...given: Parameters<Pool['open']>) => POOL.open(...given), [pooled, call], {
    peers: pooledPeers.map((name) => `0.${name}`),
  }),
  'engine.createPool()#openBatch': door(
    (...given: Parameters<Pool['openBatch']>) => POOL.openBatch(...given),
    [[pooled], call],
    {
      peers: pooledPeers.map((name) => `0.0.${name}`),
    },
  ),
  'engine.createPool()#verifyBatch': door(
    (...given: Parameters<Pool['verifyBatch']>) => POOL.verifyBatch(...given),
    [[pooled], call],
    {
      peers: pooledPeers.map((name) => `0.0.${name}`),
    },
  ),
  'engine.createPool()#seal': door(
    (...given: Parameters<Pool['seal']>) => POOL.seal(...given),
    [sampleEnvelope(), sealing, call],
  ),
  'engine.createPool()#openAll': door(
    (messages: readonly (typeof pooled)[], options: object) => drained(POOL.openAll(messages, options)),
    [[pooled], { ...call, concurrency: 2, ordered: true }],
    { open: ['0.0'], peers: pooledPeers.map((name) => `0.0.${name}`) },
  ),
  'engine.createPool()#verifyAll': door(
    (messages: readonly (typeof pooled)[], options: object) => drained(POOL.verifyAll(messages, options)),
    [[pooled], { ...call, concurrency: 2, ordered: true }],
    { open: ['0.0'], peers: pooledPeers.map((name) => `0.0.${name}`) },
  ),
  'engine.createPool()#sealAll': door(
    (envelopes: readonly { envelope: Uint8Array; request: typeof sealing }[], options: object) =>
      drained(POOL.sealAll(envelopes, options)),
    [[{ envelope: sampleEnvelope(), request: sealing }], { ...call, concurrency: 2, ordered: true }],
    { open: ['0.0'], peers: pooledPeers.map((name) => `0.0.${name}`) },
  ),
  'engine.createPool()#evict': door((identifier: string) => POOL.evict(identifier), [context.identifier]),
};

export const ENGINE_REASONS: Readonly<Record<string, string>> = {
  'engine.EncryptedKey': 'made by forRecipient, wrapped and known',
  'engine.EncryptedKey.restored': 'made again of what crossed threads',
  'engine.EncryptedKey#write': 'called by seal, with its writer',
  'engine.EncryptedKey#writeAlone': 'called with a writer of ours',
  'engine.isContextMessage': 'tells of anything whether it is one',
  'engine.Workspace': 'takes nothing',
};
