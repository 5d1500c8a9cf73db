// Longer than others: one table, a row for each door, which only reads well whole.
import type { XmlWriter } from '@parley/codec';
import {
  asymmetricSaml,
  asymmetricX509,
  bodyPayload,
  certificateOverTls,
  claimedSequenceHeaders,
  completeSequenceSettings,
  DividedReplayCache,
  type DividedReplayOptions,
  envelope,
  ephemeralKey,
  Initiator,
  type InitiatorOptions,
  MemoryContextStore,
  MemoryRecords,
  MemoryReplayCache,
  namedContexts,
  PerMessageInitiator,
  type PerMessageOptions,
  passwordMatches,
  peerProfile,
  Responder,
  type ResponderOptions,
  requestAction,
  responseAction,
  SequencedInitiator,
  samlByMessage,
  samlOverTls,
  saysContextIsLost,
  sessionToken,
  signedChallenge,
  symmetricX509,
  systemAmbient,
  TokenContextStore,
  type TokenContextStoreOptions,
  trustActionOf,
  trustVersionOf,
  usernameOverTls,
  wipeContext,
  withSequences,
  writeEnvelope,
  writeFaultReply,
} from '@parley/conversation';
import { contextOf, Secret } from '@parley/core';
import { policyOf } from '@parley/engine';
import { KeyEncryptionKey } from '@parley/sealing';
import { NOW_MS, sampleContext, sampleEnvelope } from '../engine/support/sample.ts';
import { issuerTrust, sampleAssertion } from '../engine/support/sample-assertions.ts';
import { sampleKey } from '../engine/support/sample-keys.ts';
import { contextStoreDoors } from './context-store-doors.ts';
import { type Door, door } from './door.ts';

type Given<Call> = Call extends (...given: infer Arguments) => unknown ? Arguments : never;

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const channel = {
  secure: true,
  client: 'CN=alice',
  address: '192.0.2.1',
  soapAction: 'urn:app:Echo',
  soapVersion: '1.2',
} as const;
const alice = sampleKey('alice', 'rsa');
const bob = sampleKey('bob', 'rsa');
const trust = issuerTrust();
const credential = {
  username: 'alice',
  password: Secret.copyOf(octets('correct horse')),
  passwordType: 'text',
} as const;
const signature = {
  key: alice.key,
  reference: 'direct',
  algorithm: 'rsa-sha256',
  signToken: false,
  encryptToken: false,
} as const;
const service = {
  certificate: bob.certificate,
  reference: 'thumbprint',
  transport: 'rsa-oaep',
  hash: 'sha1',
  maskHash: 'sha1',
} as const;
const ownKeys = [{ certificate: bob.certificate, privateKey: bob.key.privateKey }];
const alicesAssertion = { octets: sampleAssertion({ confirmation: { holder: { certificate: alice.certificate } } }) };
const assertion = { octets: sampleAssertion(), reference: 'key-identifier', sign: 'id', encrypt: false } as const;
const ambient = { nowMs: () => NOW_MS, fillRandom: systemAmbient.fillRandom };
const profile = peerProfile('parley');
const live = (): ReturnType<typeof contextOf> =>
  contextOf({
    identifier: 'urn:uuid:1',
    secret: new Uint8Array(32).fill(7),
    version: '200512',
    createdAtMs: NOW_MS,
    expiresAtMs: NOW_MS + 3_600_000,
  });

