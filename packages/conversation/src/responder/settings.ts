import { algorithmSuite, Fault } from '@parley/core';
import { VERSION_URIS } from '@parley/core/internal';
import type { HeaderName, Policy, PolicyChanges, Pool } from '@parley/engine';
import { policyOf } from '@parley/engine';
import type { ResponderBootstrap } from '../bootstrap/bootstrap.ts';
import { keyFormOf } from '../bootstrap/hidden-key.ts';
import type { Ambient } from '../exchange/ambient.ts';
import { FIVE_MINUTES_MS } from '../exchange/durations.ts';
import type { PoolMaker } from '../exchange/work.ts';
import type { NegotiationKind } from '../negotiation/negotiation.ts';
import { negotiationFor } from '../negotiation/negotiation.ts';
import type { ConversationProfile } from '../protection/conversation-profile.ts';
import { peerProfile } from '../protection/peer-profiles.ts';
import type { Alarm } from '../quota/alarm-bell.ts';
import { AlarmBell } from '../quota/alarm-bell.ts';
import { PrincipalQuota } from '../quota/principal-quota.ts';
import { RequestBudget } from '../quota/request-budget.ts';
import type { ReplayCache } from '../replay/replay-cache.ts';
import { MemoryReplayCache } from '../replay/replay-cache.ts';
import { withSequences } from '../sequence-keeping/sequence-profile.ts';
import type { ResponderSequenceOptions, ResponderSequenceSettings } from '../sequence-keeping/settings.ts';
import { completeResponderSequenceSettings } from '../sequence-keeping/settings.ts';
import type { ContextStore } from '../store/context-store.ts';
import type { KeyForm } from '../trust/key-element.ts';
import type { KeyContribution } from '../trust/key-material.ts';
import type { AmendmentPolicy } from './amendment-policy.ts';
import { amendingPolicy } from './amendment-policy.ts';
import type { MayCreateContexts } from './context-creation.ts';
import { Negotiations } from './negotiations.ts';
import { contextsForPool } from './pool-contexts.ts';

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
  /** How long the old key serves beside a renewed one. Default 5 minutes. */
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
  /** The same of all principals. Default 1,000,000. */
  readonly contextsMax?: number | undefined;
  /** Handshakes that one principal may make at once. Default 1000. */
  readonly requestsPerPrincipalMax?: number | undefined;
  /** How many of them come back in a minute. Default 600. */
  readonly requestsPerPrincipalPerMinute?: number | undefined;
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
  /** Awaited after a context changed in the store (renew, cancel) and before the answer leaves: forget cached copies. */
  readonly onEvict?: ((identifier: string) => void | Promise<void>) | undefined;
}

/** The options, complete. */
export interface ResponderSettings
  extends Complete<Omit<ResponderOptions, CountName | OpenName | 'onAlarm' | 'pool' | 'sequences'>> {
  readonly pool: Pool | undefined;
  readonly sequences: ResponderSequenceSettings | undefined;
  readonly mayCreate: MayCreateContexts | undefined;
  readonly negotiation: NegotiationKind | undefined;
  readonly negotiations: Negotiations;
  readonly amend: AmendmentPolicy | undefined;
  readonly scopes: readonly string[] | undefined;
  readonly defaultKeyBits: number;
  readonly quota: PrincipalQuota;
  readonly alarms: AlarmBell;
  readonly policies: HandshakePolicies;
}

/** What there may be none of. */
type OpenName = 'mayCreate' | 'negotiation' | 'negotiationWithinMs' | 'amend' | 'scopes';

type Complete<Options> = { readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined> };

/** What messages under the bootstrap's protection are opened with. */
export interface HandshakePolicies {
  /** Issue; and Renew and Cancel without proof of the context's key. */
  readonly plain: Policy;
  /** Renew and Cancel with it. */
  readonly proven: Policy;
  /** An application's message that brings its context. */
  readonly bringing: Policy;
  /** Amend, where there is any. */
  readonly amending: Policy | undefined;
}

const HOUR_MS = 3_600_000;
const NEGOTIATIONS_MAX_DEFAULT = 128;
const NEGOTIATION_WITHIN_DEFAULT_MS = 60_000;
const ISSUED_TOKENS: readonly HeaderName[] = Object.values(VERSION_URIS).map(({ trust: namespace }) => ({
  namespace,
  localName: 'IssuedTokens',
}));

