/**
 * How the canonical form of a Body is had of its content without looking at it: all octets of the content, one behind the other,
 * but for a few at a fixed place. So a digest can be made of what was decrypted, and say whether it is what was signed, before
 * anything depends on what it says (T37).
 */
import { bytesEqual, startTagEnd } from '@parley/codec/internal';
import type { DigestAlgorithm } from '@parley/core';
import { digestBase64, equalConstantTime } from '@parley/core/internal';

export interface ContentForm {
  /** So many octets of the content come first. */
  readonly before: number;
  /** What the content has then, and the canonical form has not: declarations that are not used. */
  readonly dropped: Uint8Array;
  /** What the canonical form has in its place: declarations that are made further out. */
  readonly inserted: Uint8Array;
  /** The end tag of the Body. */
  readonly tail: Uint8Array;
}

/** Forms that are tried, all of them where none fits: each is a digest. */
const FORMS_MAX = 4;
const LESS = 0x3c;

/**
 * The form of a Body; nothing, where its content differs from its canonical form in more than the first start tag.
 * @param content as octets of the document
 * @param canonical of the Body
 * @param tagBytes of the first start tag in `content`
 */
export function contentFormOf(content: Uint8Array, canonical: Uint8Array, tagBytes: number): ContentForm | undefined {
  const tailStart = canonical.lastIndexOf(LESS);
  const tail = canonical.slice(tailStart);
  const inside = canonical.subarray(startTagEnd(canonical), tailStart);
  if (inside.length === content.length && bytesEqual(content, 0, content.length, inside))
    return { before: 0, dropped: NOTHING, inserted: NOTHING, tail };
  const least = Math.min(content.length, inside.length);
  let before = 0;
  while (before < least && content[before] === inside[before]) before++;
  let after = 0;
  while (after < least - before && content.at(-1 - after) === inside.at(-1 - after)) after++;
  if (content.length - after > tagBytes) return undefined;
  return {
    before,
    dropped: content.slice(before, content.length - after),
    inserted: inside.slice(before, inside.length - after),
    tail,
  };
}

const NOTHING = new Uint8Array(0);

/** Adds a form to `forms`, in the place of the oldest if there are too many. */
export function addForm(forms: ContentForm[], form: ContentForm): void {
  const isForm = ({ before, dropped, inserted, tail }: ContentForm): boolean =>
    before === form.before &&
    isSame(dropped, form.dropped) &&
    isSame(inserted, form.inserted) &&
    isSame(tail, form.tail);
  if (forms.some(isForm)) return;
  forms.unshift(form);
  if (forms.length > FORMS_MAX) forms.pop();
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && bytesEqual(left, 0, left.length, right);
}

/** Whether content of so many octets may have that form, whatever the octets are. */
export function mayHaveForm({ before, dropped }: ContentForm, leastBytes: number): boolean {
  return leastBytes >= before + dropped.length;
}

/** Octets that a Body of that form has behind its start tag. */
export function formBytes({ dropped, inserted, tail }: ContentForm, contentBytes: number): number {
  return contentBytes - dropped.length + inserted.length + tail.length;
}

/** Writes what a Body of that form has behind its start tag. */
export function writeForm({ before, dropped, inserted, tail }: ContentForm, content: Uint8Array, to: Uint8Array): void {
  to.set(content.subarray(0, before));
  to.set(inserted, before);
  to.set(content.subarray(before + dropped.length), before + inserted.length);
  to.set(tail, to.length - tail.length);
}

/** Whether `content` has what the form drops. In a time that does not depend on the content. */
export function dropsWhatItKnows({ before, dropped }: ContentForm, content: Uint8Array): boolean {
  return equalConstantTime(content.subarray(before, before + dropped.length), dropped);
}

/** Digests as many blocks as `bytes` octets have less than `bytesMax`, so that both took as long. */
export function levelDigest(digest: DigestAlgorithm, bytes: number, bytesMax: number): void {
  const blockBytes = digest.digestBytes > SHORT_DIGEST_BYTES ? LONG_BLOCK_BYTES : LONG_BLOCK_BYTES / 2;
  // What ends a digest: an octet, and the length.
  const blocks = (length: number): number => Math.floor((length + blockBytes / 8) / blockBytes);
  digestBase64(digest, ZEROS.subarray(0, (blocks(bytesMax) - blocks(bytes)) * blockBytes));
}

const SHORT_DIGEST_BYTES = 32;
const LONG_BLOCK_BYTES = 128;
const ZEROS = new Uint8Array(LONG_BLOCK_BYTES);
