import { Fault } from '@parley/core';
import type { DeliveryOrder } from '../sequence/destination.ts';
import type { RetransmissionPace } from '../sequence/schedule.ts';

/** What both sides of a sequence may be told. */
export interface SequenceOptions extends Partial<RetransmissionPace> {
  /** Messages under way, and messages that wait for one before them. Default 32. */
  readonly windowMax?: number | undefined;
  /** A sequence whose other side is not heard for so long is over. Default 10 minutes. */
  readonly inactivityMs?: number | undefined;
  /** Of an initiator: how long nothing is said before it asks what has arrived, so that the sequence is not given up. Default: half of that. */
  readonly keepAliveMs?: number | undefined;
  /** Longest life of a sequence. Default: that of its context. */
  readonly sequenceLifetimeMs?: number | undefined;
}

/** The options, complete. */
export interface SequenceSettings extends RetransmissionPace {
  readonly windowMax: number;
  readonly inactivityMs: number;
  readonly keepAliveMs: number;
  readonly sequenceLifetimeMs: number | undefined;
}

/** What a responder may be told beside. */
export interface ResponderSequenceOptions extends SequenceOptions {
  /** `in-order` (default): the application gets messages by their numbers; `unordered`: as they come. Each once. */
  readonly order?: DeliveryOrder | undefined;
  /**
   * `exactly-once` (default): a message is in the store before the application gets it, and comes once. `at-least-once`: it gets there when
   * the application is done; one that is sent again meanwhile, or after a crash, is handed over again. Less is written so; `unordered` only.
   */
  readonly delivery?: Delivery | undefined;
  /** Sequences that one context may have at a time. Default 8. */
  readonly sequencesPerContextMax?: number | undefined;
  /** How long a request waits for those before it, before it is answered by an acknowledgement alone. Default 20 seconds. */
  readonly holdMs?: number | undefined;
  /** Whether messages outside of sequences are refused (`peer.sequence-required`). Default: false. */
  readonly required?: boolean | undefined;
}

export type Delivery = 'exactly-once' | 'at-least-once';

export interface ResponderSequenceSettings extends SequenceSettings {
  readonly order: DeliveryOrder;
  readonly delivery: Delivery;
  readonly sequencesPerContextMax: number;
  readonly holdMs: number;
  readonly required: boolean;
}

const ORDERS: readonly DeliveryOrder[] = ['in-order', 'unordered'];
const DELIVERIES: readonly Delivery[] = ['exactly-once', 'at-least-once'];
const DEFAULTS = {
  windowMax: 32,
  inactivityMs: 600_000,
  retransmitAfterMs: 2000,
  retransmitAfterMaxMs: 60_000,
  sequencesPerContextMax: 8,
  holdMs: 20_000,
} as const;
/** What of the numbers that wait is said in one acknowledgement. */
const WINDOW_CEILING = 1000;

/** @throws Fault `caller.option-invalid` */
export function completeSequenceSettings(options: SequenceOptions): SequenceSettings {
  const { sequenceLifetimeMs, keepAliveMs } = options;
  const inactivityMs = count('inactivityMs', options.inactivityMs);
  return {
    windowMax: count('windowMax', options.windowMax, WINDOW_CEILING),
    inactivityMs,
    keepAliveMs: positive('keepAliveMs', keepAliveMs ?? Math.ceil(inactivityMs / 2)),
    retransmitAfterMs: count('retransmitAfterMs', options.retransmitAfterMs),
    retransmitAfterMaxMs: count('retransmitAfterMaxMs', options.retransmitAfterMaxMs),
    sequenceLifetimeMs:
      sequenceLifetimeMs === undefined ? undefined : positive('sequenceLifetimeMs', sequenceLifetimeMs),
  };
}

/** @throws Fault `caller.option-invalid` */
export function completeResponderSequenceSettings(options: ResponderSequenceOptions): ResponderSequenceSettings {
  const { order = 'in-order', delivery = 'exactly-once', required = false } = options;
  if (!ORDERS.includes(order)) throw new Fault('caller.option-invalid', { option: 'order' });
  if (!DELIVERIES.includes(delivery) || (delivery === 'at-least-once' && order === 'in-order'))
    throw new Fault('caller.option-invalid', { option: 'delivery', order });
  return {
    ...completeSequenceSettings(options),
    order,
    delivery,
    sequencesPerContextMax: count('sequencesPerContextMax', options.sequencesPerContextMax),
    holdMs: count('holdMs', options.holdMs),
    required,
  };
}

function count(option: keyof typeof DEFAULTS, value: number = DEFAULTS[option], most?: number): number {
  return positive(option, value, most);
}

function positive(option: string, value: number, most: number = Number.MAX_SAFE_INTEGER): number {
  if (!Number.isSafeInteger(value) || value < 1 || value > most)
    throw new Fault('caller.option-invalid', { option, value: String(value).slice(0, 64), least: 1, most });
  return value;
}