const sequences = {
  windowMax: 10,
  inactivityMs: 1000,
  keepAliveMs: 500,
  retransmitAfterMs: 100,
  retransmitAfterMaxMs: 1000,
  sequenceLifetimeMs: 10_000,
};
const initiatorOptions = {
  version: '200512',
  soapVersion: '1.2',
  to: 'urn:there',
  ambient,
  bootstrap: usernameOverTls.initiator(credential),
  profile,
  context: live(),
  tokenId: '_token',
  keySizeBits: 256,
  entropy: 'client',
  keyForm: 'binary-secret',
  negotiation: ephemeralKey,
  contextAttribute: 'sent',
  contextLifetimeMs: 60_000,
  renewable: 'never',
  appliesTo: 'urn:service',
  use: 'urn:use',
  timestampLifetimeMs: 60_000,
  rolloverMs: 1000,
  openRequestsMax: 10,
  answerWithinMs: 1000,
} as const satisfies InitiatorOptions;
const perMessageOptions = {
  version: '200512',
  soapVersion: '1.2',
  to: 'urn:there',
  ambient,
  bootstrap: usernameOverTls.initiator(credential),
  profile,
  timestampLifetimeMs: 60_000,
  openRequestsMax: 10,
  answerWithinMs: 1000,
  channel,
} as const satisfies PerMessageOptions;
const responderOptions = {
  store: new MemoryContextStore(),
  ambient,
  bootstrap: usernameOverTls.responder({ authenticate: () => 'alice' }),
  profile,
  replayCache: new MemoryReplayCache(),
  contextLifetimeMs: 60_000,
  contextLifetimeMinMs: 1000,
  entropy: 'both',
  keyForm: 'binary-secret',
  mayCreate: () => false,
  negotiation: ephemeralKey,
  negotiationsMax: 10,
  negotiationWithinMs: 1000,
  scopes: ['urn:service'],
  renewGraceMs: 0,
  unproven: 'refuse',
  rolloverMs: 1000,
  sequences: {
    ...sequences,
    order: 'in-order',
    delivery: 'exactly-once',
    incomplete: 'DiscardFollowingFirstGap',
    acksTo: ['urn:here'],
    sequencesPerContextMax: 2,
    holdMs: 100,
    required: false,
    withoutContext: false,
    leaseMs: 1000,
    node: 'one',
  },
  timestampLifetimeMs: 60_000,
  keysPerContextMax: 4,
  expiredKeys: 'drop',
  contextsPerPrincipalMax: 10,
  contextsMax: 10,
  bootstrapsPerAddressPerMinute: 10,
  bootstrapsPerAddressMax: 10,
  loginFailuresMax: 10,
  loginBackOffMs: 1000,
  telemetry: {},
  requestsPerPrincipalMax: 10,
  requestsPerPrincipalPerMinute: 10,
  messagesPerPrincipalPerMinute: 10,
  messagesPerPrincipalMax: 10,
  onAlarm: () => undefined,
  onEvict: () => undefined,
} as const satisfies ResponderOptions;

const { context: _held, tokenId: _id, negotiation: _n, ...fresh } = initiatorOptions;
const without = (): Initiator => new Initiator(fresh);
const holding = (): Initiator => new Initiator({ ...fresh, context: live() });
const application = (): Uint8Array =>
  envelope({ action: 'urn:app:Echo', to: 'urn:there', body: '<e:Echo xmlns:e="urn:app"/>' });
const responder = new Responder({ store: storeWith(), ambient, bootstrap: responderOptions.bootstrap });

const tokenOptions: TokenContextStoreOptions = {
  keyEncryptionKey: new KeyEncryptionKey(new Uint8Array(32)),
  service: 'urn:service',
  revocations: 'none',
};

function tokenStoreWith(): TokenContextStore {
  const store = new TokenContextStore(tokenOptions);
  void store.insert(live());
  return store;
}

function storeWith(): MemoryContextStore {
  const store = new MemoryContextStore();
  void store.insert(live());
  return store;
}

/** A request that waits for its answer, and what is given to take it. */
function received(
  take: (initiator: Initiator, message: Uint8Array, request: { messageId: string }, over: object) => unknown,
): Door['call'] {
  return ((message: Uint8Array, request: { messageId: string }, over: object) => {
    const initiator = holding();
    const call = initiator.requestCall(application());
    if (!call.ok) throw new Error(call.code);
    return take(initiator, message, request === REQUEST ? { messageId: call.value.messageId } : request, over);
  }) as Door['call'];
}

const OF_PEERS = /^peer\./;
const UNREADY = /^caller\.sequence-unusable$/;
const REQUEST = { messageId: 'urn:uuid:request' };

/** A refusal where there is one, for a responder answers it. */
async function failureOf(answer: Promise<{ readonly kind: string; readonly failure?: unknown }>): Promise<unknown> {
  const { failure } = await answer;
  return failure;
}

const sequenced = (): SequencedInitiator =>
  new SequencedInitiator({
    initiator: holding(),
    profile: withSequences(profile),
    records: new MemoryRecords(),
    ambient,
    soapVersion: '1.2',
    to: 'urn:there',
    acksTo: 'urn:here',
    settings: completeSequenceSettings(sequences),
  });

