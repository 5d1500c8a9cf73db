/** Profiles of peers: what each writes, wants and leaves out, so that an endpoint's policy is all that one has to say. */
import type { SuiteName } from '@parley/core';
import { algorithmSuite, SUITE_NAMES } from '@parley/core';
import { oneOf, requireKind } from '@parley/core/internal';
import type { PolicyChanges, PolicyName, SealProfile, SealProfileName } from '@parley/engine';
import { policyOf, sealProfile } from '@parley/engine';
import { checkedPolicy } from '@parley/engine/internal';
import type { ConversationProfile, HandshakeStyle } from './conversation-profile.ts';
import type { EndpointPolicy } from './endpoint-policy.ts';
import { ENDPOINT_POLICY } from './profile-shape.ts';
import type { ContextProtection, Guard, TransportProtection } from './protection.ts';

/** `parley` is ourselves: the strictest there is. */
export const PEER_NAMES = ['parley', 'cxf', 'wcf-message', 'wcf-mixed', 'websphere', 'metro', 'rampart'] as const;
export type PeerName = (typeof PEER_NAMES)[number];

const PEER = oneOf(PEER_NAMES);
const SUITE = oneOf(SUITE_NAMES);

/** What a peer is like. */
interface PeerHabits {
  /** What `seal` and `open` know of it. */
  readonly seal: SealProfileName;
  readonly policy: PolicyName;
  readonly mac?: ContextProtection['mac'];
  readonly binding?: 'transport';
  readonly encrypt?: ContextProtection['encrypt'];
  /** Where the Body is encrypted first. */
  readonly tokenOrder?: ContextProtection['tokenOrder'];
  /** Renewals and cancellations are signed and not encrypted, first encrypted or not. */
  readonly clearCancel: boolean;
  /** Renewals and cancellations are under derived keys, whether other messages are or not. */
  readonly derivesProofs: boolean;
  /** By the transport, a Cancel and its answer have the Body signed, where other messages have a Timestamp alone. */
  readonly signedCancel?: boolean;
  readonly handshake: Pick<HandshakeStyle, 'signature' | 'confirm' | 'policy'>;
  readonly mustUnderstand: boolean;
  readonly keys: ConversationProfile['keys'];
  /** What is let go in all that it writes, beside what {@link policy} does. */
  readonly allows?: PolicyChanges;
}

// interop: CXF and Metro sign with RSA-SHA1 and HMAC-SHA1 even under the Sha256 suites.
const JAVA_HANDSHAKE: PeerHabits['handshake'] = {
  signature: 'rsa-sha1',
  confirm: 'none',
  policy: { layout: 'lax', signatures: ['rsa-sha1', 'rsa-sha256'] },
};
const JAVA: PeerHabits = {
  seal: 'cxf',
  policy: 'cxf',
  encrypt: 'body',
  clearCancel: true,
  derivesProofs: true,
  handshake: JAVA_HANDSHAKE,
  mustUnderstand: true,
  keys: 'combined',
};
const CXF: PeerHabits = { ...JAVA, signedCancel: true };
const WCF: PeerHabits = {
  seal: 'wcf-message',
  policy: 'wcf-message',
  encrypt: 'body-and-signature',
  tokenOrder: 'encrypt-then-sign',
  clearCancel: true,
  derivesProofs: false,
  handshake: { confirm: 'signed-unless-user', policy: { signatures: ['rsa-sha1', 'rsa-sha256'] } },
  mustUnderstand: true,
  keys: 'combined',
};

const HABITS: Readonly<Record<PeerName, PeerHabits>> = {
  parley: {
    seal: 'wcf-message',
    policy: 'strict',
    encrypt: 'body-and-signature',
    clearCancel: false,
    derivesProofs: true,
    handshake: { signature: 'rsa-sha256', confirm: 'signed', policy: {} },
    mustUnderstand: true,
    keys: 'combined',
  },
  cxf: CXF,
  'wcf-message': WCF,
  'wcf-mixed': { ...WCF, binding: 'transport', handshake: { ...WCF.handshake, confirm: 'none' } },
  // interop: CXF 2.6 refuses wsa headers to be understood where its policy does not use WS-Addressing.
  websphere: { ...CXF, seal: 'websphere', policy: 'websphere', mustUnderstand: false },
  // interop: Metro and Rampart send the issuer's key alone, where they are not told to want entropy of their own.
  metro: { ...JAVA, seal: 'metro', policy: 'metro', derivesProofs: false, mustUnderstand: false, keys: 'any' },
  rampart: {
    ...JAVA,
    seal: 'metro',
    policy: 'metro',
    // interop: Rampart refuses a Cancel in clear, signs no wsa header of a bootstrap, and its client of tokens knows none.
    clearCancel: false,
    handshake: {
      ...JAVA_HANDSHAKE,
      policy: { ...JAVA_HANDSHAKE.policy, requireSignedAddressing: false, requiredHeaders: [] },
    },
    mustUnderstand: false,
    keys: 'any',
    // interop: its client names the token that endorses as if it were an assertion.
    allows: { allowMistypedReferences: true },
  },
};

