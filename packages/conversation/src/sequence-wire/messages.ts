/** What asks for sequences and ends them: bodies, as they are read (WS-RM 1.2 §3.4-§3.6). */
import { Tape } from '@parley/codec';
import {
  firstChild,
  isNamed,
  localName,
  localNameOf,
  Namespace,
  namespaceOf,
  nextSibling,
  scan,
} from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { isTokenReference, readTokenReference, structureInvalid, trimmedText } from '@parley/engine/internal';
import { childNames, readChildren, soleChild } from '../trust/child-elements.ts';
import type { ContextName } from '../trust/token-reference.ts';
import { readDuration } from './duration.ts';
import type { SequenceAction, SequenceVersion } from './generation.ts';
import { SEQUENCE_NAMESPACES } from './generation.ts';
import { readIdentifier } from './headers.ts';
import { parseMessageNumber } from './message-number.ts';

/** What is to become of what has arrived of a sequence that ends with gaps. */
export const INCOMPLETE_BEHAVIORS = ['NoDiscard', 'DiscardEntireSequence', 'DiscardFollowingFirstGap'] as const;
export type IncompleteBehavior = (typeof INCOMPLETE_BEHAVIORS)[number];

/** The sequence that is offered for the way back. */
export interface SequenceOffer {
  readonly identifier: string;
  /** Where its messages go; 1.1 only. */
  readonly endpoint: string | undefined;
  /** `undefined`: for ever, as far as the offer goes. */
  readonly lifetimeMs: number | undefined;
  readonly incomplete: IncompleteBehavior;
}

export interface CreateSequence {
  readonly acksTo: string;
  readonly lifetimeMs: number | undefined;
  readonly offer: SequenceOffer | undefined;
  /** The context that the STR in it names; `not-a-context` for another token. */
  readonly token: ContextName | 'not-a-context' | undefined;
}

export interface CreateSequenceResponse {
  readonly identifier: string;
  readonly lifetimeMs: number | undefined;
  readonly incomplete: IncompleteBehavior;
  /** Where acknowledgements of the offered sequence go, if the offer is accepted. */
  readonly accept: { readonly acksTo: string } | undefined;
}

/** CloseSequence, TerminateSequence, and their answers. */
export interface SequenceEnd {
  readonly identifier: string;
  readonly lastNumber: number | undefined;
}

const CREATE = childNames(['AcksTo', 'Expires', 'Offer']);
const OFFER = childNames(['Identifier', 'Endpoint', 'Expires', 'IncompleteSequenceBehavior']);
const RESPONSE = childNames(['Identifier', 'Expires', 'IncompleteSequenceBehavior', 'Accept']);
const ACCEPT = childNames(['AcksTo']);
const END = childNames(['Identifier', 'LastMsgNumber']);
const ADDRESS = localName('Address');
const ADDRESS_BYTES_MAX = 4096;
const NUMBER_BYTES_MAX = 64;

/** Reads wsrm:CreateSequence, the one child of a Body (borrowed). @throws Fault `peer.structure-invalid`, `peer.limit-value` */
export function readCreateSequence(body: Uint8Array, version: SequenceVersion, limits: Limits): CreateSequence {
  const { tape, element } = payloadOf(body, version, 'CreateSequence', limits);
  const children = readChildren(tape, element, CREATE);
  if (children.AcksTo === undefined) throw structureInvalid(tape, element, 'no AcksTo');
  return {
    acksTo: readAddress(tape, children.AcksTo),
    lifetimeMs: lifetimeOf(tape, children.Expires),
    offer: children.Offer === undefined ? undefined : readOffer(tape, children.Offer, limits),
    token: readToken(tape, element, limits),
  };
}

/** Reads wsrm:CreateSequenceResponse. @throws Fault as {@link readCreateSequence} */
export function readCreateSequenceResponse(
  body: Uint8Array,
  version: SequenceVersion,
  limits: Limits,
): CreateSequenceResponse {
  const { tape, element } = payloadOf(body, version, 'CreateSequenceResponse', limits);
  const children = readChildren(tape, element, RESPONSE);
  const { Accept: accept } = children;
  const acksTo = accept === undefined ? undefined : readChildren(tape, accept, ACCEPT).AcksTo;
  if (accept !== undefined && acksTo === undefined) throw structureInvalid(tape, accept, 'no AcksTo');
  return {
    identifier: readIdentifier(tape, element, limits),
    lifetimeMs: lifetimeOf(tape, children.Expires),
    incomplete: behaviorOf(tape, children.IncompleteSequenceBehavior),
    accept: acksTo === undefined ? undefined : { acksTo: readAddress(tape, acksTo) },
  };
}

