/** Proves a message that a template knows: the MAC first, then the digests, then freshness and addressing. */
import { octetMatcher } from '@parley/codec/internal';
import { digestBase64, equalsText } from '@parley/core/internal';
import type { Timestamp } from '../claims/timestamp.ts';
import { contextKey } from '../keys/resolve-keys.ts';
import type { ContextKey } from '../keys/resolved-key.ts';
import { isOfOneOrigin, isSameSecret, keyUseOf } from '../keys/resolved-key.ts';
import type { Workspace } from '../memory/workspace.ts';
import type { SignedPart } from '../message/opened-message.ts';
import { requireFresh } from '../open/freshness.ts';
import type { ProvenMessage } from '../open/open-in-full.ts';
import { canonicalBytesMax } from '../open/open-in-full.ts';
import { shareOwnerOf } from '../open/replay-key.ts';
import { isMacText } from '../open/verify-signatures.ts';
import type { DecryptedByTemplate } from './decrypt-by-template.ts';
import { knownAnswer } from './known-answer.ts';
import type { KnownRequest } from './known-request.ts';
import type { MessageTemplate } from './message-template.ts';

// perf: room for the pad of a MAC, as `verify-signatures.ts` has it.
const PAD_ROOM_BYTES = 128;

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
  decrypted?: DecryptedByTemplate,
): ProvenMessage | undefined {
  const { policy, contexts, workspace, borrow } = request;
  const resolved = contextKey(template.key.planned(message, octetMatcher), { policy, contexts, atMs, workspace });
  if (decrypted !== undefined && !belongTogether(resolved, decrypted.resolved)) return undefined;
  const end = template.octets.write(PAD_ROOM_BYTES);
  if (end < 0 || end > canonicalBytesMax(receivedBytes, policy)) return undefined;
  const mac = macIn(template, message, resolved);
  if (mac === undefined) return undefined;
  const octets = octetsUpTo(end, borrow === true ? workspace : undefined);
  const signed = partsIn(template, message, octets, resolved);
  if (signed === undefined) return undefined;
  if (timestamp !== undefined) requireFresh(timestamp, atMs, policy);
  const encrypted = decrypted === undefined ? [] : [decrypted.part];
  const start = octetMatcher.places[2]!;
  const opened = knownAnswer(
    template,
    message,
    { resolved, mac, timestamp, signed, encrypted, octets, start, end },
    request,
  );
  return { opened, atMs, owner: shareOwnerOf(resolved) };
}

/** What the rules on keys want of all messages; where a policy lets pass more, that goes the whole way. */
function belongTogether(signing: ContextKey, decrypting: ContextKey): boolean {
  return isOfOneOrigin(decrypting, signing) && !isSameSecret(signing, decrypting);
}

/** The SignatureValue, if it is the MAC over SignedInfo. */
function macIn(
  { algorithm, signatureValue }: MessageTemplate,
  message: Uint8Array,
  { key }: ContextKey,
): string | undefined {
  const { holes, out, places } = octetMatcher;
  const mac = key.macKey(algorithm).macBase64(out, places[0]!, places[1]!);
  const value = message.subarray(holes[signatureValue * 2], holes[signatureValue * 2 + 1]);
  return isMacText(value, mac) ? mac : undefined;
}

/** The canonical octets: the caller's own, or in the sink of the workspace that lends them. */
function octetsUpTo(end: number, lender: Workspace | undefined): Uint8Array {
  const { out } = octetMatcher;
  if (lender === undefined) return out.slice(0, end);
  const { sink } = lender;
  sink.reset();
  sink.write(out, 0, end);
  return sink.bytes;
}

/** The signed parts, if their digests are those of the message. */
function partsIn(
  { parts }: MessageTemplate,
  message: Uint8Array,
  octets: Uint8Array,
  resolved: ContextKey,
): readonly SignedPart[] | undefined {
  const { holes, places } = octetMatcher;
  const key = keyUseOf(resolved);
  const signed: SignedPart[] = [];
  for (let index = 0; index < parts.length; index++) {
    const { account, digest, digestValue } = parts[index]!;
    const bytes = octets.subarray(places[index * 2 + 2]!, places[index * 2 + 3]!);
    const value = digestBase64(digest, bytes);
    if (!equalsText(message, holes[digestValue * 2]!, holes[digestValue * 2 + 1]!, value)) return undefined;
    const { role, namespace, localName, algorithm } = account;
    signed.push({ role, namespace, localName, bytes, digest: digest.name, algorithm, key });
  }
  return signed;
}
