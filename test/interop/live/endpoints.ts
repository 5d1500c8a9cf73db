/** The endpoints of the Java peers: everything that follows from a name. See cxf/src/parley/interop/cxf/Policies.java. */
import type {
  ConversationProfile,
  EndpointPolicy,
  InitiatorBootstrap,
  KeyContribution,
  PeerName,
  ResponderBootstrap,
  SequenceVersion,
  SoapVersion,
} from '@parley/conversation';
import { peerProfile } from '@parley/conversation';
import type { SuiteName, Version } from '@parley/core';
import type { PolicyChanges } from '@parley/engine';
import { liveKeys } from './live-keys.ts';
import type { BootstrapWord, Parties } from './parties.ts';
import { partiesOf } from './parties.ts';

export interface LiveEndpoint {
  readonly name: string;
  readonly isOverTls: boolean;
  /** Whether the channel counts as secure. Default: over TLS. */
  readonly isSecure?: boolean;
  readonly version: Version;
  readonly soapVersion: SoapVersion;
  readonly suite: SuiteName;
  readonly profile: ConversationProfile;
  /** `none`: the peer contributes no entropy, nor wants any. */
  readonly entropy: 'client' | 'none';
  /** The sequences of a reliable session, where its messages are in such. */
  readonly reliable?: SequenceVersion;
  /** The silence that ends such a session; nothing is said for longer between two of its calls, and it is to be kept alive. */
  readonly inactivityMs?: number;
  /** Whether its messages are each under the bootstrap, and not under a context. */
  readonly isContextless?: boolean;
  /** Who contributes to keys that we issue. Default: both. */
  readonly keyContribution?: KeyContribution;
  initiator(): InitiatorBootstrap;
  responder(): ResponderBootstrap;
}

const SUITES: Readonly<Record<string, SuiteName>> = { gcm: 'Basic256GCM', sha: 'Basic256Sha256', b128: 'Basic128' };

/** Messages of a reliable session, whose headers whoever holds one understands. */
export const RELIABLE_MESSAGING: PolicyChanges = {
  understoodHeaders: [
    { namespace: 'http://docs.oasis-open.org/ws-rx/wsrm/200702' },
    { namespace: 'http://schemas.xmlsoap.org/ws/2005/02/rm' },
  ],
};

/** The parties of live conversations. */
export function liveParties(): Parties {
  return partiesOf(liveKeys(), 'correct horse');
}

/** `policy`: what more is to be let go of. */
export function liveEndpoint(
  peer: PeerName,
  name: string,
  parties: Parties = liveParties(),
  policy: PolicyChanges = {},
): LiveEndpoint {
  const [bootstrap = '', protection = '', generation, soap] = name.split('-');
  const suite = SUITES[protection] ?? 'Basic256';
  const isContextless = isWithoutContext(name);
  const isMixed = bootstrap === 'mix' || (isContextless && bootstrap === 'tls');
  const word = (bootstrap === 'mix' ? 'tls' : bootstrap) as BootstrapWord;
  const said = policyOfName(peer, protection, isMixed);
  return {
    name,
    isOverTls: word === 'tls',
    version: generation === '13' ? '200512' : '200502',
    soapVersion: soap === '12' ? '1.2' : '1.1',
    suite,
    profile: peerProfile(peer, suite, { ...said, policy: { ...said.policy, ...policy } }),
    entropy: protection === 'noent' ? 'none' : 'client',
    ...(protection.startsWith('rm') && { reliable: generation === '13' ? '200702' : '200502' }),
    isContextless,
    initiator: () => parties.initiator(word),
    responder: () => parties.responder(word),
  };
}

/** Whether each message of a Java peer's endpoint is under the bootstrap, by itself. */
export function isWithoutContext(name: string): boolean {
  return name.includes('-rmlone-');
}

function policyOfName(peer: PeerName, protection: string, isMixed: boolean): EndpointPolicy {
  const confirm = protection === 'conf' ? { confirm: true } : {};
  const reliable = protection.startsWith('rm') && { policy: RELIABLE_MESSAGING };
  if (isMixed)
    return { binding: 'transport', keys: protection === 'nodk' ? 'direct' : 'explicit', ...reliable, ...confirm };
  return {
    encrypt: protection === 'sig' ? 'none' : protection.endsWith('es') ? 'body-and-signature' : 'body',
    ...(protection.startsWith('ebs') && { order: 'encrypt-then-sign' }),
    ...(protection === 'nodk' && (peer === 'rampart' ? ONE_KEY_READ : { keys: 'direct' })),
    ...(protection === 'never' && { token: 'external' }),
    ...(protection === 'wsa04' && { addressing: '2004/08' }),
    ...(protection === 'nowsa' && { addressing: 'none' }),
    ...reliable,
    ...confirm,
  };
}

// interop: Rampart's client finds no key of an answer that is not derived, whatever its policy says.
const ONE_KEY_READ: EndpointPolicy = { policy: { requireSeparateKeys: false } };
