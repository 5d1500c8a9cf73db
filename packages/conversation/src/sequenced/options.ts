import type { SoapVersion } from '@parley/engine';
import type { Ambient } from '../exchange/ambient.ts';
import type { Initiator } from '../initiator/initiator.ts';
import type { ConversationProfile } from '../protection/conversation-profile.ts';
import type { SequenceSettings } from '../sequence-keeping/settings.ts';
import type { SequenceVersion } from '../sequence-wire/generation.ts';
import type { RecordStore } from '../store/record-store.ts';

export interface SequencedInitiatorOptions {
  /** With a context; its profile is one {@link withSequences}. */
  readonly initiator: Initiator;
  readonly profile: ConversationProfile;
  /** Where the sequence and what it has not settled are kept. */
  readonly records: RecordStore;
  readonly ambient: Ambient;
  readonly soapVersion: SoapVersion;
  /** wsa:To of what we send. */
  readonly to: string;
  /** Default: the generation of the context. */
  readonly version?: SequenceVersion | undefined;
  readonly settings: SequenceSettings;
}
