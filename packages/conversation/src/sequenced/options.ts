import { Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import {
  FLAG,
  instanceOf,
  oneOf,
  optional,
  port,
  requireInput,
  requireKind,
  requireOptions,
  shapeOf,
  TEXT,
  whole,
} from '@parley/core/internal';
import type { SoapVersion } from '@parley/engine';
import type { Ambient } from '../exchange/ambient.ts';
import { guarded } from '../exchange/ambient.ts';
import { AMBIENT } from '../exchange/ambient-shape.ts';
import { Initiator } from '../initiator/initiator.ts';
import type { ConversationProfile } from '../protection/conversation-profile.ts';
import { CONVERSATION_PROFILE } from '../protection/profile-shape.ts';
import type { SequenceSettings } from '../sequence-keeping/settings.ts';
import { SEQUENCE_SETTINGS } from '../sequence-keeping/settings.ts';
import type { SequenceVersion } from '../sequence-wire/generation.ts';
import { SEQUENCE_VERSIONS } from '../sequence-wire/generation.ts';
import type { RecordStore } from '../store/record-store.ts';
import { PerMessageInitiator } from './per-message-initiator.ts';

export interface SequencedInitiatorOptions {
  /** With a context; its profile is one {@link withSequences}. Or one that has none. */
  readonly initiator: Initiator | PerMessageInitiator;
  readonly profile: ConversationProfile;
  /** Where the sequence and what it has not settled are kept. */
  readonly records: RecordStore;
  readonly ambient: Ambient;
  readonly soapVersion: SoapVersion;
  /**
   * Without a context: the name that the sequence is kept under, and gone on with after a restart; of one sequence at a time. Default: one that
   * nobody knows, so that there is nothing to go on with.
   */
  readonly name?: string | undefined;
  /** wsa:To of what we send. */
  readonly to: string;
  /** Where we want to be told what has arrived. What comes there is for `receiveAcknowledgement`. Default: the connection. */
  readonly acksTo?: string | undefined;
  /** Default: the generation of the context. */
  readonly version?: SequenceVersion | undefined;
  readonly settings: SequenceSettings;
}

const OPTIONS: Kind<SequencedInitiatorOptions> = shapeOf<SequencedInitiatorOptions>({
  initiator: instanceOf<Initiator | PerMessageInitiator>(Initiator, PerMessageInitiator),
  name: optional(TEXT),
  profile: CONVERSATION_PROFILE,
  records: port('transact', 'clear'),
  ambient: AMBIENT,
  soapVersion: oneOf(['1.1', '1.2']),
  to: TEXT,
  acksTo: optional(TEXT),
  version: optional(oneOf(SEQUENCE_VERSIONS)),
  settings: SEQUENCE_SETTINGS,
});

/** @throws Fault `caller.option-invalid` */
export function checkedSequenced(options: SequencedInitiatorOptions): SequencedInitiatorOptions {
  requireOptions(OPTIONS, options, 'options');
  // No key outlives a message, so that nothing that answers none could be told from a stranger's.
  if (options.acksTo !== undefined && options.initiator instanceof PerMessageInitiator)
    throw new Fault('caller.option-invalid', { option: 'acksTo', reason: 'without a context' });
  return { ...options, ambient: guarded(options.ambient) };
}

const NUMBER = whole(1);

/** @throws Fault `caller.option-invalid` */
export function requireNumber(number: unknown): asserts number is number {
  requireKind(NUMBER, number, 'number');
}

/** @throws Fault `caller.input-invalid`, `caller.option-invalid` */
export function requireNumbered(envelope: unknown, awaitsAnswer: unknown): void {
  requireInput(envelope, 'envelope');
  requireKind(FLAG, awaitsAnswer, 'awaitsAnswer');
}
