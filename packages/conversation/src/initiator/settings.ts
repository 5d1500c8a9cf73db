import type { SecurityContext, SuiteName, Version } from '@parley/core';
import { algorithmSuite, Fault } from '@parley/core';
import type { Policy, SoapVersion } from '@parley/engine';
import { policyOf } from '@parley/engine';
import type { Ambient } from '../exchange/ambient.ts';
import { FIVE_MINUTES_MS } from '../exchange/durations.ts';
import type { Protection } from '../exchange/protection.ts';
import { REQUEST_PROTECTION } from '../exchange/protection.ts';
import type { ReplayCache } from '../replay/replay-cache.ts';
import { MemoryReplayCache } from '../replay/replay-cache.ts';
import { isKeySize } from '../trust/key-material.ts';
import type { UsernameCredential } from '../trust/username-token.ts';

export interface InitiatorOptions {
  readonly version: Version;
  readonly soapVersion: SoapVersion;
  /** The responder's address: wsa:To of requests. */
  readonly to: string;
  readonly ambient: Ambient;
  /** Borrowed for as long as the initiator lives. */
  readonly credential: UsernameCredential;
  /** Go on with a context from an earlier conversation (copied). */
  readonly context?: SecurityContext | undefined;
  /** What replies must show. Default `strict`. */
  readonly policy?: Policy | undefined;
  readonly replayCache?: ReplayCache | undefined;
  /** Default `Basic256`. */
  readonly suite?: SuiteName | undefined;
  /** Default: the suite's. */
  readonly keySizeBits?: number | undefined;
  /** `client` (default): both sides contribute to the key. `none`: the issuer makes it alone and sends it. */
  readonly entropy?: 'client' | 'none' | undefined;
  /** A wish; default none, the issuer decides. */
  readonly contextLifetimeMs?: number | undefined;
  readonly renewable?: 'never' | 'after-expiry' | undefined;
  /** Names the service in the request, for an issuer that serves several. */
  readonly appliesTo?: string | undefined;
  readonly protection?: Protection | undefined;
  /** Default 5 minutes. */
  readonly timestampLifetimeMs?: number | undefined;
  /** How long replies under the old key are taken after a renewal. Default 5 minutes. */
  readonly rolloverMs?: number | undefined;
}

/** The options, complete. */
export interface InitiatorSettings extends Omit<InitiatorOptions, 'context'> {
  readonly policy: Policy;
  readonly replayCache: ReplayCache;
  readonly suite: SuiteName;
  readonly keySizeBits: number;
  readonly entropy: 'client' | 'none';
  readonly protection: Protection;
  readonly timestampLifetimeMs: number;
  readonly rolloverMs: number;
}

/** @throws Fault `caller.option-invalid` an unknown suite, or a key size outside 128..512 */
export function completeInitiatorSettings(options: InitiatorOptions): InitiatorSettings {
  const suite = options.suite ?? 'Basic256';
  const keySizeBits = options.keySizeBits ?? algorithmSuite(suite).contextKeyBytes * 8;
  if (!isKeySize(keySizeBits)) throw new Fault('caller.option-invalid', { option: 'keySizeBits', value: keySizeBits });
  return {
    ...options,
    suite,
    keySizeBits,
    policy: options.policy ?? policyOf('strict'),
    replayCache: options.replayCache ?? new MemoryReplayCache(),
    entropy: options.entropy ?? 'client',
    protection: options.protection ?? REQUEST_PROTECTION,
    timestampLifetimeMs: options.timestampLifetimeMs ?? FIVE_MINUTES_MS,
    rolloverMs: options.rolloverMs ?? FIVE_MINUTES_MS,
  };
}
