/**
 * Proves a message whose Body holds ciphertext that a template knows.
 *
 * safety: what CBC gives is looked at by nobody before it is proven (T37). First comes all that can be proven of what stands in
 * clear: MAC, digests, keys. Then it is decrypted, and one digest made of all octets that came out, where they stand in the canonical
 * form whatever they are. Only if that is the one which was signed, the plaintext is compared with what is known. Until then, what
 * is done depends on the length of the ciphertext alone, and whatever was wrong, the message goes the whole way from its start.
 */
import { octetMatcher } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import { digestBase64, equalConstantTime, equalsText } from '@parley/core/internal';
import { contextKey } from '../keys/resolve-keys.ts';
import type { ContextKey } from '../keys/resolved-key.ts';
import { isOfOneOrigin, isSameSecret, symmetricKeyUseOf } from '../keys/resolved-key.ts';
import type { Workspace } from '../memory/workspace.ts';
import type { AddressingClaims } from '../message/opened-message.ts';
import { remember } from '../message/replay-memory.ts';
import { freshUntilMs, requireFresh } from '../open/freshness.ts';
import type { ProvenMessage } from '../open/open-in-full.ts';
import { canonicalBytesMax } from '../open/open-in-full.ts';
import { decryptionReplayKey, shareOwnerOf } from '../open/replay-key.ts';
import type { AskedByTemplate } from './asked-by-template.ts';
import { dropsWhatItKnows, formBytes, levelDigest, mayHaveForm, writeForm } from './content-form.ts';
import type { Deciphered } from './decrypt-by-template.ts';
import { decipher, withPlaintext } from './decrypt-by-template.ts';
import { knownAnswer } from './known-answer.ts';
import type { KnownRequest } from './known-request.ts';
import type { CipherTemplate, PlainTemplate } from './message-template.ts';
import { printsOfTaken } from './print.ts';
import type { Judged } from './prove-by-template.ts';
import { isDigest, macIn, octetsUpTo, PAD_ROOM_BYTES, signedParts } from './prove-by-template.ts';
import type { TemplateShelf } from './template-shelf.ts';

type Shelf = TemplateShelf<PlainTemplate>;

/** @throws Fault what the whole way refuses, too */
export function proveEncrypted(
  template: CipherTemplate,
  message: Uint8Array,
  request: KnownRequest,
  judged: Judged,
  { shelf, asked }: { readonly shelf: Shelf; readonly asked: AskedByTemplate },
): ProvenMessage | undefined {
  // perf: only who has the key can make it that decrypting was for nothing.
  if (!shelf.isWorthATry) return undefined;
  const clear = proveClear(template, message, request, judged);
  if (clear === undefined) return undefined;
  const { resolved, decrypting, mac, everything, places } = clear;
  if (!template.isCiphertextSigned && template.cipher.mode === 'cbc') askFirst(clear, request, judged, asked);
  const deciphered = decipher(template, message, decrypting, request.workspace);
  const uncovered = uncover(clear, deciphered, request, shelf);
  if (uncovered === undefined) return undefined;
  const { parts, verified, body } = uncovered;
  if (
    PAD_ROOM_BYTES + places[1]! - places[0]! + verified.length + body.length >
    canonicalBytesMax(judged.receivedBytes, request.policy)
  )
    return undefined;
  const { timestamp, atMs } = judged;
  if (timestamp !== undefined) requireFresh(timestamp, atMs, request.policy);
  const opened = knownAnswer(
    template,
    {
      resolved,
      mac,
      timestamp,
      signed: signedParts(template, parts, resolved),
      encrypted: [{ ...template.account, key: symmetricKeyUseOf(decrypting) }],
      body,
      verified,
      everything,
    },
    request,
  );
  return { opened, atMs, owner: shareOwnerOf(resolved) };
}

/** What is proven of what stands in clear. */
interface Clear {
  readonly template: CipherTemplate;
  readonly message: Uint8Array;
  readonly resolved: ContextKey;
  readonly decrypting: ContextKey;
  readonly mac: string;
  readonly everything: AddressingClaims;
  /** Where SignedInfo and the parts are that the matcher has written. */
  readonly places: Int32Array;
  readonly end: number;
  /** The DigestValue of the Body, in {@link message}. */
  readonly bodyDigest: { readonly start: number; readonly end: number };
  /** Of the Body, canonical. */
  readonly startTagBytes: number;
}

