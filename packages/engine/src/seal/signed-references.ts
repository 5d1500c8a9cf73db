/** What a signature of ours covers, digested as it will stand in the message that goes out. */

import { XmlWriter } from '@parley/codec';
import type { AddedAttribute } from '@parley/codec/internal';
import { canonicalisePart, replaceCanonicalContent } from '@parley/codec/internal';
import { digestBase64 } from '@parley/core/internal';
import type { SignedReference } from '../write/signature.ts';
import type { WrittenRange } from './encrypt-parts.ts';
import type { Sealing } from './sealing.ts';

/** An element that is to be signed, with the Id attribute that it lacks. */
export interface SignedElement {
  readonly element: number;
  readonly id: string;
  readonly added: AddedAttribute | undefined;
}

/** Digests an element that came in; `encrypted` is what has taken its place, or in the Body that of its content. */
export function referenceTo(
  { tape, envelope, digest, workspace }: Sealing,
  { element, id, added }: SignedElement,
  encrypted: WrittenRange | undefined,
): SignedReference {
  const { sink, written } = workspace;
  const replacement = encrypted && written.bytes.subarray(encrypted.start, encrypted.end);
  if (replacement !== undefined && element !== envelope.body) {
    return { id, digestBase64: digestBase64(digest, replacement) };
  }
  sink.reset();
  canonicalisePart(tape, element, added, sink);
  if (replacement !== undefined) replaceCanonicalContent(tape, element, 0, replacement, sink);
  return { id, digestBase64: digestBase64(digest, sink.bytes.subarray(0, sink.length)) };
}

/** Writes an element that the signature covers: what a writer of its own writes is canonical as it is. */
export function writeSigned(sealing: Sealing, id: string, write: (writer: XmlWriter) => void): SignedReference {
  const { written } = sealing.workspace;
  const start = written.length;
  write(new XmlWriter(written));
  return referenceFrom(sealing, id, start);
}

/** Digests what was written from `start` on. */
export function referenceFrom({ digest, workspace: { written } }: Sealing, id: string, start: number): SignedReference {
  return { id, digestBase64: digestBase64(digest, written.bytes.subarray(start, written.length)) };
}

/** Digests an element that will be written behind the signature. */
export function referenceToWriting(
  { digest, workspace: { sink } }: Sealing,
  id: string,
  write: (writer: XmlWriter) => void,
): SignedReference {
  sink.reset();
  write(new XmlWriter(sink));
  return { id, digestBase64: digestBase64(digest, sink.bytes.subarray(0, sink.length)) };
}

/** The token of the signature itself, by STR-Transform, if that is asked for. */
export function dereferencedOf({ digest, keys: { signer } }: Sealing): readonly SignedReference[] {
  if (signer.dereferenced === undefined) return [];
  const { id, octets } = signer.dereferenced;
  return [{ id, isDereferenced: true, digestBase64: digestBase64(digest, octets) }];
}
