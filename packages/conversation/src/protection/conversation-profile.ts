/** All that the two sides of a conversation have to agree on beside whom they are. */
import type { SuiteName } from '@parley/core';
import type { EncryptedKeySealRequest, PolicyChanges } from '@parley/engine';
import type { AddressingStyle } from '../soap/addressing-style.ts';
import type { ContextProtection, Guard } from './protection.ts';

/** How requests and answers that a bootstrap protects are written and read, as far as no kind of bootstrap decides it. */
export interface HandshakeStyle {
  readonly protection: Pick<
    EncryptedKeySealRequest,
    'sign' | 'encrypt' | 'order' | 'tokenOrder' | 'layout' | 'mac' | 'digest' | 'derivedKeyDefaults' | 'mustUnderstand'
  >;
  /** Whether a session key that a message brings is used as it is. Default: keys are derived of it. */
  readonly keys?: 'explicit' | 'direct' | undefined;
  /** Of certificates. Default: the suite's. */
  readonly signature?: string | undefined;
  /** What is changed of the bootstrap's policy. */
  readonly policy: PolicyChanges;
  /**
   * Which answers confirm the signatures of their requests: those to requests that the message protects, with or without such
   * as bring a user; or all, where one without signatures is confirmed as that.
   */
  readonly confirm: 'none' | 'signed-unless-user' | 'signed' | 'all';
}

/** What a proven renewal under the bootstrap's protection has of the context. */
export type RenewalProtection = ContextProtection;

export interface ConversationProfile {
  readonly suite: SuiteName;
  readonly addressing: AddressingStyle;
  /** What binds an answer to its request: wsa:RelatesTo, or, for peers without WS-Addressing, the connection it came on. */
  readonly pairing: 'relates-to' | 'connection';
  /** Issue and Renew: what the bootstrap protects. */
  readonly handshake: HandshakeStyle;
  readonly requests: Guard;
  readonly answers: Guard;
  /** Renewals over a secure channel, which the old key proves beside the credential. */
  readonly renewals: { readonly protection: RenewalProtection; readonly policy: Guard['policy'] };
  readonly cancels: Guard;
  readonly cancelAnswers: Guard;
  /** Whether answers confirm the signatures of their requests: ours do, and theirs must. */
  readonly confirm: boolean;
  /** What the initiator takes for a key: one that both sides contributed to, or one that the issuer chose alone, too. */
  readonly keys: 'combined' | 'any';
}
