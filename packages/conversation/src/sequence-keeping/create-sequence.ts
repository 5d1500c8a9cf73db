/** A responder is asked for a sequence. */
import { Fault } from '@parley/core';
import type { OpenedMessage, Policy } from '@parley/engine';
import { newDestination } from '../sequence/destination.ts';
import { newSource } from '../sequence/source.ts';
import type { SequenceVersion } from '../sequence-wire/generation.ts';
import type { SequenceHeaders } from '../sequence-wire/headers.ts';
import type { CreateSequence, CreateSequenceResponse } from '../sequence-wire/messages.ts';
import { readCreateSequence } from '../sequence-wire/messages.ts';
import { isAnonymous } from '../soap/envelope-writer.ts';
import type { SequenceOwner } from './sequence-owner.ts';
import type { Session, SessionBook } from './session-book.ts';
import type { ResponderSequenceSettings } from './settings.ts';

/** Of one owner, with those that are over: at least, and for each that may be open. */
const SESSIONS_MAX = 64;
const SESSIONS_PER_OPEN = 8;

export interface CreateScene {
  readonly message: OpenedMessage;
  readonly owner: SequenceOwner;
  readonly headers: SequenceHeaders | undefined;
  readonly version: SequenceVersion;
  readonly policy: Policy;
  readonly messageId: string;
  /** Where we are: acknowledgements of what we send are to go there. */
  readonly address: string;
  readonly nowMs: number;
  newIdentifier(): string;
}

/**
 * Grants what is asked for, and puts it into `book`; what was granted before is granted again.
 * @throws Fault `peer.sequence-refused`, and as `readCreateSequence`
 */
export function createSequence(
  book: SessionBook,
  scene: CreateScene,
  settings: ResponderSequenceSettings,
): CreateSequenceResponse {
  const { message, version, policy, messageId } = scene;
  const asked = readCreateSequence(message.body, version, policy.limits);
  const known = book.sessions.find(({ createId }) => createId === messageId);
  if (known !== undefined) return responseOf(known, scene);
  requireBinding(asked, scene);
  for (const address of [asked.acksTo, asked.offer?.endpoint ?? asked.acksTo])
    requireAddress(address, scene, settings.acksTo);
  const open = book.sessions.filter(({ inbound }) => inbound?.state === 'open');
  if (open.length >= settings.sequencesPerContextMax) throw refused('too many sequences');
  // safety: those that are over are remembered for a while, too (T88).
  const sessionsMax = Math.max(SESSIONS_MAX, SESSIONS_PER_OPEN * settings.sequencesPerContextMax);
  if (book.sessions.length >= sessionsMax) throw refused('too many sequences in a short time');
  const offered = asked.offer?.identifier;
  const isTaken = ({ inbound, outbound }: Session): boolean =>
    inbound?.identifier === offered || outbound?.identifier === offered;
  if (offered !== undefined && book.sessions.some(isTaken)) throw refused('an offer whose identifier is in use');
  return responseOf(book.add(sessionFor(asked, scene, settings)), scene);
}

function sessionFor(
  { acksTo, lifetimeMs, offer }: CreateSequence,
  { version, messageId, nowMs, newIdentifier }: CreateScene,
  { windowMax, order, incomplete, sequenceLifetimeMs }: ResponderSequenceSettings,
): Omit<Session, 'ordinal'> {
  const endOf = (wishMs: number | undefined): number | undefined => {
    const grantedMs = Math.min(wishMs ?? Number.POSITIVE_INFINITY, sequenceLifetimeMs ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(grantedMs) ? nowMs + grantedMs : undefined;
  };
  const shared = { version, order, incomplete, windowMax, acksTo };
  const inbound = { ...shared, identifier: newIdentifier(), expiresAtMs: endOf(lifetimeMs) };
  return {
    version,
    createId: messageId,
    inbound: newDestination(inbound, nowMs),
    outbound:
      offer &&
      newSource(
        {
          identifier: offer.identifier,
          version,
          windowMax: 2 * windowMax,
          expiresAtMs: endOf(offer.lifetimeMs),
          incomplete: offer.incomplete,
        },
        nowMs,
      ),
  };
}

function responseOf({ inbound, outbound }: Session, { address, nowMs }: CreateScene): CreateSequenceResponse {
  if (inbound === undefined) throw refused('over');
  const { identifier, incomplete, expiresAtMs } = inbound;
  return {
    identifier,
    lifetimeMs: expiresAtMs === undefined ? undefined : Math.max(expiresAtMs - nowMs, 1),
    incomplete,
    accept: outbound === undefined ? undefined : { acksTo: address },
  };
}

/**
 * A sequence is bound to the context of what asks for it, whether that says so or not; what it says must be that. Outside of every context,
 * there is no token that it could be bound to.
 * spec: WS-RM 1.2 §6.3.1, the header and the reference go together; February 2005 has no header.
 */
function requireBinding({ token }: CreateSequence, { headers, owner, version }: CreateScene): void {
  if (headers?.usesTls === true) throw refused('a sequence bound to TLS');
  const { usesToken = false } = headers ?? {};
  if (version === '200702' && usesToken !== (token !== undefined)) throw refused('UsesSequenceSTR and a reference');
  if (token === undefined) return;
  // Keys of one context come and go (WS-SC §5), the sequence stays.
  if (token === 'not-a-context' || token.identifier !== owner.context) throw refused('bound to another token');
}

/** safety: nobody makes us send anything to a stranger (T86); nor anything at all where no key outlives the message that brought it. */
function requireAddress(address: string, { policy, owner }: CreateScene, acksTo: readonly string[]): void {
  if (isAnonymous(address)) return;
  if (owner.context === undefined || ![...policy.replyAddresses, ...acksTo].includes(address))
    throw refused('an address that is not allowed');
}

function refused(reason: string): Fault {
  return new Fault('peer.sequence-refused', { reason });
}