export const CONVERSATION_DOORS: Readonly<Record<string, Door>> = {
  'conversation.wipeContext': door((context: ReturnType<typeof live>) => wipeContext(context), [live()], {
    whole: ['0'],
  }),
  'conversation.MemoryContextStore': door(
    (options: object) => new MemoryContextStore(options),
    [{ graceMs: 1, tombstoneMs: 1, cancelledKeys: 'wipe' }],
  ),
  ...contextStoreDoors('conversation.MemoryContextStore', async () => storeWith(), live()),
  'conversation.TokenContextStore': door(
    (options: TokenContextStoreOptions) => new TokenContextStore(options),
    [{ ...tokenOptions, olderKeyEncryptionKeys: [], lifetimeMaxMs: 1, contextsMax: 1, stateBytesMax: 256 }],
    { whole: ['0.keyEncryptionKey'] },
  ),
  ...contextStoreDoors('conversation.TokenContextStore', async () => tokenStoreWith(), live()),
  'conversation.MemoryRecords#transact': door(
    (partition: string, action: () => number) => new MemoryRecords().transact(partition, action),
    ['p', () => 1],
    { lends: true },
  ),
  'conversation.MemoryRecords#clear': door((partition: string) => new MemoryRecords().clear(partition), ['p']),
  'conversation.MemoryRecords#prune': door((nowMs: number) => new MemoryRecords().prune(nowMs), [NOW_MS]),
  'conversation.MemoryReplayCache': door(
    (options: object) => new MemoryReplayCache(options),
    [{ entriesMax: 10, lostUntilMs: NOW_MS }],
  ),
  'conversation.DividedReplayCache': door(
    (options: DividedReplayOptions) => new DividedReplayCache(options),
    [{ self: 'a', nodes: ['a'], memory: new MemoryReplayCache(), ask: async () => true, withinMs: 10, callsMax: 10 }],
    { open: ['0.memory'] },
  ),
  'conversation.DividedReplayCache#insertIfAbsent': door(
    (...given: Given<DividedReplayCache['insertIfAbsent']>) =>
      new DividedReplayCache({
        self: 'a',
        nodes: ['a', 'b'],
        memory: new MemoryReplayCache(),
        ask: async () => true,
      }).insertIfAbsent(...given),
    ['urn:uuid:1', 'key', NOW_MS + 1000, NOW_MS, { owner: 'alice', kind: 'message' }],
  ),
  'conversation.DividedReplayCache#answer': door(
    (...given: Given<DividedReplayCache['answer']>) =>
      new DividedReplayCache({
        self: 'a',
        nodes: ['a'],
        memory: new MemoryReplayCache(),
        ask: async () => true,
      }).answer(...given),
    [
      {
        scope: 'urn:uuid:1',
        key: 'key',
        untilMs: NOW_MS + 1000,
        nowMs: NOW_MS,
        share: { owner: 'alice', kind: 'message' as const },
      },
      NOW_MS,
    ],
  ),
  'conversation.MemoryReplayCache#insertIfAbsent': door(
    (...given: Given<MemoryReplayCache['insertIfAbsent']>) => new MemoryReplayCache().insertIfAbsent(...given),
    ['urn:uuid:1', 'key', NOW_MS + 1000, NOW_MS, { owner: 'alice', kind: 'message' }],
  ),
  'conversation.systemAmbient.fillRandom': door(systemAmbient.fillRandom, [new Uint8Array(8)]),
  'conversation.systemAmbient.wakeAfter': door(
    (delayMs: number, wake: () => void) => systemAmbient.wakeAfter?.(delayMs, wake)(),
    [1, () => undefined],
  ),
  'conversation.Initiator': door((options: InitiatorOptions) => new Initiator(options), [initiatorOptions], {
    open: ['0.ambient', '0.bootstrap', '0.negotiation'],
    whole: ['0.profile', '0.context', '0.bootstrap'],
  }),
  'conversation.Initiator#requestIssue': door((over: typeof channel) => without().requestIssue(over), [channel]),
  'conversation.Initiator#requestRenew': door((over: typeof channel) => holding().requestRenew(over), [channel]),
  'conversation.Initiator#requestCancel': door((over: typeof channel) => holding().requestCancel(over), [channel]),
  'conversation.Initiator#requestAmend': door(
    (endorse: typeof signature, over: typeof channel) => holding().requestAmend(endorse, over),
    [signature, channel],
  ),
  'conversation.Initiator#requestPropagate': door(
    (over: typeof channel, message: Uint8Array) => without().requestPropagate(over, message),
    [channel, application()],
  ),
  'conversation.Initiator#requestTransfer': door(
    (context: ReturnType<typeof contextOf>, over: typeof channel) => without().requestTransfer(context, over),
    [live(), channel],
  ),
  'conversation.Initiator#requestCall': door(
    (...given: Given<Initiator['requestCall']>) => holding().requestCall(...given),
    [application(), profile.requests.protection, 'sequence'],
    { whole: ['1'] },
  ),
  'conversation.Initiator#requestCallAsync': door(
    (...given: Given<Initiator['requestCall']>) => holding().requestCallAsync(...given),
    [application(), profile.requests.protection, 'sequence'],
    { whole: ['1'] },
  ),
  'conversation.Initiator#receive': {
    call: received((initiator, ...given) => initiator.receive(...(given as unknown as Given<Initiator['receive']>))),
    good: [sampleEnvelope(), REQUEST, channel],
    open: ['1'],
    refused: OF_PEERS,
  },
  'conversation.Initiator#receiveAsync': {
    call: received((initiator, ...given) =>
      initiator.receiveAsync(...(given as unknown as Given<Initiator['receive']>)),
    ),
    good: [sampleEnvelope(), REQUEST, channel],
    open: ['1'],
    refused: OF_PEERS,
  },
  'conversation.Initiator#receiveRequest': door(
    (message: Uint8Array, over: typeof channel) => holding().receiveRequest(message, over),
    [sampleEnvelope(), channel],
    { refused: OF_PEERS },
  ),
  'conversation.Initiator#openUnasked': door(
    (message: Uint8Array, over: typeof channel) => holding().openUnasked(message, over),
    [sampleEnvelope(), channel],
    { refused: OF_PEERS },
  ),
  'conversation.Initiator#forget': door(
    (request: { readonly messageId: string }) => holding().forget(request),
    [{ messageId: 'urn:uuid:1' }],
    { open: ['0'] },
  ),
  'conversation.saysContextIsLost': door(
    (failure: Given<typeof saysContextIsLost>[0]) => saysContextIsLost(failure),
    [{ code: 'peer.soap-fault', detail: {} }],
    { open: ['0', '0.detail'] },
  ),
  'conversation.peerProfile': door(
    (...given: Given<typeof peerProfile>) => peerProfile(...given),
    [
      'cxf',
      'Basic256',
      {
        binding: 'symmetric',
        encrypt: 'body',
        order: 'sign-then-encrypt',
        keys: 'explicit',
        handshake: { encrypt: 'body', order: 'sign-then-encrypt', confirm: true },
        token: 'attached',
        confirm: true,
        entropy: 'any',
        addressing: '1.0',
        mustUnderstandAddressing: true,
        policy: { clockSkewMs: 1000 },
      },
    ],
  ),
  'conversation.Responder': door((options: ResponderOptions) => new Responder(options), [responderOptions], {
    open: ['0.ambient', '0.negotiation'],
    whole: ['0.profile', '0.bootstrap', '0.store', '0.replayCache'],
  }),
  'conversation.Responder#receive': door(
    (message: Uint8Array, over: typeof channel) => failureOf(responder.receive(message, over)),
    [sampleEnvelope(), channel],
    { refused: OF_PEERS },
  ),
  'conversation.Responder#open': door(
    (message: Uint8Array, over: typeof channel) => responder.open(message, over),
    [sampleEnvelope(), channel],
    { refused: OF_PEERS },
  ),
  'conversation.Responder#secure': door(
    (...given: Given<Responder['secure']>) => responder.secure(...given),
    [
      envelope({ action: 'urn:app:EchoResponse', relatesTo: 'urn:uuid:2', body: '<e:Echo xmlns:e="urn:app"/>' }),
      { identifier: 'urn:uuid:1', instance: undefined, signatureValues: [] },
      profile.answers.protection,
    ],
    { open: ['1'], whole: ['2'] },
  ),
  'conversation.Responder#requestCancel': door(
    (identifier: string, options: object) =>
      new Responder({ store: storeWith(), ambient, bootstrap: responderOptions.bootstrap }).requestCancel(
        identifier,
        options as never,
      ),
    ['urn:uuid:1', { to: 'urn:there', soapVersion: '1.2', version: '200512' }],
  ),
  'conversation.Responder#receiveAnswer': door(
    (...given: Given<Responder['receiveAnswer']>) => responder.receiveAnswer(...given),
    [sampleEnvelope(), { messageId: 'urn:uuid:1' }, channel],
    { open: ['1'], refused: /^caller\.context-unusable$/ },
  ),
  'conversation.usernameOverTls.initiator': door(usernameOverTls.initiator, [credential]),
  'conversation.usernameOverTls.responder': door(usernameOverTls.responder, [{ authenticate: () => 'alice' }]),
  'conversation.symmetricX509.initiator': door(symmetricX509.initiator, [
    { service, username: credential, endorse: signature },
  ]),
  'conversation.symmetricX509.responder': door(
    symmetricX509.responder,
    [{ ownKeys, authenticate: () => 'alice', endorsers: trust }],
    { open: ['0.ownKeys.0'] },
  ),
  'conversation.asymmetricX509.initiator': door(asymmetricX509.initiator, [{ signature, service, trust, ownKeys }], {
    open: ['0.ownKeys.0'],
  }),
  'conversation.asymmetricX509.responder': door(
    asymmetricX509.responder,
    [{ signature, ownKeys, trust, reference: 'issuer-serial' }],
    { open: ['0.ownKeys.0'] },
  ),
  'conversation.asymmetricSaml.initiator': door(
    asymmetricSaml.initiator,
    [
      {
        assertion: alicesAssertion,
        holder: { certificate: alice.certificate, privateKey: alice.key.privateKey },
        service,
        trust,
      },
    ],
    { open: ['0.holder'] },
  ),
  'conversation.asymmetricSaml.responder': door(
    asymmetricSaml.responder,
    [{ signature, ownKeys, issuers: [{ name: 'sts', trust }], audiences: ['urn:a'], reference: 'issuer-serial' }],
    { open: ['0.ownKeys.0'] },
  ),
  'conversation.certificateOverTls.initiator': door(certificateOverTls.initiator, [{ signature }]),
  'conversation.certificateOverTls.responder': door(certificateOverTls.responder, [{ trust }]),
  'conversation.samlOverTls.initiator': door(samlOverTls.initiator, [
    { assertion, proof: Secret.copyOf(new Uint8Array(32)) },
  ]),
  'conversation.samlOverTls.responder': door(
    samlOverTls.responder,
    [{ confirmation: 'holder-of-key', issuers: [{ name: 'sts', trust }], audiences: ['urn:a'], ownKeys, trust }],
    { open: ['0.ownKeys.0'] },
  ),
  'conversation.samlByMessage.initiator': door(samlByMessage.initiator, [
    { assertion, service, proof: bob.key.privateKey },
  ]),
  'conversation.samlByMessage.responder': door(
    samlByMessage.responder,
    [{ confirmation: 'endorsing', issuers: [{ name: 'sts', trust }], audiences: ['urn:a'], ownKeys, trust }],
    { open: ['0.ownKeys.0'] },
  ),
  'conversation.sessionToken.initiator': door(sessionToken.initiator, [sampleContext(), 'timestamp']),
  'conversation.sessionToken.responder': door(sessionToken.responder, [{ get: async () => undefined }, 'message'], {
    open: ['0'],
  }),
  'conversation.envelope': door(
    envelope,
    [
      {
        action: 'urn:a',
        body: '<a/>',
        to: 'urn:there',
        relatesTo: 'urn:uuid:1',
        messageId: 'urn:uuid:2',
        soapVersion: '1.2',
        addressing: { version: '1.0', mustUnderstand: true },
        limits: policyOf().limits,
      },
    ],
    { whole: ['0.limits'] },
  ),
  'conversation.writeEnvelope': door(
    writeEnvelope,
    [
      {
        soapVersion: '1.2',
        action: 'urn:a',
        messageId: 'urn:uuid:2',
        to: 'urn:there',
        relatesTo: 'urn:uuid:1',
        addressing: { version: '1.0', mustUnderstand: true },
        headers: () => undefined,
        body: (writer: XmlWriter) => void writer,
      },
    ],
    { lends: true },
  ),
  'conversation.writeFaultReply': door(writeFaultReply, [
    {
      code: 'peer.replay',
      soapVersion: '1.2',
      version: '200512',
      messageId: 'urn:uuid:1',
      relatesTo: 'urn:uuid:2',
      addressing: { version: '1.0', mustUnderstand: true },
    },
  ]),
  'conversation.bodyPayload': door(bodyPayload, [new TextEncoder().encode('<b><a/></b>'), policyOf().limits], {
    peers: ['0'],
    whole: ['1'],
  }),
  'conversation.ephemeralKey.begin': door(ephemeralKey.begin, ['initiator', { version: '200512', ambient }], {
    open: ['1.ambient'],
  }),
  'conversation.signedChallenge.begin': door(signedChallenge.begin, ['initiator', { version: '200512', ambient }], {
    open: ['1.ambient'],
  }),
  'conversation.requestAction': door(requestAction, ['200512', 'issue']),
  'conversation.responseAction': door(responseAction, ['200512', 'issue']),
  'conversation.trustActionOf': door(trustActionOf, ['urn:a']),
  'conversation.trustVersionOf': door(trustVersionOf, ['urn:a']),
  'conversation.namedContexts': door(namedContexts, [sampleEnvelope()]),
  'conversation.passwordMatches': door(
    passwordMatches,
    [
      {
        kind: 'digest',
        username: 'alice',
        nonce: new Uint8Array(8),
        created: '2026',
        createdAtMs: NOW_MS,
        digest: new Uint8Array(20),
      },
      new Uint8Array(8),
    ],
    { open: ['0'] },
  ),
  'conversation.withSequences': door(withSequences, [profile, 'urn:there'], { whole: ['0'] }),
  'conversation.completeSequenceSettings': door(completeSequenceSettings, [sequences]),
  'conversation.claimedSequenceHeaders': door(claimedSequenceHeaders, [sampleEnvelope(), policyOf()], {
    whole: ['1'],
    peers: ['0'],
  }),
  'conversation.SequencedInitiator': door(
    (options: ConstructorParameters<typeof SequencedInitiator>[0]) => new SequencedInitiator(options),
    [
      {
        initiator: holding(),
        profile: withSequences(profile),
        records: new MemoryRecords(),
        ambient,
        soapVersion: '1.2',
        to: 'urn:there',
        name: 'orders',
        version: '200702',
        settings: completeSequenceSettings(sequences),
      },
    ],
    { open: ['0.ambient'], whole: ['0.profile'] },
  ),
  'conversation.PerMessageInitiator': door(
    (options: PerMessageOptions) => new PerMessageInitiator(options),
    [perMessageOptions],
    { open: ['0.ambient', '0.bootstrap'], whole: ['0.profile', '0.bootstrap'] },
  ),
  'conversation.PerMessageInitiator#requestMessage': door(
    (...given: Given<PerMessageInitiator['requestMessage']>) =>
      new PerMessageInitiator(perMessageOptions).requestMessage(...given),
    [application(), 'application'],
  ),
  'conversation.PerMessageInitiator#receive': door(
    (...given: Given<PerMessageInitiator['receive']>) => new PerMessageInitiator(perMessageOptions).receive(...given),
    [sampleEnvelope(), { messageId: 'urn:uuid:1' }, channel],
    { open: ['1'], refused: /^caller\.context-unusable$/ },
  ),
  'conversation.SequencedInitiator#number': door(
    (...given: Given<SequencedInitiator['number']>) => sequenced().number(...given),
    [application(), true],
    { refused: UNREADY },
  ),
  'conversation.SequencedInitiator#transmission': door((number: number) => sequenced().transmission(number), [1], {
    refused: UNREADY,
  }),
  'conversation.SequencedInitiator#receive': door(
    (...given: Given<SequencedInitiator['receive']>) => sequenced().receive(...given),
    [sampleEnvelope(), { octets: new Uint8Array(), soapAction: '', messageId: 'urn:uuid:1' }, channel, 1],
    { open: ['1'], refused: /^caller\.context-unusable$/, whole: ['1'] },
  ),
  'conversation.SequencedInitiator#receiveAcknowledgement': door(
    (message: Uint8Array, over: typeof channel) => sequenced().receiveAcknowledgement(message, over),
    [sampleEnvelope(), channel],
    { refused: OF_PEERS },
  ),
  'conversation.SequencedInitiator#giveUp': door((number: number) => sequenced().giveUp(number), [1]),
};

export const CONVERSATION_REASONS: Readonly<Record<string, string>> = {
  'conversation.MemoryRecords': 'takes nothing',
};
