/**
 * Proves a message whose Body holds ciphertext that a template knows.
 *
 * safety: what CBC gives is looked at by nobody before it is proven (T37). First comes all that can be proven of what stands in
 * clear: MAC, digests, keys. Then it is decrypted, and one digest made of all octets that came out, where they stand in the canonical
 * form whatever they are. Only if that is the one which was signed, the plaintext is compared with what is known. Until then, what
 * is done depends on the length of the ciphertext alone, and whatever was wrong, the message goes the whole way from its start.
 */
import { octetMatcher } from '@parley/codec/internal';
import { digestBase64, equalConstantTime, equalsText } from '@parley/core/internal';
import type { ContextKey } from '../keys/resolved-key.ts';
import { symmetricKeyUseOf } from '../keys/resolved-key.ts';
import type { Workspace } from '../memory/workspace.ts';
import type { EncryptedPart } from '../message/opened-message.ts';
import { requireFresh } from '../open/freshness.ts';
import type { ProvenMessage } from '../open/open-in-full.ts';
import { canonicalBytesMax } from '../open/open-in-full.ts';
import { shareOwnerOf } from '../open/replay-key.ts';
import type { AskedByTemplate } from './asked-by-template.ts';
import type { Clear } from './clear-proof.ts';
import { cipherKeys, clearProof } from './clear-proof.ts';
import { dropsWhatItKnows, formBytes, levelDigest, mayHaveForm, writeForm } from './content-form.ts';
import { withPlaintext } from './decrypt-by-template.ts';
import { hiddenProof } from './hidden-proof.ts';
import { knownAnswer } from './known-answer.ts';
import type { CipherTemplate, PlainTemplate } from './message-template.ts';
import { printsOfTaken } from './print.ts';
import type { Judged } from './prove-by-template.ts';
import { octetsUpTo, PAD_ROOM_BYTES, signedParts, viewOf } from './prove-by-template.ts';
import type { KnownRequest, TemplateShelf } from './template-shelf.ts';

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
  const keys = cipherKeys(template, message, request, judged);
  if (keys === undefined) return undefined;
  const { hidden } = template;
  const clear =
    hidden === undefined
      ? clearProof(template, message, keys, request, { judged, asked })
      : hiddenProof(template, message, hidden, keys, request);
  if (clear === undefined) return undefined;
  const { resolved, decrypting, mac, everything, places } = clear;
  const uncovered = uncover(clear, request, shelf);
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
      encrypted: encryptedParts(template, decrypting),
      body,
      verified,
      everything,
    },
    request,
  );
  return { opened, atMs, owner: shareOwnerOf(resolved) };
}

/** The account of what was decrypted. */
function encryptedParts({ accounts }: CipherTemplate, decrypting: ContextKey): readonly EncryptedPart[] {
  // perf: a spread of the account takes as long as a digest.
  return accounts.map(({ role, namespace, localName, target, cipher }) => ({
    role,
    namespace,
    localName,
    target,
    cipher,
    key: symmetricKeyUseOf(decrypting),
  }));
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
function uncover(clear: Clear, request: KnownRequest, shelf: Shelf): Uncovered | undefined {
  const { template, places, end, content } = clear;
  const lender = request.borrow === true ? request.workspace : undefined;
  if (template.cipher.mode === 'cbc' && !template.isCiphertextSigned) {
    const laid = proveContent(clear, lender);
    if (laid === undefined) return undefined;
    const body = knownBody(clear, request, shelf);
    return body !== undefined && equalConstantTime(body, laid.body) ? laid : undefined;
  }
  if (!content.isGood) return undefined;
  const body = knownBody(clear, request, shelf);
  if (body === undefined) return undefined;
  if (template.isCiphertextSigned) {
    const octets = octetsUpTo(end + body.length, lender);
    const parts = template.parts.map((_, part) =>
      viewOf(template, part, octets, places[part * 2 + 2]!, places[part * 2 + 3]!, lender),
    );
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
function proveContent(clear: Clear, lender: Workspace | undefined): Uncovered | undefined {
  const { template, startTagBytes } = clear;
  const { octets: content, isGood, leastBytes, mostBytes } = clear.content;
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
function isBody({ template, bodyDigest: { octets: from, start, end } }: Clear, octets: Uint8Array): boolean {
  const { digest } = template.parts[template.body]!;
  return equalsText(from, start, end, digestBase64(digest, octets));
}

/** What the matcher wrote, with room for so many octets of the Body, of which the start tag stands there. */
function layOut(
  { template, places, startTagBytes, end }: Clear,
  bodyBytes: number,
  lender: Workspace | undefined,
): Uncovered {
  const { out } = octetMatcher;
  const bodyPart = template.body;
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
    parts.push(viewOf(template, parts.length, octets, start, stop, lender));
  }
  const verified = viewOf(template, parts.length, octets, 0, end - first + more, lender);
  return { parts, verified, body: parts[bodyPart]! };
}

function roomFor(bytes: number, lender: Workspace | undefined): Uint8Array {
  if (lender === undefined) return new Uint8Array(bytes);
  const { sink } = lender;
  sink.reset();
  sink.reserve(bytes);
  sink.length = bytes;
  return sink.bytes;
}

/** The canonical Body of the message in which the plaintext stands, if that is known; it lies where the matcher has written it. */
function knownBody(
  { template, message, end, before, content }: Clear,
  { workspace, policy }: KnownRequest,
  shelf: Shelf,
): Uint8Array | undefined {
  const plain = withPlaintext(template, message, [...before, content.octets], workspace);
  if (plain.length > policy.limits.messageBytesMax || !octetMatcher.take(plain)) return undefined;
  const known = shelf.find(({ outer, octets }) => outer === template && octets.matches(plain), printsOfTaken);
  const bodyEnd = known?.octets.write(end) ?? -1;
  return bodyEnd < 0 ? undefined : octetMatcher.out.subarray(end, bodyEnd);
}
