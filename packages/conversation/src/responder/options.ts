import type { SecurityContext, Telemetry } from '@parley/core';
import { Trust } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import {
  callback,
  instanceOf,
  listOf,
  objectWith,
  oneOf,
  optional,
  port,
  shapeOf,
  TELEMETRY,
  TEXT,
  whole,
} from '@parley/core/internal';
import type { ReplayCache } from '@parley/engine';
import { ASSERTION_ISSUERS } from '@parley/engine/internal';
import type { ResponderBootstrap } from '../bootstrap/bootstrap.ts';
import { RESPONDER_BOOTSTRAP } from '../bootstrap/bootstrap-shape.ts';
import type { Ambient } from '../exchange/ambient.ts';
import { AMBIENT } from '../exchange/ambient-shape.ts';
import type { PoolMaker } from '../exchange/work.ts';
import type { NegotiationKind } from '../negotiation/negotiation.ts';
import { NEGOTIATION } from '../negotiation/negotiation-shape.ts';
import type { ConversationProfile } from '../protection/conversation-profile.ts';
import { CONVERSATION_PROFILE } from '../protection/profile-shape.ts';
import type { Alarm } from '../quota/alarm-bell.ts';
import type { ResponderSequenceOptions } from '../sequence-keeping/settings.ts';
import { RESPONDER_SEQUENCE_OPTIONS } from '../sequence-keeping/settings.ts';
import type { ContextStore } from '../store/context-store.ts';
import type { KeyForm } from '../trust/key-element.ts';
import type { KeyContribution } from '../trust/key-material.ts';
import type { AmendmentPolicy } from './amendment-policy.ts';

/** Who wants to bring a context, and what for. */
export interface ContextCreation {
  readonly principal: string;
  /** The Context attribute, if there is one: what the context is for. */
  readonly use: string | undefined;
}

/** Says whether somebody may: asked once he is proven, before his token is stored. */
export type MayCreateContexts = (creation: ContextCreation) => boolean | Promise<boolean>;

/** An issuer that tells of a context of somebody else. */
export interface ContextTransfer {
  /** Whom the bootstrap proves. */
  readonly issuer: string;
  /** Whose context it is, as the issuer says; `undefined`: nobody's in particular. */
  readonly principal: string | undefined;
  /** As in {@link ContextCreation}. */
  readonly use: string | undefined;
}

/** Says whether this issuer's word counts, for that principal: it could be anybody to us. Asked as {@link MayCreateContexts}. */
export type MayTransferContexts = (transfer: ContextTransfer) => boolean | Promise<boolean>;

/** What became of a context, for services that have a store of their own. */
export interface ContextChange {
  readonly kind: 'issued' | 'renewed' | 'cancelled';
  /** As it is now, the newest key last; before its end, where it is cancelled. Borrowed until the promise settles. */
  readonly context: SecurityContext;
  /** The service that it was asked for, by AppliesTo; `undefined`: none in particular, and where it is not issued. */
  readonly scope: string | undefined;
}

/** Tells them. Where that fails, the request is refused. */
export type TellServices = (change: ContextChange) => void | Promise<void>;

