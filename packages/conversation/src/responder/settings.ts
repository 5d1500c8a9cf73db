import { algorithmSuite, Fault } from '@parley/core';
import { requireOptions, VERSION_URIS } from '@parley/core/internal';
import type { ContextResolver, HeaderName, Policy, PolicyChanges, Pool } from '@parley/engine';
import { policyOf } from '@parley/engine';
import { checkedPolicy } from '@parley/engine/internal';
import type { ResponderBootstrap } from '../bootstrap/bootstrap.ts';
import { keyFormOf } from '../bootstrap/hidden-key.ts';
import { guarded } from '../exchange/ambient.ts';
import { neverRevived } from '../exchange/context-clock.ts';
import { FIVE_MINUTES_MS } from '../exchange/durations.ts';
import { Workplace } from '../exchange/workplace.ts';
import type { NegotiationKind } from '../negotiation/negotiation.ts';
import { negotiationFor } from '../negotiation/negotiation.ts';
import type { ConversationProfile } from '../protection/conversation-profile.ts';
import { directKeyBits } from '../protection/direct-key.ts';
import { peerProfile } from '../protection/peer-profiles.ts';
import { AlarmBell } from '../quota/alarm-bell.ts';
import { PrincipalQuota } from '../quota/principal-quota.ts';
import { RequestBudget } from '../quota/request-budget.ts';
import { ResponderBooks } from '../quota/responder-books.ts';
import type { BudgetSize } from '../quota/shared-budget.ts';
import { SharedLedger } from '../quota/shared-ledger.ts';
import { SharedTotal } from '../quota/shared-total.ts';
import type { ThrottleSettings } from '../quota/throttles.ts';
import { Throttles } from '../quota/throttles.ts';
import { MemoryReplayCache } from '../replay/replay-cache.ts';
import { SEQUENCE_HEADERS, withSequences } from '../sequence-keeping/sequence-profile.ts';
import type { ResponderSequenceSettings } from '../sequence-keeping/settings.ts';
import { completeResponderSequenceSettings } from '../sequence-keeping/settings.ts';
import type { ContextStore } from '../store/context-store.ts';
import { MemoryRecords } from '../store/record-store.ts';
import type { AmendmentPolicy } from './amendment-policy.ts';
import { amendingPolicy } from './amendment-policy.ts';
import { Negotiations } from './negotiations.ts';
import type { MayCreateContexts, MayTransferContexts, ResponderOptions, TellServices } from './options.ts';
import { RESPONDER_OPTIONS } from './options.ts';

/** The options, complete. */
export interface ResponderSettings
  extends Complete<Omit<ResponderOptions, CountName | OpenName | 'onAlarm' | 'pool' | 'sequences' | 'telemetry'>> {
  readonly pool: Pool | undefined;
  readonly sequences: ResponderSequenceSettings | undefined;
  readonly mayCreate: MayCreateContexts | undefined;
  readonly mayTransfer: MayTransferContexts | undefined;
  readonly tellServices: TellServices | undefined;
  readonly negotiation: NegotiationKind | undefined;
  readonly negotiations: Negotiations;
  readonly amend: AmendmentPolicy | undefined;
  readonly scopes: readonly string[] | undefined;
  readonly defaultKeyBits: number;
  readonly directKeyBits: number | undefined;
  readonly quota: PrincipalQuota;
  /** `undefined` with a store that has no records: then contexts are counted by process. */
  readonly ledger: SharedLedger | undefined;
  readonly total: SharedTotal | undefined;
  readonly throttles: Throttles;
  readonly alarms: AlarmBell;
  readonly books: ResponderBooks;
  readonly policies: HandshakePolicies;
  readonly workplace: Workplace;
}

/** What there may be none of. */
type OpenName =
  | 'mayCreate'
  | 'mayTransfer'
  | 'tellServices'
  | 'negotiation'
  | 'negotiationWithinMs'
  | 'amend'
  | 'scopes';

type Complete<Options> = { readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined> };

