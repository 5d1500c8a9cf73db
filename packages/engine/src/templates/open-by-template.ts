/**
 * Opens a message that a template knows: compared with it octet by octet, read in its holes alone, proven by the same MAC and
 * the same digests.
 *
 * safety: this way never refuses. It says "good", or nothing; then the message goes the whole way from its start, and whatever
 * is wrong with it is found and said there. It says "good" only if each octet that decided the plan is one that was accepted
 * under the same policy object, and what is in the holes has passed the checks that the readers make of it
 * (docs/decisions/0025-templates.md).
 */
import type { Matcher } from '@parley/codec/internal';
import { decodeText, octetMatcher } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import { digestBase64, equalsText, parseInstantOctets } from '@parley/core/internal';
import type { Timestamp } from '../claims/timestamp.ts';
import { contextKey } from '../keys/resolve-keys.ts';
import type { ContextKey } from '../keys/resolved-key.ts';
import type { Workspace } from '../memory/workspace.ts';
import { Addressing } from '../message/addressing-names.ts';
import type { AddressingClaims, OpenedMessage } from '../message/opened-message.ts';
import { confirms } from '../open/confirmation.ts';
import type { DecryptedMessage } from '../open/decrypt-parts.ts';
import { requireFresh } from '../open/freshness.ts';
import { answerOf } from '../open/hand-over.ts';
import type { ProvenMessage } from '../open/open-in-full.ts';
import { canonicalBytesMax, judgedAtMs } from '../open/open-in-full.ts';
import { shareOwnerOf } from '../open/replay-key.ts';
import type { OpenRequest } from '../open/request.ts';
import type { VerifiedPart, VerifiedSignature } from '../open/verify-signatures.ts';
import { isMacText } from '../open/verify-signatures.ts';
import { isAbsoluteIri, requireAddressing } from '../read/addressing.ts';
import type { MessageTemplate } from './message-template.ts';
import { shelfOf } from './template-shelf.ts';

/** `undefined`: it is to be opened in full. */
export function openByTemplate(message: Uint8Array, request: OpenRequest): ProvenMessage | undefined {
  const { workspace, policy } = request;
  const shelf = shelfOf(workspace, policy);
  if (workspace === undefined || shelf === undefined || shelf.isEmpty) return undefined;
  if (message.length > policy.limits.messageBytesMax || !octetMatcher.take(message)) return undefined;
  try {
    const template = shelf.find(({ octets }) => octets.matches(message));
    if (template === undefined) return undefined;
    const proven = proveBy(template, message, request, workspace);
    if (proven !== undefined) workspace.templates.opened++;
    return proven;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  } finally {
    octetMatcher.drop();
  }
}

// perf: room for the pad of a MAC, as `verify-signatures.ts` has it.
const PAD_ROOM_BYTES = 128;

/** @throws Fault what the whole way refuses, too */
function proveBy(
  template: MessageTemplate,
  message: Uint8Array,
  request: OpenRequest,
  workspace: Workspace,
): ProvenMessage | undefined {
  const { policy, contexts } = request;
  const timestamp = timestampIn(template, message);
  const atMs = judgedAtMs(timestamp, request);
  const planned = template.key.planned(message, octetMatcher);
  const resolved = contextKey(planned, { policy, contexts, atMs, workspace });
  const end = template.octets.write(PAD_ROOM_BYTES);
  if (end < 0 || end > canonicalBytesMax(message.length, policy)) return undefined;
  const signature = signatureIn(template, message, resolved);
  if (signature === undefined) return undefined;
  const octets = octetsOf(octetMatcher, end, request.borrow === true ? workspace : undefined);
  const verified = partsIn(template, message, octets, signature);
  if (verified === undefined) return undefined;
  if (timestamp !== undefined) requireFresh(timestamp, atMs, policy);
  const opened = answer(template, message, request, { timestamp, verified, octets, end });
  return { opened, atMs, owner: shareOwnerOf(resolved) };
}

function timestampIn({ created, expires, claims }: MessageTemplate, message: Uint8Array): Timestamp | undefined {
  if (claims.timestamp === undefined) return undefined;
  const createdAtMs = instantIn(message, created);
  if (expires < 0) return { createdAtMs, expiresAtMs: undefined };
  const expiresAtMs = instantIn(message, expires);
  if (expiresAtMs <= createdAtMs) throw new Fault('peer.timestamp-invalid');
  return { createdAtMs, expiresAtMs };
}

function instantIn(message: Uint8Array, hole: number): number {
  const { holes } = octetMatcher;
  return parseInstantOctets(message, holes[hole * 2]!, holes[hole * 2 + 1]!);
}

