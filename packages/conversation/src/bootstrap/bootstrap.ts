/** What a way to begin conversations is: everything about it that initiator and responder do not know. */
import type { Secret, SecurityContext, SuiteName, Version } from '@parley/core';
import type {
  BootstrapProfileName,
  Credentials,
  EncryptedKey,
  OpenedMessage,
  Policy,
  PolicyChanges,
} from '@parley/engine';
import type { Ambient } from '../exchange/ambient.ts';
import type { Channel } from '../exchange/channel.ts';
import type { ConversationProfile, HandshakeStyle } from '../protection/conversation-profile.ts';
import type { ProtectionRequest } from '../protection/protection.ts';
import type { ContextStore } from '../store/context-store.ts';
import type { Authenticate } from '../trust/password.ts';

/** One way to begin conversations, with what each side must bring. */
export interface BootstrapKind<Initiators extends readonly unknown[], Responders extends readonly unknown[]> {
  /** What it is given is borrowed for as long as the initiator lives. */
  initiator(...options: Initiators): InitiatorBootstrap;
  /** Likewise. */
  responder(...options: Responders): ResponderBootstrap;
}

/** What a bootstrap is told of the conversation. */
export interface HandshakeScene {
  readonly suite: SuiteName;
  readonly version: Version;
  readonly style: HandshakeStyle;
  readonly ambient: Ambient;
}

/** What a bootstrap is told in an exchange of this generation. */
export function sceneOf(
  {
    profile,
    ambient,
  }: { readonly profile: Pick<ConversationProfile, 'suite' | 'handshake'>; readonly ambient: Ambient },
  version: Version,
): HandshakeScene {
  return { suite: profile.suite, version, style: profile.handshake, ambient };
}

/** The initiator's half. */
export interface InitiatorBootstrap {
  readonly kind: string;
  /** What keeps the handshake secret and whole: the channel, which must then be secure, or the message itself. */
  readonly protectedBy: 'channel' | 'message';
  /** Begins a request of trust, and what its answer will be opened with. */
  begin(scene: HandshakeScene): InitiatorHandshake;
  /** Encrypts key material (borrowed) for the responder, beside what hides the message. Not there: it has no key for that. */
  readonly encryptKey?: (secret: Secret, scene: HandshakeScene) => EncryptedKey;
}

/** One request of trust, with its keys. */
export interface InitiatorHandshake {
  /** How the request is sealed. */
  readonly request: ProtectionRequest;
  /** How the answer is opened. */
  readonly policy: Policy;
  readonly credentials: Credentials;
  /** That the answer is under, where the bootstrap is one; borrowed. */
  readonly context?: SecurityContext | undefined;
  /** Wipes what was made for it. */
  wipe(): void;
}

/** The responder's half. */
export interface ResponderBootstrap {
  readonly kind: string;
  /** As in {@link InitiatorBootstrap}. */
  readonly protectedBy: 'channel' | 'message';
  /** The policy that requests are opened with, and what is demanded beside keys: a user, an endorsement, an assertion. */
  readonly profile: BootstrapProfileName | 'wcf-mixed' | 'strict';
  readonly demands: PolicyChanges;
  /** What its requests may have beside, where the conversation's profile says nothing else. */
  readonly allows?: PolicyChanges | undefined;
  readonly credentials: Credentials;
  /** Judges passwords, where {@link demands} wants a user. */
  readonly authenticate?: Authenticate | undefined;
  /** Where contexts are that requests may be under (a session token issued by somebody else). */
  readonly contexts?: Pick<ContextStore, 'get'> | undefined;
  /**
   * Who sent the proven request: the principal of its context. `undefined`: nobody in particular, who is no owner of anything.
   * @throws Fault `peer.authentication-failed`
   */
  principalOf(request: HandshakeProof): string | undefined;
  /** How the answer is sealed. */
  answer(request: HandshakeProof, scene: HandshakeScene): ProtectionRequest;
  /** Encrypts key material (borrowed) for whoever sent the request, as in {@link InitiatorBootstrap}. */
  readonly encryptKey?: (secret: Secret, request: HandshakeProof, scene: HandshakeScene) => EncryptedKey;
}

/** A request that its bootstrap has proven. */
export interface HandshakeProof {
  readonly message: OpenedMessage;
  readonly channel: Channel;
  /** Whom {@link ResponderBootstrap.authenticate} named. */
  readonly user: string | undefined;
  /** The session key that came with it; borrowed. */
  readonly sessionKey: { readonly sha1Base64: string; readonly secret: Secret } | undefined;
  /** The context that it is under (a session token issued by somebody else); borrowed. */
  readonly context: SecurityContext | undefined;
}

/** What decides whether the answer to a request confirms its signatures. */
export interface ConfirmedKind {
  readonly isSigned: boolean;
  readonly hasUser: boolean;
}

function isConfirmed({ confirm }: HandshakeStyle, { isSigned, hasUser }: ConfirmedKind): boolean {
  return confirm === 'all' || (isSigned && (confirm === 'signed' || (confirm === 'signed-unless-user' && !hasUser)));
}

/** What the answer to `message` confirms, if this style wants it to. */
export function confirmationOf(
  style: HandshakeStyle,
  { signatureValues }: OpenedMessage,
  kind: ConfirmedKind,
): { readonly confirm?: readonly string[] } {
  return isConfirmed(style, kind) ? { confirm: signatureValues } : {};
}

/** The policy of answers: as `style` changes it, and to no address in particular. */
export function answerChanges(style: HandshakeStyle, kind: ConfirmedKind): PolicyChanges {
  const requireSignatureConfirmation = isConfirmed(style, kind);
  return { ...style.policy, endpointAddress: undefined, requireSignatureConfirmation };
}