/** What messages under the bootstrap's protection are opened with. */
export interface HandshakePolicies {
  /** Issue; and Renew and Cancel without proof of the context's key. */
  readonly plain: Policy;
  /** Renew and Cancel with it. */
  readonly proven: Policy;
  /** An application's message that brings its context. */
  readonly bringing: Policy;
  /** A message in a sequence, outside of every context. */
  readonly sequenced: Policy;
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

/** @throws Fault `caller.option-invalid` what no option may be, and as `policyOf` */
export function completeSettings(options: ResponderOptions): ResponderSettings {
  requireOptions(RESPONDER_OPTIONS, options, 'options');
  const given = options.profile ?? peerProfile('parley');
  const sequences = options.sequences && completeResponderSequenceSettings(options.sequences);
  if (sequences !== undefined) requireSequences(options, given);
  const profile = sequences === undefined ? given : withSequences(given);
  const directBits = directKeyBits(profile);
  let pool: Pool | undefined;
  const ambient = guarded(options.ambient);
  const throttled = throttleSettingsOf(options);
  const quota = quotaOf(options, throttled);
  const books = new ResponderBooks(options.telemetry, quota, ambient.nowMs);
  const settings: Omit<ResponderSettings, 'pool'> = {
    workplace: new Workplace(),
    store: options.store,
    ambient,
    bootstrap: options.bootstrap,
    profile,
    sequences,
    replayCache: options.replayCache ?? new MemoryReplayCache(),
    defaultKeyBits: directBits ?? algorithmSuite(profile.suite).contextKeyBytes * 8,
    directKeyBits: directBits,
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
    quota,
    ledger: ledgerOf(options),
    total: totalOf(options),
    throttles: new Throttles(options.store.records ?? new MemoryRecords(), throttled),
    books,
    alarms: new AlarmBell((alarm) => {
      books.alarmed(alarm);
      options.onAlarm?.(alarm);
    }),
    onEvict: async (identifier) => {
      await Promise.all([pool?.evict(identifier), options.onEvict?.(identifier)]);
    },
    mayCreate: options.mayCreate,
    mayTransfer: options.mayTransfer,
    tellServices: options.tellServices,
    negotiation: negotiationFor(options),
    negotiations: new Negotiations(
      options.negotiationsMax ?? NEGOTIATIONS_MAX_DEFAULT,
      options.negotiationWithinMs ?? NEGOTIATION_WITHIN_DEFAULT_MS,
    ),
    amend: options.amend,
    scopes: options.scopes,
    policies: {
      ...handshakePolicies(options.bootstrap, profile),
      amending: amendingPolicy(options.amend, profile),
    },
  };
  // Last: nobody would end the threads of a responder that there is none of.
  pool = poolFor(options, profile);
  return { ...settings, pool };
}

function poolFor({ pool, store }: ResponderOptions, { requests }: ConversationProfile): Pool | undefined {
  return pool?.({ policy: requests.policy, contexts: contextsForPool(store), contextAgeMaxMs: 0 });
}

function requireSequences({ store, bootstrap, sequences }: ResponderOptions, { pairing }: ConversationProfile): void {
  if (store.records === undefined)
    throw new Fault('caller.option-invalid', { option: 'sequences', reason: 'a store without records' });
  if (pairing === 'connection')
    throw new Fault('caller.option-invalid', { option: 'sequences', reason: 'a peer without WS-Addressing' });
  if (sequences?.withoutContext === true && bootstrap.contexts !== undefined)
    throw new Fault('caller.option-invalid', {
      option: 'sequences.withoutContext',
      reason: 'a bootstrap under contexts',
    });
}

function handshakePolicies(
  { profile, demands, allows }: ResponderBootstrap,
  { handshake, renewals }: ConversationProfile,
): Omit<HandshakePolicies, 'amending'> {
  const plain = policyOf(profile, { ...allows, ...handshake.policy, ...demands });
  // What has no signature of its own is signed by the context; what has one is endorsed by it.
  const proven =
    plain.signedBy.length === 0
      ? merged(renewals.policy, { ...allows, ...demands, ...(demands.allowBearerContext && { trustTransport: true }) })
      : merged(plain, { endorsedBy: [...plain.endorsedBy, 'context'] });
  return {
    plain,
    proven,
    bringing: merged(plain, { understoodHeaders: [...plain.understoodHeaders, ...ISSUED_TOKENS] }),
    sequenced: merged(plain, { understoodHeaders: [...plain.understoodHeaders, ...SEQUENCE_HEADERS] }),
  };
}

function merged(policy: Policy, { limits: _, ...demands }: PolicyChanges): Policy {
  return checkedPolicy({ ...policy, ...demands });
}

/** Principals whose requests are counted: each of them asked within the last minutes. */
const PRINCIPALS_MAX = 100_000;

const CONTEXTS_PER_PRINCIPAL_DEFAULT = 1000;
const CONTEXTS_DEFAULT = 1_000_000;

function ledgerOf({ store, contextsPerPrincipalMax }: ResponderOptions): SharedLedger | undefined {
  const { records } = store;
  return records && new SharedLedger(store, records, contextsPerPrincipalMax ?? CONTEXTS_PER_PRINCIPAL_DEFAULT);
}

function totalOf({ store: { records }, contextsMax }: ResponderOptions): SharedTotal | undefined {
  return records && new SharedTotal(records, contextsMax ?? CONTEXTS_DEFAULT);
}

function throttleSettingsOf(options: ResponderOptions): ThrottleSettings {
  const { requestsPerPrincipalMax = 1000, requestsPerPrincipalPerMinute = 600 } = options;
  return {
    requests: { burst: requestsPerPrincipalMax, perMinute: requestsPerPrincipalPerMinute },
    messages: sizeOf(options.messagesPerPrincipalPerMinute, options.messagesPerPrincipalMax),
    addresses: sizeOf(options.bootstrapsPerAddressPerMinute, options.bootstrapsPerAddressMax),
    logins: { failuresMax: options.loginFailuresMax ?? 10, waitMs: options.loginBackOffMs ?? 1000 },
  };
}

/** Of which one stands for both. */
function sizeOf(perMinute: number | undefined, burst: number | undefined): BudgetSize | undefined {
  const either = perMinute ?? burst;
  return either === undefined ? undefined : { burst: burst ?? either, perMinute: perMinute ?? either };
}

function quotaOf(options: ResponderOptions, { requests, messages }: ThrottleSettings): PrincipalQuota {
  const budget = (quota: 'requests' | 'messages', { burst, perMinute }: BudgetSize): RequestBudget =>
    new RequestBudget(quota, burst, perMinute, PRINCIPALS_MAX);
  return new PrincipalQuota(
    options.contextsPerPrincipalMax ?? CONTEXTS_PER_PRINCIPAL_DEFAULT,
    options.contextsMax ?? CONTEXTS_DEFAULT,
    { requests: budget('requests', requests), messages: messages && budget('messages', messages) },
    options.store.forget !== undefined,
  );
}

type CountName =
  | 'contextsPerPrincipalMax'
  | 'contextsMax'
  | 'negotiationsMax'
  | 'bootstrapsPerAddressPerMinute'
  | 'bootstrapsPerAddressMax'
  | 'loginFailuresMax'
  | 'loginBackOffMs'
  | 'requestsPerPrincipalMax'
  | 'requestsPerPrincipalPerMinute'
  | 'messagesPerPrincipalPerMinute'
  | 'messagesPerPrincipalMax';

/** The contexts of `store` as the workers of a responder see them: what is cancelled is so at any time. */
function contextsForPool(store: ContextStore): ContextResolver {
  return {
    get: async (identifier) => {
      const context = await store.get(identifier);
      return context && neverRevived(context, Number.NEGATIVE_INFINITY);
    },
    changes: async (since) => (await store.changes?.(since)) ?? EACH_MAY_HAVE_CHANGED,
  };
}

const EACH_MAY_HAVE_CHANGED = { position: 0, identifiers: undefined };
