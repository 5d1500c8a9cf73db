import type { SecurityContext, Version } from '@parley/core';
import type { Kind, Members } from '@parley/core/internal';
import { CONTEXT, callback, OCTETS, oneOf, optional, shapeOf, TEXT, whole } from '@parley/core/internal';
import type { SoapVersion } from '@parley/engine';
import type { InitiatorBootstrap } from '../bootstrap/bootstrap.ts';
import { INITIATOR_BOOTSTRAP } from '../bootstrap/bootstrap-shape.ts';
import type { Ambient } from '../exchange/ambient.ts';
import { AMBIENT } from '../exchange/ambient-shape.ts';
import type { PoolMaker } from '../exchange/work.ts';
import type { NegotiationKind } from '../negotiation/negotiation.ts';
import { NEGOTIATION } from '../negotiation/negotiation-shape.ts';
import type { ConversationProfile } from '../protection/conversation-profile.ts';
import { CONVERSATION_PROFILE } from '../protection/profile-shape.ts';
import type { ReferenceOctets } from '../trust/issuers-references.ts';
import type { KeyForm } from '../trust/key-element.ts';

export interface InitiatorOptions {
  readonly version: Version;
  readonly soapVersion: SoapVersion;
  /** The responder's address: wsa:To of requests. */
  readonly to: string;
  /** The address of the issuer: wsa:To of requests about contexts. Default: the responder is one. */
  readonly issuer?: string | undefined;
  readonly ambient: Ambient;
  /** How the conversation begins. */
  readonly bootstrap: InitiatorBootstrap;
  /** How messages are protected, both ways. Default: `peerProfile('parley')`. */
  readonly profile?: ConversationProfile | undefined;
  /** Go on with a context from an earlier conversation (copied). */
  readonly context?: SecurityContext | undefined;
  /** The Id by which the issuer of {@link context} knows its token, where it does (`Initiator.tokenId`). */
  readonly tokenId?: string | undefined;
  /**
   * The token of {@link context} as its issuer wrote it, where there is more in it than names (`Initiator.tokenElement`): WCF's
   * cookie, say. Needs its {@link tokenId}. Copied.
   */
  readonly tokenElement?: Uint8Array | undefined;
  /** How the issuer of {@link context} names its token, where it does otherwise than we (`Initiator.tokenReferences`). Copied. */
  readonly tokenReferences?: ReferenceOctets | undefined;
  /** Default: the suite's. */
  readonly keySizeBits?: number | undefined;
  /** `client` (default): both sides contribute to the key. `none`: the issuer makes it alone and sends it. */
  readonly entropy?: 'client' | 'none' | undefined;
  /**
   * How the entropy travels: readable for whoever can read the Body, or as an xenc:EncryptedKey as well, for bootstraps with a
   * certificate of the service. Either is read. Default: `binary-secret`.
   */
  readonly keyForm?: KeyForm | undefined;
  /**
   * How the parties agree on what hides the key, in several legs, and which the answer must be bound to. Default: not at all; the
   * answer to the first request is the last.
   */
  readonly negotiation?: NegotiationKind | undefined;
  /** Whether requests have a Context attribute, which is optional and which some peers do not repeat. Default: `sent`. */
  readonly contextAttribute?: 'sent' | 'omitted' | undefined;
  /** A wish; what is granted beyond it is not used. Default none, the issuer decides. */
  readonly contextLifetimeMs?: number | undefined;
  readonly renewable?: 'never' | 'after-expiry' | undefined;
  /** Names the service in the request, for an issuer that serves several. */
  readonly appliesTo?: string | undefined;
  /** Seals calls and opens their answers on worker threads (`Initiator.requestCallAsync`). Default: the calling thread does. */
  readonly pool?: PoolMaker | undefined;
  /** What a context of our own making is for, so that whoever does not want it need not look at it. A URI; default none. */
  readonly use?: string | undefined;
  /** Default 5 minutes. */
  readonly timestampLifetimeMs?: number | undefined;
  /** How long the old key serves after a renewal. The answer to a call is taken under the key of the call in any case. Default 5 minutes. */
  readonly rolloverMs?: number | undefined;
  /** Requests whose answers are awaited at one time. Default 1000. */
  readonly openRequestsMax?: number | undefined;
  /** How long an answer is awaited. Default 5 minutes. */
  readonly answerWithinMs?: number | undefined;
}

/** What each option of an initiator may be. */
export const INITIATOR_MEMBERS: Members<InitiatorOptions> = {
  version: oneOf(['200512', '200502']),
  soapVersion: oneOf(['1.1', '1.2']),
  to: TEXT,
  issuer: optional(TEXT),
  ambient: AMBIENT,
  bootstrap: INITIATOR_BOOTSTRAP,
  profile: optional(CONVERSATION_PROFILE),
  context: optional(CONTEXT),
  tokenId: optional(TEXT),
  tokenElement: optional(OCTETS),
  tokenReferences: optional(shapeOf<ReferenceOctets>({ attached: optional(OCTETS), unattached: optional(OCTETS) })),
  keySizeBits: optional(whole(1)),
  entropy: optional(oneOf(['client', 'none'])),
  keyForm: optional(oneOf(['binary-secret', 'encrypted-key'])),
  negotiation: optional(NEGOTIATION),
  contextAttribute: optional(oneOf(['sent', 'omitted'])),
  contextLifetimeMs: optional(whole(1)),
  renewable: optional(oneOf(['never', 'after-expiry'])),
  appliesTo: optional(TEXT),
  pool: optional(callback()),
  use: optional(TEXT),
  timestampLifetimeMs: optional(whole(1)),
  rolloverMs: optional(whole()),
  openRequestsMax: optional(whole(1)),
  answerWithinMs: optional(whole(1)),
};

export const INITIATOR_OPTIONS: Kind<InitiatorOptions> = shapeOf<InitiatorOptions>(INITIATOR_MEMBERS);