/**
 * How to converse with an endpoint of the peer `name`, under `suite`, whose policy says `endpoint` beside what the peer does
 * anyway (docs/conversation.md has the table). Give it to the initiator or the responder: it says how each of its messages is
 * written, and what is demanded of the other side's.
 *
 * @throws Fault `caller.option-invalid` an unknown peer or suite, what no endpoint says, and as `policyOf`
 */
export function peerProfile(
  name: PeerName,
  suite: SuiteName = 'Basic256',
  said: EndpointPolicy = {},
): ConversationProfile {
  requireKind(PEER, name, 'peer');
  requireKind(SUITE, suite, 'suite');
  requireKind(ENDPOINT_POLICY, said, 'endpoint');
  const habits = HABITS[name];
  const isTransport = (said.binding ?? habits.binding) === 'transport';
  const endpoint = { ...said, policy: { ...habits.allows, ...suitePolicy(habits, suite), ...said.policy } };
  const guards = isTransport ? transportGuards(name, habits, endpoint) : symmetricGuards(habits, endpoint);
  const { addressing = '1.0', confirm = false } = endpoint;
  return {
    suite,
    addressing: {
      version: addressing === 'none' ? '1.0' : addressing,
      mustUnderstand: endpoint.mustUnderstandAddressing ?? (addressing !== 'none' && habits.mustUnderstand),
    },
    pairing: addressing === 'none' ? 'connection' : 'relates-to',
    handshake: handshakeStyle(habits, endpoint),
    ...guards,
    confirm,
    keys: endpoint.entropy ?? habits.keys,
  };
}

/** What a suite has that the peer does not send of itself: taken by whoever asks for that suite by its name. */
function suitePolicy({ policy }: PeerHabits, suite: SuiteName): PolicyChanges {
  const { cipher, keyTransport, encryptionKeyBytes } = algorithmSuite(suite);
  return {
    ...(!policyOf(policy).ciphers.includes(cipher.name) && { ciphers: [cipher.name] }),
    ...(keyTransport.name === 'rsa-1_5' && { keyTransports: [keyTransport.name], rsa15KeyBytes: encryptionKeyBytes }),
  };
}

type Guards = Pick<ConversationProfile, 'requests' | 'answers' | 'renewals' | 'cancels' | 'cancelAnswers'>;

function symmetricGuards(habits: PeerHabits, endpoint: EndpointPolicy): Guards {
  const protection = messageProtection(habits, endpoint);
  const external: ContextProtection = { ...protection, token: 'external' };
  const separate: PolicyChanges = protection.keys === 'direct' ? { requireSeparateKeys: false } : {};
  const requestPolicy = policyOf(habits.policy, { ...separate, ...endpoint.policy });
  const answerPolicy = answerPolicyOf(habits.policy, separate, endpoint);
  const clear = { encrypt: 'none', order: 'sign-then-encrypt', tokenOrder: undefined } as const;
  const last = habits.clearCancel ? clear : {};
  const proof = habits.derivesProofs ? derived : (written: ContextProtection): ContextProtection => written;
  return {
    requests: { protection, policy: requestPolicy },
    answers: { protection: external, policy: answerPolicy },
    // A Renew is read under two protections, so its Body stays in clear under the signature: the channel hides it.
    renewals: { protection: { ...proof(protection), ...clear }, policy: renewalPolicy(habits, endpoint) },
    cancels: { protection: { ...proof(protection), ...last }, policy: requestPolicy },
    cancelAnswers: { protection: { ...proof(external), ...last }, policy: withoutConfirmation(answerPolicy) },
  };
}

