import { Fault } from '@parley/core';
import type { Kind, Members } from '@parley/core/internal';
import { FLAG, listOf, oneOf, optional, requireOptions, shapeOf, TEXT, whole } from '@parley/core/internal';
import type { DeliveryOrder } from '../sequence/destination.ts';
import type { RetransmissionPace } from '../sequence/schedule.ts';
import type { IncompleteBehavior } from '../sequence-wire/messages.ts';
import { INCOMPLETE_BEHAVIORS } from '../sequence-wire/messages.ts';

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
  /**
   * What becomes of what has arrived when a sequence ends with gaps (WS-RM 1.2 §3.4). `DiscardFollowingFirstGap` (default, in order): what is
   * behind the first gap is never handed over; `NoDiscard` (default, unordered): at the end it is; `DiscardEntireSequence`: nothing is handed
   * over before the sequence has ended, and only if it is whole, so that calls have no answers. Unordered: `NoDiscard` only.
   */
  readonly incomplete?: IncompleteBehavior | undefined;
  /**
   * Addresses to which acknowledgements are sent, if a peer wants them there and not on the connection: beside `replyAddresses` of the
   * policy. Default: none.
   */
  readonly acksTo?: readonly string[] | undefined;
  /** Sequences that one context, or one principal without one, may have at a time. Default 8. */
  readonly sequencesPerContextMax?: number | undefined;
  /** How long a request waits for those before it, before it is answered by an acknowledgement alone. Default 20 seconds. */
  readonly holdMs?: number | undefined;
  /** Whether messages outside of sequences are refused (`peer.sequence-required`). Default: false. */
  readonly required?: boolean | undefined;
  /**
   * Takes sequences outside of contexts, too: each of their messages is proven by the bootstrap, by itself, and they are its principal's.
   * Whoever is nobody in particular has none. Default: false, they are refused.
   */
  readonly withoutContext?: boolean | undefined;
  /**
   * One node at a time hands over the messages of a sequence. It has a lease of so long, which it renews: one that has died is waited for
   * so long. The clocks of nodes that share a store are to differ by less than half of it. Default 10 seconds.
   */
  readonly leaseMs?: number | undefined;
  /**
   * What this node is called, of all that share the store: one that is started again under its name waits for no lease of its own. Default:
   * a name of chance.
   */
  readonly node?: string | undefined;
}

export type Delivery = 'exactly-once' | 'at-least-once';

export interface ResponderSequenceSettings extends SequenceSettings {
  readonly order: DeliveryOrder;
  readonly delivery: Delivery;
  readonly incomplete: IncompleteBehavior;
  readonly acksTo: readonly string[];
  readonly sequencesPerContextMax: number;
  readonly holdMs: number;
  readonly required: boolean;
  readonly withoutContext: boolean;
  readonly leaseMs: number;
  readonly node: string | undefined;
}

const DEFAULTS = {
  windowMax: 32,
  inactivityMs: 600_000,
  retransmitAfterMs: 2000,
  retransmitAfterMaxMs: 60_000,
  sequencesPerContextMax: 8,
  holdMs: 20_000,
  leaseMs: 10_000,
} as const;
/** What of the numbers that wait is said in one acknowledgement. */
const WINDOW_CEILING = 1000;

/** Longer than any message is worth waiting for. */
const LEASE_CEILING_MS = 3_600_000;

const COUNT = optional(whole(1));

/** What each option of a sequence may be. */
export const SEQUENCE_MEMBERS: Members<SequenceOptions> = {
  windowMax: optional(whole(1, WINDOW_CEILING)),
  inactivityMs: COUNT,
  keepAliveMs: COUNT,
  retransmitAfterMs: COUNT,
  retransmitAfterMaxMs: COUNT,
  sequenceLifetimeMs: COUNT,
};

export const SEQUENCE_OPTIONS: Kind<SequenceOptions> = shapeOf<SequenceOptions>(SEQUENCE_MEMBERS);
export const RESPONDER_SEQUENCE_OPTIONS: Kind<ResponderSequenceOptions> = shapeOf<ResponderSequenceOptions>({
  ...SEQUENCE_MEMBERS,
  order: optional(oneOf(['in-order', 'unordered'])),
  delivery: optional(oneOf(['exactly-once', 'at-least-once'])),
  incomplete: optional(oneOf(INCOMPLETE_BEHAVIORS)),
  acksTo: optional(listOf(TEXT)),
  sequencesPerContextMax: COUNT,
  holdMs: COUNT,
  required: optional(FLAG),
  withoutContext: optional(FLAG),
  leaseMs: optional(whole(1, LEASE_CEILING_MS)),
  node: optional(TEXT),
});
export const SEQUENCE_SETTINGS: Kind<SequenceSettings> = shapeOf<SequenceSettings>({
  windowMax: whole(1, WINDOW_CEILING),
  inactivityMs: whole(1),
  keepAliveMs: whole(1),
  retransmitAfterMs: whole(1),
  retransmitAfterMaxMs: whole(1),
  sequenceLifetimeMs: COUNT,
});

/** @throws Fault `caller.option-invalid` */
export function completeSequenceSettings(options: SequenceOptions): SequenceSettings {
  requireOptions(SEQUENCE_OPTIONS, options, 'options');
  return settingsOf(options);
}

/** The options of a responder, complete; they were checked. @throws Fault `caller.option-invalid` two contradict each other */
export function completeResponderSequenceSettings(options: ResponderSequenceOptions): ResponderSequenceSettings {
  const { order = 'in-order', delivery = 'exactly-once', required = false, withoutContext = false } = options;
  if (delivery === 'at-least-once' && order === 'in-order')
    throw new Fault('caller.option-invalid', { option: 'sequences.delivery', order });
  const { incomplete = order === 'in-order' ? 'DiscardFollowingFirstGap' : 'NoDiscard' } = options;
  if (order === 'unordered' && incomplete !== 'NoDiscard')
    throw new Fault('caller.option-invalid', { option: 'sequences.incomplete', order });
  return {
    ...settingsOf(options),
    order,
    delivery,
    incomplete,
    acksTo: options.acksTo ?? [],
    sequencesPerContextMax: options.sequencesPerContextMax ?? DEFAULTS.sequencesPerContextMax,
    holdMs: options.holdMs ?? DEFAULTS.holdMs,
    required,
    withoutContext,
    leaseMs: options.leaseMs ?? DEFAULTS.leaseMs,
    node: options.node,
  };
}

function settingsOf(options: SequenceOptions): SequenceSettings {
  const inactivityMs = options.inactivityMs ?? DEFAULTS.inactivityMs;
  return {
    windowMax: options.windowMax ?? DEFAULTS.windowMax,
    inactivityMs,
    keepAliveMs: options.keepAliveMs ?? Math.ceil(inactivityMs / 2),
    retransmitAfterMs: options.retransmitAfterMs ?? DEFAULTS.retransmitAfterMs,
    retransmitAfterMaxMs: options.retransmitAfterMaxMs ?? DEFAULTS.retransmitAfterMaxMs,
    sequenceLifetimeMs: options.sequenceLifetimeMs,
  };
}
