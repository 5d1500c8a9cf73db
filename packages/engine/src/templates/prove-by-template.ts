/** Proves a message that a template knows: the MAC first, then the digests, then freshness and addressing. */
import { octetMatcher } from '@parley/codec/internal';
import { digestBase64, equalsText } from '@parley/core/internal';
import type { Timestamp } from '../claims/timestamp.ts';
import { contextKey } from '../keys/resolve-keys.ts';
import type { ContextKey } from '../keys/resolved-key.ts';
import { keyUseOf } from '../keys/resolved-key.ts';
import type { Workspace } from '../memory/workspace.ts';
import type { SignedPart } from '../message/opened-message.ts';
import { requireFresh } from '../open/freshness.ts';
import type { ProvenMessage } from '../open/open-in-full.ts';
import { canonicalBytesMax } from '../open/open-in-full.ts';
import { shareOwnerOf } from '../open/replay-key.ts';
import { isMacText } from '../open/verify-signatures.ts';
import { knownAnswer } from './known-answer.ts';
import type { MessageTemplate, PartTemplate, SignedTemplate } from './message-template.ts';
import type { KnownRequest } from './template-shelf.ts';

// perf: room for the pad of a MAC, as `verify-signatures.ts` has it.
export const PAD_ROOM_BYTES = 128;

/** What is known of the message before its keys. */
export interface Judged {
  readonly timestamp: Timestamp | undefined;
  readonly atMs: number;
  /** Of the message as it came. */
  readonly receivedBytes: number;
}

/** @throws Fault what the whole way refuses, too */
export function proveBy(
  template: MessageTemplate,
  message: Uint8Array,
  request: KnownRequest,
  { timestamp, atMs, receivedBytes }: Judged,
): ProvenMessage | undefined {
  const { policy, contexts, workspace, borrow } = request;
  const resolved = contextKey(template.key.planned(message, octetMatcher), { policy, contexts, atMs, workspace });
  const end = template.octets.write(PAD_ROOM_BYTES);
  if (end < 0 || end > canonicalBytesMax(receivedBytes, policy)) return undefined;
  const mac = macIn(template, message, resolved);
  if (mac === undefined) return undefined;
  const lender = borrow === true ? workspace : undefined;
  const octets = octetsUpTo(end, lender);
  const { places } = octetMatcher;
  const parts: Uint8Array[] = [];
  for (let part = 0; part < template.parts.length; part++) {
    const bytes = viewOf(template, part, octets, places[part * 2 + 2]!, places[part * 2 + 3]!, lender);
    if (!isDigest(template.parts[part]!, message, bytes)) return undefined;
    parts.push(bytes);
  }
  if (timestamp !== undefined) requireFresh(timestamp, atMs, policy);
  const opened = knownAnswer(
    template,
    {
      resolved,
      mac,
      timestamp,
      signed: signedParts(template, parts, resolved),
      encrypted: [],
      body: parts[template.body]!,
      verified: viewOf(template, parts.length, octets, places[2]!, end, lender),
      everything: template.addressing.read(message, octetMatcher),
    },
    request,
  );
  return { opened, atMs, owner: shareOwnerOf(resolved) };
}

/** The SignatureValue of the message that matched, if it is the MAC over the SignedInfo that was written. */
export function macIn(
  { algorithm, signatureValue }: SignedTemplate,
  message: Uint8Array,
  { key }: ContextKey,
): string | undefined {
  const { holes, out, places } = octetMatcher;
  const mac = key.macKey(algorithm).macBase64(out, places[0]!, places[1]!);
  return isMacText(message, holes[signatureValue * 2]!, holes[signatureValue * 2 + 1]!, mac) ? mac : undefined;
}

/** The canonical octets: the caller's own, or in the sink of the workspace that lends them. */
export function octetsUpTo(end: number, lender: Workspace | undefined): Uint8Array {
  const { out } = octetMatcher;
  if (lender === undefined) return out.slice(0, end);
  const { sink } = lender;
  sink.reset();
  sink.write(out, 0, end);
  return sink.bytes;
}

/** octets[start, end), which {@link octetsUpTo} gave: the part of that number, or all of them. */
export function viewOf(
  { views }: SignedTemplate,
  place: number,
  octets: Uint8Array,
  start: number,
  end: number,
  lender: Workspace | undefined,
): Uint8Array {
  return lender === undefined ? octets.subarray(start, end) : views.at(place, octets, start, end);
}

/** Whether `octets` have the digest of that part of the message that matched. */
export function isDigest({ digest, digestValue }: PartTemplate, message: Uint8Array, octets: Uint8Array): boolean {
  const { holes } = octetMatcher;
  const value = digestBase64(digest, octets);
  return equalsText(message, holes[digestValue * 2]!, holes[digestValue * 2 + 1]!, value);
}

/** The account of parts whose canonical octets are `parts`. */
export function signedParts(
  template: SignedTemplate,
  parts: readonly Uint8Array[],
  resolved: ContextKey,
): readonly SignedPart[] {
  const key = keyUseOf(resolved);
  const signed: SignedPart[] = [];
  for (let part = 0; part < parts.length; part++) {
    const { role, namespace, localName, digest, algorithm } = template.parts[part]!.account;
    signed.push({ role, namespace, localName, bytes: parts[part]!, digest, algorithm, key });
  }
  return signed;
}