/** Requests that a context endorses over TLS, and answers that TLS alone protects (WS-SecurityPolicy's TransportBinding). */
function transportGuards(name: PeerName, habits: PeerHabits, endpoint: EndpointPolicy): Guards {
  const { signedCancel = false } = habits;
  const { mac: _, ...timestamp } = sealProfile('wcf-mixed', 'request');
  const mac = macOf(habits);
  const protection: ContextProtection = {
    ...timestamp,
    ...mac,
    keys: endpoint.keys ?? (name === 'wcf-mixed' ? 'direct' : 'explicit'),
  };
  const requestPolicy = policyOf('wcf-mixed', { layout: 'lax', ...tokenHabits(habits), ...endpoint.policy });
  const bare: TransportProtection = { transport: true };
  const answers: Guard = {
    protection: bare,
    policy: answerPolicyOf('transport', { requireTimestamp: false }, endpoint),
  };
  const signed: ContextProtection = {
    ...sealProfile(habits.seal, 'request'),
    ...mac,
    keys: 'explicit',
    encrypt: 'none',
  };
  return {
    requests: { protection, policy: requestPolicy },
    answers,
    renewals: { protection: name === 'wcf-mixed' ? protection : signed, policy: requestPolicy },
    cancels: { protection: signedCancel ? signed : protection, policy: requestPolicy },
    cancelAnswers: !signedCancel
      ? { ...answers, policy: withoutConfirmation(answers.policy) }
      : {
          protection: { ...signed, token: 'external' },
          policy: answerPolicyOf(
            'body-only',
            { layout: 'lax', trustTransport: true, requireSignatureConfirmation: false },
            endpoint,
          ),
        },
  };
}

function messageProtection(habits: PeerHabits, { encrypt, order, keys, token }: EndpointPolicy): ContextProtection {
  const profile: SealProfile = sealProfile(habits.seal, 'request');
  return {
    ...profile,
    encrypt: encrypt ?? habits.encrypt ?? profile.encrypt,
    order: order ?? profile.order,
    ...(order === 'encrypt-then-sign' && habits.tokenOrder && { tokenOrder: habits.tokenOrder }),
    keys: keys ?? profile.keys,
    token: token ?? profile.token,
    ...(keys === 'direct' && { oneKeyForBoth: true }),
  };
}

/** What a peer does to tokens in all its messages. */
function tokenHabits({ policy }: PeerHabits): PolicyChanges {
  const { allowTokenCopy, allowMixedGenerations, allowIdentifierFragment, allowMistypedReferences } = policyOf(policy);
  return { allowTokenCopy, allowMixedGenerations, allowIdentifierFragment, allowMistypedReferences };
}

function macOf(habits: PeerHabits): Pick<ContextProtection, 'mac'> {
  const { mac } = sealProfile(habits.seal, 'request');
  return mac === undefined ? {} : { mac };
}

/** What is under one key for one use only is taken by all but WCF and Metro. */
function derived({ oneKeyForBoth: _, ...protection }: ContextProtection): ContextProtection {
  return protection.keys === 'direct' ? { ...protection, keys: 'explicit' } : protection;
}

/** A renewal may be what the bootstrap makes of it: a Timestamp that the old key signs, over TLS. */
function renewalPolicy(habits: PeerHabits, endpoint: EndpointPolicy): Guard['policy'] {
  return habits.policy === 'strict'
    ? policyOf('strict', endpoint.policy)
    : policyOf('wcf-mixed', { layout: 'lax', ...tokenHabits(habits), ...endpoint.policy });
}

function answerPolicyOf(profile: PolicyName, changes: PolicyChanges, endpoint: EndpointPolicy): Guard['policy'] {
  return policyOf(profile, {
    requireSignatureConfirmation: endpoint.confirm === true,
    ...endpoint.policy,
    ...changes,
    endpointAddress: undefined,
  });
}

function withoutConfirmation(policy: Guard['policy']): Guard['policy'] {
  return checkedPolicy({ ...policy, requireSignatureConfirmation: false });
}

function handshakeStyle(habits: PeerHabits, endpoint: EndpointPolicy): HandshakeStyle {
  // interop: what a WCF binding says of its messages is not said of its bootstrap.
  const likeMessages = habits === HABITS['wcf-message'] ? {} : endpoint;
  const { encrypt, order } = { ...likeMessages, ...endpoint.handshake };
  const { keys: _k, token: _t, ...protection } = messageProtection(habits, { encrypt, order });
  const isConfirmed = endpoint.handshake?.confirm ?? (endpoint.confirm === true ? true : undefined);
  const { signature, confirm, policy } = habits.handshake;
  return {
    // What holds key material is encrypted, whatever is done with messages.
    protection: { ...protection, encrypt: protection.encrypt === 'none' ? 'body' : protection.encrypt },
    signature,
    policy: { ...tokenHabits(habits), ...policy, ...endpoint.policy },
    confirm: isConfirmed === undefined ? confirm : isConfirmed ? 'all' : 'none',
  };
}
