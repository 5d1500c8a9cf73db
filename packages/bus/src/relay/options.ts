import type { Members } from '@parley/core/internal';
import {
  callback,
  instanceOf,
  objectWith,
  optional,
  port,
  requireOptions,
  shapeOf,
  whole,
} from '@parley/core/internal';
import type { Delivery, OutgoingMessage } from '../message/bus-message.ts';
import type { RetryPace } from '../stage/options.ts';
import { RETRY_PACE } from '../stage/options.ts';
import type { Settled, Stage } from '../stage/stage.ts';
import type { Inlet, Outlet } from './ports.ts';

export interface RelayOptions<Given extends Delivery> {
  readonly inlet: Inlet<Given>;
  readonly stage: Stage;
  /** For results. */
  readonly outlet: Outlet;
  /** For what was refused, as it came, with `parley-code` and `parley-detail`. */
  readonly deadLetters: Outlet;
  /**
   * Makes one batch safe and acknowledges it, in one step where the bus can do that (a Kafka transaction). Default: sends results and
   * dead letters, and acknowledges when the bus has them.
   */
  readonly commit?: Commit<Given> | undefined;
  /** Messages that are made safe at one time. Default 256. */
  readonly batchMessagesMax?: number | undefined;
  /** For a bus that is away. Default: 60 attempts, 100 ms at first and 5 s at most: five minutes. */
  readonly retry?: RetryPace | undefined;
  /** Ends the relay: what is under way is finished. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each message once its result is safe. */
  readonly onSettled?: ((settled: Settled<Given>) => void) | undefined;
}

/** Resolves when every message of the batch is safe and none of its deliveries comes again; what it rejects with, if that may pass, has it called again. */
export type Commit<Given extends Delivery> = (batch: CommitBatch<Given>) => Promise<void>;

export interface CommitBatch<Given extends Delivery> {
  readonly results: readonly OutgoingMessage[];
  readonly deadLetters: readonly OutgoingMessage[];
  /** Those that came for them; one message may have come several times. */
  readonly deliveries: readonly Given[];
}

/** What a relay is between. */
export type RelayEnds<Given extends Delivery> = Pick<RelayOptions<Given>, 'inlet' | 'outlet' | 'deadLetters'>;

const ENDS: Members<RelayEnds<Delivery>> = {
  inlet: port<Inlet>('deliveries', 'acknowledge'),
  outlet: port<Outlet>('send'),
  deadLetters: port<Outlet>('send'),
};

const RELAY = shapeOf<RelayOptions<Delivery>>({
  ...ENDS,
  stage: callback(),
  commit: optional(callback()),
  batchMessagesMax: optional(whole(1, 65_536)),
  retry: optional(RETRY_PACE),
  signal: optional(instanceOf(AbortSignal)),
  onSettled: optional(callback()),
});

const SOME_ENDS = objectWith<RelayEnds<Delivery>>(ENDS);

/** @throws Fault `caller.option-invalid` */
export function checkEnds(ends: object): void {
  requireOptions(SOME_ENDS, ends, 'options');
}

/** @throws Fault `caller.option-invalid` */
export function checkRelay(options: object): void {
  requireOptions(RELAY, options, 'options');
}