export interface ResponderOptions {
  readonly store: ContextStore;
  readonly ambient: Ambient;
  /** How conversations begin, and who their principals are. */
  readonly bootstrap: ResponderBootstrap;
  /**
   * How messages are protected, both ways. Default: `peerProfile('parley')`. Give its policy the endpoint's address
   * (`endpointAddress`), so that messages for others are refused.
   */
  readonly profile?: ConversationProfile | undefined;
  /** Default: one in memory, of this responder. Several nodes need one that they share. */
  readonly replayCache?: ReplayCache | undefined;
  /** Longest life of a context; a request may ask for less. Default 10 hours. */
  readonly contextLifetimeMs?: number | undefined;
  /**
   * Shortest life of a context, whatever a request asks for: some clients ask for five minutes and cannot renew. Default:
   * what is asked for.
   */
  readonly contextLifetimeMinMs?: number | undefined;
  /** Who contributes to a key where the request brings entropy. Default: `both`. */
  readonly entropy?: KeyContribution | undefined;
  /**
   * How keys and entropy travel in answers, as in `InitiatorOptions`: for bootstraps with a certificate of the initiator, or with a
   * session key. Default: `binary-secret`.
   */
  readonly keyForm?: KeyForm | undefined;
  /**
   * Who may bring contexts of their own making (an unsolicited RSTR), of those whom the bootstrap proves. Both sides then chose what
   * the initiator chose alone. Default: nobody.
   */
  readonly mayCreate?: MayCreateContexts | undefined;
  /** Which issuers may bring contexts of others, whose word then says whose they are. Default: none. */
  readonly mayTransfer?: MayTransferContexts | undefined;
  /**
   * Tells services that have stores of their own of contexts for them (`Initiator.requestTransfer`): awaited before the answer leaves.
   * Default: all services use this store.
   */
  readonly tellServices?: TellServices | undefined;
  /** How every context that is asked for is agreed on, in several legs. Default: it is answered at once. */
  readonly negotiation?: NegotiationKind | undefined;
  /** Negotiations that wait for a leg at one time; one principal may have a quarter of them. Default 128. */
  readonly negotiationsMax?: number | undefined;
  /** How long a negotiation may take. Default 1 minute. */
  readonly negotiationWithinMs?: number | undefined;
  /** Who may say more of the holder of a context. Default: nobody, nothing is amended. */
  readonly amend?: AmendmentPolicy | undefined;
  /** Addresses of the services that contexts are for, of an issuer that serves several: AppliesTo names one of them. Default: any. */
  readonly scopes?: readonly string[] | undefined;
  /** How long after its end a context may be renewed that was not agreed to be. Default: not at all. */
  readonly renewGraceMs?: number | undefined;
  /**
   * Whether Renew and Cancel are taken without proof of the context's key, as CXF's client sends them: `same-principal` takes them
   * from whoever the bootstrap says is the context's principal, who may then be anybody who knows that credential. Default: `refuse`.
   */
  readonly unproven?: 'refuse' | 'same-principal' | undefined;
  /** Opens applications' messages and seals their answers on worker threads. Default: the calling thread does. */
  readonly pool?: PoolMaker | undefined;
  /** How long the old key serves beside a renewed one; and how long any serves after its end to answer what came in time. Default 5 minutes. */
  readonly rolloverMs?: number | undefined;
  /**
   * Takes sequences of messages (WS-ReliableMessaging): numbered, each handed over once. The store must have records. Default: messages
   * in a sequence are refused, as not understood.
   */
  readonly sequences?: ResponderSequenceOptions | undefined;
  /** Default 5 minutes. */
  readonly timestampLifetimeMs?: number | undefined;
  /** Live keys of one context: renewals within the rollover. Default 4. */
  readonly keysPerContextMax?: number | undefined;
  /** Keep keys that have rolled over, for verifying logs. Default `drop`. */
  readonly expiredKeys?: 'drop' | 'retain' | undefined;
  /** Contexts of one principal, live or over and still remembered by the store. Default 1000. */
  readonly contextsPerPrincipalMax?: number | undefined;
  /** The same of all principals, of all who issue into the store where it has `records`. Default 1,000,000. */
  readonly contextsMax?: number | undefined;
  /** Handshakes that one principal may make at once. Default 1000. */
  readonly requestsPerPrincipalMax?: number | undefined;
  /** How many of them come back in a minute. Default 600. */
  readonly requestsPerPrincipalPerMinute?: number | undefined;
  /** Bootstraps that may come from one address (IPv6: one /64) in a minute, proven or not. Default: they are not counted. */
  readonly bootstrapsPerAddressPerMinute?: number | undefined;
  /** How many of them at once. Default: those of a minute. */
  readonly bootstrapsPerAddressMax?: number | undefined;
  /** Wrong passwords of one user from one address before both have to wait. Default 10. */
  readonly loginFailuresMax?: number | undefined;
  /** How long after the next wrong one; each further one doubles it, up to five minutes. Default 1000. */
  readonly loginBackOffMs?: number | undefined;
  /**
   * Application messages that one principal may send in a minute, however many contexts it has. Default: they are not counted;
   * the shares of the replay memory bound them.
   */
  readonly messagesPerPrincipalPerMinute?: number | undefined;
  /** How many of them at once. Default: those of a minute. */
  readonly messagesPerPrincipalMax?: number | undefined;
  /**
   * Told of what somebody should look at: a quota or a share used up, a store that fails. Once a minute of each kind; what it
   * throws is ignored.
   */
  readonly onAlarm?: ((alarm: Alarm) => void) | undefined;
  /** Told of what is answered, and of contexts that begin and end. */
  readonly telemetry?: Telemetry | undefined;
  /** Awaited after a context changed in the store (renew, cancel) and before the answer leaves: forget cached copies. */
  readonly onEvict?: ((identifier: string) => void | Promise<void>) | undefined;
}

/** What each option of a responder may be. */
export const RESPONDER_OPTIONS: Kind<ResponderOptions> = shapeOf<ResponderOptions>({
  store: port('get', 'put', 'insert', 'update', 'cancel', 'forget?', 'changes?'),
  ambient: AMBIENT,
  bootstrap: RESPONDER_BOOTSTRAP,
  profile: optional(CONVERSATION_PROFILE),
  replayCache: optional(port('insertIfAbsent')),
  contextLifetimeMs: optional(whole(1)),
  contextLifetimeMinMs: optional(whole()),
  entropy: optional(oneOf(['both', 'requester', 'issuer'])),
  keyForm: optional(oneOf(['binary-secret', 'encrypted-key'])),
  mayCreate: optional(callback()),
  mayTransfer: optional(callback()),
  tellServices: optional(callback()),
  negotiation: optional(NEGOTIATION),
  negotiationsMax: optional(whole(1)),
  negotiationWithinMs: optional(whole(1)),
  amend: optional(
    objectWith<AmendmentPolicy>({
      trust: optional(instanceOf(Trust)),
      issuers: optional(ASSERTION_ISSUERS),
      audiences: optional(listOf(TEXT)),
      decide: callback(),
    }),
  ),
  scopes: optional(listOf(TEXT)),
  renewGraceMs: optional(whole()),
  unproven: optional(oneOf(['refuse', 'same-principal'])),
  pool: optional(callback()),
  rolloverMs: optional(whole()),
  sequences: optional(RESPONDER_SEQUENCE_OPTIONS),
  timestampLifetimeMs: optional(whole(1)),
  keysPerContextMax: optional(whole(1)),
  expiredKeys: optional(oneOf(['drop', 'retain'])),
  contextsPerPrincipalMax: optional(whole(1)),
  contextsMax: optional(whole(1)),
  requestsPerPrincipalMax: optional(whole(1)),
  requestsPerPrincipalPerMinute: optional(whole(1)),
  bootstrapsPerAddressPerMinute: optional(whole(1)),
  bootstrapsPerAddressMax: optional(whole(1)),
  loginFailuresMax: optional(whole()),
  loginBackOffMs: optional(whole(1)),
  messagesPerPrincipalPerMinute: optional(whole(1)),
  messagesPerPrincipalMax: optional(whole(1)),
  onAlarm: optional(callback()),
  telemetry: optional(TELEMETRY),
  onEvict: optional(callback()),
});
