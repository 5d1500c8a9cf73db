/** The two generations of WS-ReliableMessaging: 1.1 and 1.2, which have one namespace, and that of February 2005. */
import { NamespaceBinding } from '@parley/codec';
import type { VersionedNames } from '@parley/codec/internal';
import { Namespace, NETRM_URI, namesIn } from '@parley/codec/internal';
import type { Version } from '@parley/core';
import { bound } from '@parley/engine/internal';

export type SequenceVersion = '200702' | '200502';
export const SEQUENCE_VERSIONS: readonly SequenceVersion[] = ['200702', '200502'];

/** What a message is for, by the end of its action. */
export type SequenceAction =
  | 'CreateSequence'
  | 'CreateSequenceResponse'
  | 'CloseSequence'
  | 'CloseSequenceResponse'
  | 'TerminateSequence'
  | 'TerminateSequenceResponse'
  | 'LastMessage'
  | 'AckRequested'
  | 'SequenceAcknowledgement';

const BOTH = [
  'CreateSequence',
  'CreateSequenceResponse',
  'TerminateSequence',
  'AckRequested',
  'SequenceAcknowledgement',
] as const;
const ACTIONS: Readonly<Record<SequenceVersion, readonly SequenceAction[]>> = {
  '200702': [...BOTH, 'CloseSequence', 'CloseSequenceResponse', 'TerminateSequenceResponse'],
  '200502': [...BOTH, 'LastMessage'],
};

/** On the tape. */
export const SEQUENCE_NAMESPACES: Readonly<Record<SequenceVersion, Namespace>> = {
  '200702': Namespace.wsrm,
  '200502': Namespace.wsrm05,
};

const BINDINGS: Readonly<Record<SequenceVersion, NamespaceBinding>> = {
  '200702': bound('r', Namespace.wsrm),
  '200502': bound('r', Namespace.wsrm05),
};

/** WCF's and Metro's extension for flow control. */
export const NETRM: NamespaceBinding = new NamespaceBinding('netrm', NETRM_URI);

/** The generation that goes with one of trust. */
export const SEQUENCE_VERSION_OF: Readonly<Record<Version, SequenceVersion>> = {
  '200512': '200702',
  '200502': '200502',
};

/** The namespace of a generation's messages and headers. */
export function sequenceNamespace(version: SequenceVersion): string {
  return BINDINGS[version].uri;
}

/** The generation whose namespace this is. */
export function sequenceVersionOf(namespace: string): SequenceVersion | undefined {
  return SEQUENCE_VERSIONS.find((version) => sequenceNamespace(version) === namespace);
}

/** Names in each generation. */
export function sequenceNames<const Local extends string>(
  locals: readonly Local[],
): VersionedNames<SequenceVersion, Local> {
  return namesIn(BINDINGS, locals);
}

/** wsa:Action of a message (WS-RM 1.2 §3). */
export function sequenceAction(version: SequenceVersion, action: SequenceAction): string {
  return `${sequenceNamespace(version)}/${action}`;
}

const BY_ACTION: ReadonlyMap<string, { readonly version: SequenceVersion; readonly action: SequenceAction }> = new Map(
  SEQUENCE_VERSIONS.flatMap((version) =>
    ACTIONS[version].map((action) => [sequenceAction(version, action), { version, action }] as const),
  ),
);

/** What a message of this action is for; `undefined` for those of applications. */
export function sequenceActionOf(
  action: string,
): { readonly version: SequenceVersion; readonly action: SequenceAction } | undefined {
  return BY_ACTION.get(action);
}