/** The MAC, and all digests but that of a Body that was signed as plaintext. @throws Fault what the whole way refuses, too */
function proveClear(
  template: CipherTemplate,
  message: Uint8Array,
  { policy, contexts, workspace }: KnownRequest,
  { atMs }: Judged,
): Clear | undefined {
  const scope = { policy, contexts, atMs, workspace };
  const resolved = contextKey(template.key.planned(message, octetMatcher), scope);
  const decrypting = contextKey(template.cipherKey.planned(message, octetMatcher), scope);
  if (decrypting.key.secret.lengthBytes !== template.cipher.keyBytes || !belongTogether(resolved, decrypting))
    return undefined;
  const end = template.octets.write(PAD_ROOM_BYTES);
  const mac = end < 0 ? undefined : macIn(template, message, resolved);
  if (mac === undefined) return undefined;
  const { parts, body, isCiphertextSigned } = template;
  const { out } = octetMatcher;
  const places = octetMatcher.places.slice(0, (parts.length + 1) * 2);
  for (let part = 0; part < parts.length; part++) {
    if (part === body && !isCiphertextSigned) continue;
    if (!isDigest(parts[part]!, message, out.subarray(places[part * 2 + 2], places[part * 2 + 3]))) return undefined;
  }
  const everything = template.addressing.read(message, octetMatcher);
  const hole = parts[body]!.digestValue * 2;
  const bodyDigest = { start: octetMatcher.holes[hole]!, end: octetMatcher.holes[hole + 1]! };
  const startTagBytes = places[body * 2 + 3]! - places[body * 2 + 2]!;
  return { template, message, resolved, decrypting, mac, everything, places, end, bodyDigest, startTagBytes };
}

/** What the rules on keys want of all messages; where a policy lets pass more, that goes the whole way. */
function belongTogether(signing: ContextKey, decrypting: ContextKey): boolean {
  return isOfOneOrigin(decrypting, signing) && !isSameSecret(signing, decrypting);
}

/** As decrypt-once.ts has it for the whole way. @throws Fault `peer.replay`, `peer.coverage-missing`, `peer.timestamp-*` */
function askFirst(
  { template, resolved, places }: Clear,
  { replays, policy }: KnownRequest,
  { timestamp, atMs }: Judged,
  asked: AskedByTemplate,
): void {
  if (replays === undefined) return;
  if (template.timestamp >= 0 && timestamp !== undefined) requireFresh(timestamp, atMs, policy);
  else if (timestamp !== undefined || policy.requireTimestamp) throw new Fault('peer.coverage-missing');
  const untilMs = timestamp === undefined ? Number.MAX_SAFE_INTEGER : freshUntilMs(timestamp, policy);
  const key = decryptionReplayKey(resolved, octetMatcher.out.subarray(places[0], places[1]));
  const scope = resolved.context.identifier;
  remember(replays, [{ scope, key, untilMs }], atMs, { owner: shareOwnerOf(resolved) });
  asked.note(scope, key);
}

/** All canonical octets of a message whose plaintext is proven and known. */
interface Uncovered {
  /** Of each reference. */
  readonly parts: readonly Uint8Array[];
  /** All of them, as one run. */
  readonly verified: Uint8Array;
  readonly body: Uint8Array;
}

/** The plaintext that is proven, and known; in an order that its cipher allows. */
function uncover(clear: Clear, deciphered: Deciphered, request: KnownRequest, shelf: Shelf): Uncovered | undefined {
  const { template, places, end } = clear;
  const lender = request.borrow === true ? request.workspace : undefined;
  if (template.cipher.mode === 'cbc' && !template.isCiphertextSigned) {
    const laid = proveContent(clear, deciphered, lender);
    if (laid === undefined) return undefined;
    const body = knownBody(clear, deciphered.octets, request, shelf);
    return body !== undefined && equalConstantTime(body, laid.body) ? laid : undefined;
  }
  if (!deciphered.isGood) return undefined;
  const body = knownBody(clear, deciphered.octets, request, shelf);
  if (body === undefined) return undefined;
  if (template.isCiphertextSigned) {
    const octets = octetsUpTo(end + body.length, lender);
    const parts = template.parts.map((_, part) => octets.subarray(places[part * 2 + 2], places[part * 2 + 3]));
    return { parts, verified: octets.subarray(places[2], end), body: octets.subarray(end, end + body.length) };
  }
  if (!isBody(clear, body)) return undefined;
  const laid = layOut(clear, body.length, lender);
  laid.body.set(body);
  return laid;
}

