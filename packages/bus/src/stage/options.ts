/** What stages are asked for. */
import type { Reply } from '@parley/core';
import type { Kind, Members } from '@parley/core/internal';
import { callback, oneOf, optional, port, requireOptions, shapeOf, whole } from '@parley/core/internal';
import type {
  OpenedMessage,
  PoolBootstrapSealRequest,
  PoolMessage,
  PoolSealRequest,
  SealedMessage,
} from '@parley/engine';
import type { Claims } from '../claims/claims.ts';
import type { Delivery } from '../message/bus-message.ts';

/** How often and after which pauses what may pass is tried again: the first pause, doubled each time. */
export interface RetryPace {
  readonly attemptsMax: number;
  readonly pauseMs: number;
}

export interface StagePace {
  /** Messages under way at one time. Default 256: with fewer, workers wait for each other. */
  readonly concurrency?: number | undefined;
  /** For what may pass, such as a context store that is away. Default: 8 attempts, 100 ms. */
  readonly retry?: RetryPace | undefined;
}

/** What opens messages: a pool of `@parley/engine` is one. */
export interface Opener {
  open(message: PoolMessage): Promise<Reply<OpenedMessage>>;
}

export interface ProofOptions extends StagePace {
  readonly pool: Opener;
  /** The clock of this process, epoch milliseconds. */
  readonly nowMs: () => number;
  /**
   * The time that messages are judged at: when the bus took them, where the bus itself says so, for they may wait longer than their
   * Timestamps last; or now. Default `delivered`.
   */
  readonly at?: 'delivered' | 'now' | undefined;
  /** Who showed first what may be seen once. Default: {@link MemoryClaims} of this stage. */
  readonly claims?: Claims | undefined;
}

export interface OpeningOptions extends ProofOptions {
  /** What is handed on: the canonical octets of the Body that were verified, or the message as it came. Default `body`. */
  readonly handOn?: 'body' | 'message' | undefined;
}

/** What seals envelopes: a pool of `@parley/engine` is one. */
export interface Sealer {
  seal(envelope: Uint8Array, request: PoolSealRequest | PoolBootstrapSealRequest): Promise<Reply<SealedMessage>>;
}

/** How a message is sealed; `undefined` refuses it with `caller.context-unusable`. May ask somebody first. */
export type SealRequestFor<Given> = (
  given: Given,
) => MaybePromise<PoolSealRequest | PoolBootstrapSealRequest | undefined>;
type MaybePromise<T> = T | Promise<T>;

export interface SealingOptions extends StagePace {
  readonly pool: Sealer;
  readonly request: SealRequestFor<Delivery>;
}

export interface ResealingOptions extends ProofOptions {
  /** Whom the messages are sealed by; {@link ProofOptions.pool} opens them. */
  readonly sealer: Sealer;
  readonly request: SealRequestFor<{ readonly delivery: Delivery; readonly opened: OpenedMessage }>;
}

const CONCURRENCY_MOST = 65_536;

export const RETRY_PACE: Kind<RetryPace> = shapeOf<RetryPace>({ attemptsMax: whole(1), pauseMs: whole() });

const PACE: Members<StagePace> = { concurrency: optional(whole(1, CONCURRENCY_MOST)), retry: optional(RETRY_PACE) };

const PROOF: Members<ProofOptions> = {
  ...PACE,
  pool: port<Opener>('open'),
  nowMs: callback(),
  at: optional(oneOf(['delivered', 'now'])),
  claims: optional(port<Claims>('claim')),
};

const OPENING = shapeOf<OpeningOptions>({ ...PROOF, handOn: optional(oneOf(['body', 'message'])) });
const VERIFYING = shapeOf<ProofOptions>(PROOF);
const SEALING = shapeOf<SealingOptions>({ ...PACE, pool: port<Sealer>('seal'), request: callback() });
const RESEALING = shapeOf<ResealingOptions>({ ...PROOF, sealer: port<Sealer>('seal'), request: callback() });

/** @throws Fault `caller.option-invalid` */
export function checkOpening(options: OpeningOptions): void {
  requireOptions(OPENING, options, 'options');
}

/** @throws Fault `caller.option-invalid` */
export function checkVerifying(options: ProofOptions): void {
  requireOptions(VERIFYING, options, 'options');
}

/** @throws Fault `caller.option-invalid` */
export function checkSealing(options: SealingOptions): void {
  requireOptions(SEALING, options, 'options');
}

/** @throws Fault `caller.option-invalid` */
export function checkResealing(options: ResealingOptions): void {
  requireOptions(RESEALING, options, 'options');
}
