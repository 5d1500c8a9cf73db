import type { SuiteName } from '@parley/core';
import { algorithmSuite } from '@parley/core';
import type { Policy } from '@parley/engine';
import { policyOf } from '@parley/engine';
import type { Ambient } from '../exchange/ambient.ts';
import { FIVE_MINUTES_MS } from '../exchange/durations.ts';
import type { Protection } from '../exchange/protection.ts';
import { RESPONSE_PROTECTION } from '../exchange/protection.ts';
import type { ReplayCache } from '../replay/replay-cache.ts';
import { MemoryReplayCache } from '../replay/replay-cache.ts';
import type { ContextStore } from '../store/context-store.ts';
import type { Authenticate } from '../trust/password.ts';
import { IssueQuota } from './issue-quota.ts';

export interface ResponderOptions {
  readonly store: ContextStore;
  readonly ambient: Ambient;
  readonly authenticate: Authenticate;
  /** Default: one in memory, of this responder. Several nodes need one that they share. */
  readonly replayCache?: ReplayCache | undefined;
  /** What messages must show. Default `strict`. Give it the endpoint's address (`endpointAddress`), so that messages for others are refused. */
  readonly policy?: Policy | undefined;
  /** Default `Basic256`, which every peer speaks. */
  readonly suite?: SuiteName | undefined;
  readonly protection?: Protection | undefined;
  /** Longest life of a context; a request may ask for less. Default 10 hours. */
  readonly contextLifetimeMs?: number | undefined;
  /** How long the old key serves beside a renewed one. Default 5 minutes. */
  readonly rolloverMs?: number | undefined;
  /** Default 5 minutes. */
  readonly timestampLifetimeMs?: number | undefined;
  /** Live keys of one context: renewals within the rollover. Default 4. */
  readonly keysPerContextMax?: number | undefined;
  /** Keep keys that have rolled over, for verifying logs. Default `drop`. */
  readonly expiredKeys?: 'drop' | 'retain' | undefined;
  /** Live contexts of one principal. Default 1000. */
  readonly contextsPerPrincipalMax?: number | undefined;
  /** Awaited after a context changed in the store (renew, cancel) and before the answer leaves: forget cached copies. */
  readonly onEvict?: ((identifier: string) => void | Promise<void>) | undefined;
}

/** The options, complete. */
export interface ResponderSettings {
  readonly store: ContextStore;
  readonly ambient: Ambient;
  readonly authenticate: Authenticate;
  readonly replayCache: ReplayCache;
  readonly policy: Policy;
  readonly suite: SuiteName;
  readonly defaultKeyBits: number;
  readonly protection: Protection;
  readonly contextLifetimeMs: number;
  readonly rolloverMs: number;
  readonly timestampLifetimeMs: number;
  readonly keysPerContextMax: number;
  readonly expiredKeys: 'drop' | 'retain';
  readonly quota: IssueQuota;
  readonly onEvict: (identifier: string) => void | Promise<void>;
}

const HOUR_MS = 3_600_000;

/** @throws Fault `caller.option-invalid` an unknown suite */
export function completeSettings(options: ResponderOptions): ResponderSettings {
  const suite = options.suite ?? 'Basic256';
  return {
    store: options.store,
    ambient: options.ambient,
    authenticate: options.authenticate,
    replayCache: options.replayCache ?? new MemoryReplayCache(),
    policy: options.policy ?? policyOf('strict'),
    suite,
    defaultKeyBits: algorithmSuite(suite).contextKeyBytes * 8,
    protection: options.protection ?? RESPONSE_PROTECTION,
    contextLifetimeMs: options.contextLifetimeMs ?? 10 * HOUR_MS,
    rolloverMs: options.rolloverMs ?? FIVE_MINUTES_MS,
    timestampLifetimeMs: options.timestampLifetimeMs ?? FIVE_MINUTES_MS,
    keysPerContextMax: options.keysPerContextMax ?? 4,
    expiredKeys: options.expiredKeys ?? 'drop',
    quota: new IssueQuota(options.contextsPerPrincipalMax ?? 1000),
    onEvict: options.onEvict ?? (() => undefined),
  };
}