/** @throws Fault `caller.option-invalid` an unknown suite, and as `policyOf` */
export function completeSettings(options: ResponderOptions): ResponderSettings {
  const given = options.profile ?? peerProfile('parley');
  const sequences = options.sequences && completeResponderSequenceSettings(options.sequences);
  if (sequences !== undefined) requireSequences(options, given);
  const profile = sequences === undefined ? given : withSequences(given);
  const pool = options.pool?.({
    policy: profile.requests.policy,
    contexts: contextsForPool(options.store),
    contextAgeMaxMs: 0,
  });
  return {
    pool,
    store: options.store,
    ambient: options.ambient,
    bootstrap: options.bootstrap,
    profile,
    sequences,
    replayCache: options.replayCache ?? new MemoryReplayCache(),
    defaultKeyBits: algorithmSuite(profile.suite).contextKeyBytes * 8,
    contextLifetimeMs: options.contextLifetimeMs ?? 10 * HOUR_MS,
    contextLifetimeMinMs: options.contextLifetimeMinMs ?? 0,
    entropy: options.entropy ?? 'both',
    keyForm: keyFormOf(options),
    renewGraceMs: options.renewGraceMs ?? 0,
    unproven: options.unproven ?? 'refuse',
    rolloverMs: options.rolloverMs ?? FIVE_MINUTES_MS,
    timestampLifetimeMs: options.timestampLifetimeMs ?? FIVE_MINUTES_MS,
    keysPerContextMax: options.keysPerContextMax ?? 4,
    expiredKeys: options.expiredKeys ?? 'drop',
    quota: quotaOf(options),
    alarms: new AlarmBell(options.onAlarm),
    onEvict: async (identifier) => {
      await Promise.all([pool?.evict(identifier), options.onEvict?.(identifier)]);
    },
    mayCreate: options.mayCreate,
    negotiation: negotiationFor(options),
    negotiations: new Negotiations(
      count(options, 'negotiationsMax', NEGOTIATIONS_MAX_DEFAULT),
      options.negotiationWithinMs ?? NEGOTIATION_WITHIN_DEFAULT_MS,
    ),
    amend: options.amend,
    scopes: options.scopes,
    policies: {
      ...handshakePolicies(options.bootstrap, profile),
      amending: amendingPolicy(options.amend, profile),
    },
  };
}

function requireSequences({ store }: ResponderOptions, { pairing }: ConversationProfile): void {
  if (store.records === undefined)
    throw new Fault('caller.option-invalid', { option: 'sequences', reason: 'a store without records' });
  if (pairing === 'connection')
    throw new Fault('caller.option-invalid', { option: 'sequences', reason: 'a peer without WS-Addressing' });
}

function handshakePolicies(
  { profile, demands, allows }: ResponderBootstrap,
  { handshake, renewals }: ConversationProfile,
): Omit<HandshakePolicies, 'amending'> {
  const plain = policyOf(profile, { ...allows, ...handshake.policy, ...demands });
  // What has no signature of its own is signed by the context; what has one is endorsed by it.
  const proven =
    plain.signedBy.length === 0
      ? merged(renewals.policy, { ...allows, ...demands })
      : merged(plain, { endorsedBy: [...plain.endorsedBy, 'context'] });
  return {
    plain,
    proven,
    bringing: merged(plain, { understoodHeaders: [...plain.understoodHeaders, ...ISSUED_TOKENS] }),
  };
}

function merged(policy: Policy, { limits: _, ...demands }: PolicyChanges): Policy {
  return Object.freeze({ ...policy, ...demands });
}

/** Principals whose requests are counted: each of them asked within the last minutes. */
const PRINCIPALS_MAX = 100_000;

function quotaOf(options: ResponderOptions): PrincipalQuota {
  const requests = new RequestBudget(
    'requests',
    count(options, 'requestsPerPrincipalMax', 1000),
    count(options, 'requestsPerPrincipalPerMinute', 600),
    PRINCIPALS_MAX,
  );
  return new PrincipalQuota(
    count(options, 'contextsPerPrincipalMax', 1000),
    count(options, 'contextsMax', 1_000_000),
    { requests, messages: messageBudget(options) },
    options.store.forget !== undefined,
  );
}

function messageBudget(options: ResponderOptions): RequestBudget | undefined {
  const { messagesPerPrincipalPerMinute, messagesPerPrincipalMax } = options;
  const either = messagesPerPrincipalPerMinute ?? messagesPerPrincipalMax;
  if (either === undefined) return undefined;
  const perMinute = count(options, 'messagesPerPrincipalPerMinute', either);
  return new RequestBudget('messages', count(options, 'messagesPerPrincipalMax', either), perMinute, PRINCIPALS_MAX);
}

type CountName =
  | 'contextsPerPrincipalMax'
  | 'contextsMax'
  | 'negotiationsMax'
  | 'requestsPerPrincipalMax'
  | 'requestsPerPrincipalPerMinute'
  | 'messagesPerPrincipalPerMinute'
  | 'messagesPerPrincipalMax';

function count(options: ResponderOptions, option: CountName, otherwise: number): number {
  const value = options[option] ?? otherwise;
  // safety: no comparison with NaN holds, and there would be no quota.
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Fault('caller.option-invalid', { option, value: String(value).slice(0, 64), least: 1 });
  return value;
}