/** Reads what ends a sequence, or says that it has ended. @throws Fault as {@link readCreateSequence} */
export function readSequenceEnd(
  body: Uint8Array,
  version: SequenceVersion,
  action: Extract<SequenceAction, `${'Close' | 'Terminate'}${string}`>,
  limits: Limits,
): SequenceEnd {
  const { tape, element } = payloadOf(body, version, action, limits);
  const { LastMsgNumber: last } = readChildren(tape, element, END);
  return {
    identifier: readIdentifier(tape, element, limits),
    lastNumber:
      last === undefined
        ? undefined
        : parseMessageNumber(
            trimmedText(tape, last, 'wsrm:LastMsgNumber', NUMBER_BYTES_MAX, 'textBytesMax'),
            'LastMsgNumber',
          ),
  };
}

function payloadOf(
  body: Uint8Array,
  version: SequenceVersion,
  action: SequenceAction,
  limits: Limits,
): { readonly tape: Tape; readonly element: number } {
  const tape = new Tape();
  scan(body, limits, tape);
  const element = soleChild(tape, 0, 'soap:Body');
  if (!isNamed(tape, element, SEQUENCE_NAMESPACES[version], localName(action)))
    throw structureInvalid(tape, element, `${localNameOf(tape, element)} where the action says ${action}`);
  return { tape, element };
}

function readOffer(tape: Tape, offer: number, limits: Limits): SequenceOffer {
  const children = readChildren(tape, offer, OFFER);
  return {
    identifier: readIdentifier(tape, offer, limits),
    endpoint: children.Endpoint === undefined ? undefined : readAddress(tape, children.Endpoint),
    lifetimeMs: lifetimeOf(tape, children.Expires),
    incomplete: behaviorOf(tape, children.IncompleteSequenceBehavior),
  };
}

function lifetimeOf(tape: Tape, expires: number | undefined): number | undefined {
  return expires === undefined ? undefined : readDuration(tape, expires);
}

function behaviorOf(tape: Tape, element: number | undefined): IncompleteBehavior {
  if (element === undefined) return 'NoDiscard';
  const text = trimmedText(tape, element, 'IncompleteSequenceBehavior', NUMBER_BYTES_MAX, 'textBytesMax');
  const found = INCOMPLETE_BEHAVIORS.find((behavior) => behavior === text);
  if (found === undefined) throw structureInvalid(tape, element, 'IncompleteSequenceBehavior');
  return found;
}

/** wsa:Address of an endpoint reference, of either generation of WS-Addressing. */
function readAddress(tape: Tape, reference: number): string {
  for (let child = firstChild(tape, reference); child >= 0; child = nextSibling(tape, child)) {
    const namespace = namespaceOf(tape, child);
    if (namespace !== Namespace.wsa && namespace !== Namespace.wsa04) continue;
    if (isNamed(tape, child, namespace, ADDRESS))
      return trimmedText(tape, child, 'wsa:Address', ADDRESS_BYTES_MAX, 'textBytesMax');
  }
  throw structureInvalid(tape, reference, 'no wsa:Address');
}

function readToken(tape: Tape, element: number, limits: Limits): CreateSequence['token'] {
  let token: CreateSequence['token'];
  for (let child = firstChild(tape, element); child >= 0; child = nextSibling(tape, child)) {
    if (!isTokenReference(tape, child)) continue;
    if (token !== undefined) throw structureInvalid(tape, child, 'two token references');
    // interop: CXF names a context of one generation by the other.
    const { identifier, instance } = readTokenReference(tape, child, {
      limits,
      allowMixedGenerations: true,
      allowMistypedReferences: false,
    });
    token = identifier === undefined ? 'not-a-context' : { identifier, instance };
  }
  return token;
}