/** The signature, if its value is the MAC over SignedInfo. */
function signatureIn(
  { signature, signatureValue }: MessageTemplate,
  message: Uint8Array,
  resolved: ContextKey,
): VerifiedSignature | undefined {
  const { algorithm } = signature.claim;
  if (algorithm.kind !== 'mac') return undefined;
  const { holes, out, places } = octetMatcher;
  const start = places[0]!;
  const end = places[1]!;
  const mac = resolved.key.macKey(algorithm).macBase64(out, start, end);
  const value = message.subarray(holes[signatureValue * 2], holes[signatureValue * 2 + 1]);
  if (!isMacText(value, mac)) return undefined;
  return { resolved, valueBase64: mac, start, end };
}

/** The canonical octets: the caller's own, or in the sink of the workspace that lends them. */
function octetsOf({ out }: Matcher, end: number, lender: Workspace | undefined): Uint8Array {
  if (lender === undefined) return out.slice(0, end);
  const { sink } = lender;
  sink.reset();
  sink.write(out, 0, end);
  return sink.bytes;
}

/** The signed parts, if their digests are those of the message. perf: each view of the octets is made once. */
function partsIn(
  { signature: { claim, references, roles, elements, isEndorsing }, digestValues }: MessageTemplate,
  message: Uint8Array,
  octets: Uint8Array,
  signature: VerifiedSignature,
): readonly VerifiedPart[] | undefined {
  const { holes, places } = octetMatcher;
  const { algorithm } = claim;
  const verified: VerifiedPart[] = [];
  for (let index = 0; index < references.length; index++) {
    const reference = references[index]!;
    const start = places[index * 2 + 2]!;
    const end = places[index * 2 + 3]!;
    const digested = octets.subarray(start, end);
    const hole = digestValues[index]! * 2;
    if (!equalsText(message, holes[hole]!, holes[hole + 1]!, digestBase64(reference.digest, digested)))
      return undefined;
    const element = elements[index]!;
    const role = roles[index]!;
    verified.push({ element, role, digested, start, end, reference, algorithm, signature, isEndorsing });
  }
  return verified;
}

interface Proven {
  readonly timestamp: Timestamp | undefined;
  readonly verified: readonly VerifiedPart[];
  readonly octets: Uint8Array;
  readonly end: number;
}

/** Makes the answer as the whole way does, of the template's claims and the message's values. */
function answer(
  template: MessageTemplate,
  message: Uint8Array,
  { policy, soapAction, signatureValuesSent }: OpenRequest,
  { timestamp, verified, octets, end }: Proven,
): OpenedMessage {
  const { signed } = template;
  const { tape, envelope, security, assertions } = template.claims;
  // perf: a spread takes as long as a digest.
  const claims = { tape, envelope, security, timestamp, assertions };
  const everything = addressingIn(template, message, false);
  const isAllBelieved = policy.requireSignedAddressing || policy.trustTransport;
  requireAddressing(tape, envelope, everything, soapAction, policy);
  const body = verified[template.body]!;
  return answerOf(
    {
      signedClaims: claims,
      claims,
      signed,
      verified,
      assertions: [],
      decrypted: NOTHING_DECRYPTED,
      addressing: isAllBelieved ? everything : addressingIn(template, message, true),
      claimedAddressing: isAllBelieved ? undefined : everything,
      bearerContext: undefined,
      user: undefined,
      signatureConfirmed: confirms(claims, signatureValuesSent, policy),
      policy,
    },
    octets,
    { bodyStart: body.start, bodyEnd: body.end, verifiedEnd: end },
  );
}

const NOTHING_DECRYPTED: DecryptedMessage = { parts: [], failure: undefined };

/** As `readAddressing` gives it: a hole holds a value of one word, and never none. */
function addressingIn(template: MessageTemplate, message: Uint8Array, onlySigned: boolean): AddressingClaims {
  const messageId = headerIn(template, message, Addressing.MessageID, onlySigned);
  if (messageId !== undefined && !isAbsoluteIri(messageId)) throw new Fault('peer.structure-invalid');
  return {
    action: headerIn(template, message, Addressing.Action, onlySigned),
    messageId,
    to: headerIn(template, message, Addressing.To, onlySigned),
    relatesTo: headerIn(template, message, Addressing.RelatesTo, onlySigned),
  };
}

function headerIn(
  { addressing, claims, signed }: MessageTemplate,
  message: Uint8Array,
  place: number,
  onlySigned: boolean,
): string | undefined {
  const hole = addressing[place]! * 2;
  if (hole < 0 || (onlySigned && !signed.has(claims.envelope.addressing[place]!))) return undefined;
  const { holes } = octetMatcher;
  return decodeText(message, holes[hole]!, holes[hole + 1]!);
}
