/** The endpoints of the Java peers: everything that follows from a name. See cxf/src/parley/interop/cxf/Policies.java. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type {
  ConversationProfile,
  EndpointPolicy,
  InitiatorBootstrap,
  KeyContribution,
  PasswordAttempt,
  PeerName,
  ResponderBootstrap,
  SoapVersion,
} from '@parley/conversation';
import { asymmetricX509, passwordMatches, peerProfile, symmetricX509, usernameOverTls } from '@parley/conversation';
import type { SuiteName, Version } from '@parley/core';
import { Certificate, CertifiedKey, DEFAULT_LIMITS, PrivateKey, Secret, Trust } from '@parley/core';
import { liveKeys } from './live-peer.ts';

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
  /** Who contributes to keys that we issue. Default: both. */
  readonly keyContribution?: KeyContribution;
  initiator(): InitiatorBootstrap;
  responder(): ResponderBootstrap;
}

export const USER = 'alice';
export const PASSWORD = new TextEncoder().encode('correct horse');
const SUITES: Readonly<Record<string, SuiteName>> = { gcm: 'Basic256GCM', sha: 'Basic256Sha256', b128: 'Basic128' };

export function liveEndpoint(peer: PeerName, name: string): LiveEndpoint {
  const [bootstrap = '', protection = '', generation, soap] = name.split('-');
  const suite = SUITES[protection] ?? 'Basic256';
  const isMixed = bootstrap === 'mix';
  return {
    name,
    isOverTls: bootstrap === 'tls' || isMixed,
    version: generation === '13' ? '200512' : '200502',
    soapVersion: soap === '12' ? '1.2' : '1.1',
    suite,
    profile: peerProfile(peer, suite, policyOfName(protection, isMixed)),
    entropy: protection === 'noent' ? 'none' : 'client',
    initiator: () => initiatorFor(bootstrap),
    responder: () => responderFor(bootstrap),
  };
}

function policyOfName(protection: string, isMixed: boolean): EndpointPolicy {
  const confirm = protection === 'conf' ? { confirm: true } : {};
  if (isMixed) return { binding: 'transport', keys: protection === 'nodk' ? 'direct' : 'explicit', ...confirm };
  return {
    encrypt: protection === 'sig' ? 'none' : protection.endsWith('es') ? 'body-and-signature' : 'body',
    ...(protection.startsWith('ebs') && { order: 'encrypt-then-sign' }),
    ...(protection === 'nodk' && { keys: 'direct' }),
    ...(protection === 'never' && { token: 'external' }),
    ...(protection === 'wsa04' && { addressing: '2004/08' }),
    ...(protection === 'nowsa' && { addressing: 'none' }),
    ...confirm,
  };
}

const file = (name: string): Buffer => readFileSync(path.join(liveKeys(), name));
const certificatesIn = (name: string): readonly Certificate[] =>
  Certificate.readPem(file(`${name}.pem`), DEFAULT_LIMITS);
const certificateOf = (name: string): Certificate => certificatesIn(name)[0]!;
const keyOf = (name: string): PrivateKey =>
  PrivateKey.read({ format: 'pem', bytes: file(`${name}.key`) }, { uses: ['signature', 'encryption', 'rsa-1_5'] });
export const own = (name: string) => ({ certificate: certificateOf(name), privateKey: keyOf(name) });
export const signer = (name: string) => ({
  key: CertifiedKey.of(keyOf(name), [certificateOf(name)]),
  reference: 'direct' as const,
});

export function liveTrust(): Trust {
  const intermediates = [certificateOf('client'), certificateOf('server')];
  return new Trust({ anchors: certificatesIn('ca'), intermediates, revocation: 'if-listed' });
}

export function authenticate(attempt: PasswordAttempt): string | undefined {
  return attempt.username === USER && passwordMatches(attempt, PASSWORD) ? USER : undefined;
}

function initiatorFor(bootstrap: string): InitiatorBootstrap {
  const username = { username: USER, password: Secret.copyOf(PASSWORD) };
  const service = { certificate: certificateOf('server'), reference: 'thumbprint' } as const;
  switch (bootstrap) {
    case 'x509':
      return symmetricX509.initiator({ service });
    case 'x509m':
      return symmetricX509.initiator({ service, endorse: signer('client') });
    case 'ut':
      return symmetricX509.initiator({ service, username });
    case 'asym':
      return asymmetricX509.initiator({
        signature: signer('client'),
        service,
        trust: liveTrust(),
        ownKeys: [own('client')],
      });
    default:
      return usernameOverTls.initiator(username);
  }
}

function responderFor(bootstrap: string): ResponderBootstrap {
  const ownKeys = [own('server')];
  switch (bootstrap) {
    case 'x509':
      return symmetricX509.responder({ ownKeys });
    case 'x509m':
      return symmetricX509.responder({ ownKeys, endorsers: liveTrust() });
    case 'ut':
      return symmetricX509.responder({ ownKeys, authenticate });
    case 'asym':
      return asymmetricX509.responder({
        signature: { ...signer('server'), reference: 'thumbprint' },
        ownKeys,
        trust: liveTrust(),
        reference: 'thumbprint',
      });
    default:
      return usernameOverTls.responder({ authenticate });
  }
}