/**
 * The canonical octets, if those of the Body are what was signed; the plaintext is not looked at.
 * safety: what is done here depends on lengths that show, and on nothing else, unless all is right.
 */
function proveContent(clear: Clear, deciphered: Deciphered, lender: Workspace | undefined): Uncovered | undefined {
  const { template, startTagBytes } = clear;
  const { octets: content, isGood, leastBytes, mostBytes } = deciphered;
  const { digest } = template.parts[template.body]!;
  for (const form of template.forms) {
    if (!mayHaveForm(form, leastBytes)) continue;
    const bodyBytes = startTagBytes + formBytes(form, content.length);
    const laid = layOut(clear, bodyBytes, lender);
    writeForm(form, content, laid.body.subarray(startTagBytes));
    const isRight = isBody(clear, laid.body);
    const isDropped = dropsWhatItKnows(form, content);
    if (isGood && isRight && isDropped) return laid;
    levelDigest(digest, bodyBytes, bodyBytes - content.length + mostBytes);
  }
  return undefined;
}

/** Whether these are the canonical octets of the Body that was signed. */
function isBody({ template, message, bodyDigest }: Clear, octets: Uint8Array): boolean {
  const { digest } = template.parts[template.body]!;
  return equalsText(message, bodyDigest.start, bodyDigest.end, digestBase64(digest, octets));
}

/** What the matcher wrote, with room for so many octets of the Body, of which the start tag stands there. */
function layOut(
  { template: { body: bodyPart }, places, startTagBytes, end }: Clear,
  bodyBytes: number,
  lender: Workspace | undefined,
): Uncovered {
  const { out } = octetMatcher;
  const first = places[2]!;
  const tagEnd = places[bodyPart * 2 + 3]!;
  const more = bodyBytes - startTagBytes;
  const octets = roomFor(end - first + more, lender);
  octets.set(out.subarray(first, tagEnd));
  octets.set(out.subarray(tagEnd, end), tagEnd - first + more);
  const parts: Uint8Array[] = [];
  for (let place = 2; place < places.length; place += 2) {
    const isBehind = places[place]! >= tagEnd && place !== bodyPart * 2 + 2;
    const start = places[place]! - first + (isBehind ? more : 0);
    const stop = places[place + 1]! - first + (places[place + 1]! >= tagEnd ? more : 0);
    parts.push(octets.subarray(start, stop));
  }
  return { parts, verified: octets.subarray(0, end - first + more), body: parts[bodyPart]! };
}

function roomFor(bytes: number, lender: Workspace | undefined): Uint8Array {
  if (lender === undefined) return new Uint8Array(bytes);
  const { sink } = lender;
  sink.reset();
  sink.reserve(bytes);
  sink.length = bytes;
  return sink.bytes;
}

/** The canonical Body of the message in which `plaintext` stands, if that is known; it lies where the matcher has written it. */
function knownBody(
  { template, message, end }: Clear,
  plaintext: Uint8Array,
  { workspace, policy }: KnownRequest,
  shelf: Shelf,
): Uint8Array | undefined {
  const plain = withPlaintext(template, message, plaintext, workspace);
  if (plain.length > policy.limits.messageBytesMax || !octetMatcher.take(plain)) return undefined;
  const known = shelf.find(({ outer, octets }) => outer === template && octets.matches(plain), printsOfTaken);
  const bodyEnd = known?.octets.write(end) ?? -1;
  return bodyEnd < 0 ? undefined : octetMatcher.out.subarray(end, bodyEnd);
}
