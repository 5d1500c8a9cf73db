import type { CanonicalisationOptions } from '@parley/codec';
import { canonicalise, canonicaliseDocument, OctetSink } from '@parley/codec/internal';
import type { SignedMessage } from './ours.ts';

/** What every reader has to come to: the exclusive canonical form of each signed part, and of the document. */
export interface CanonicalForms {
  readonly parts: readonly Buffer[];
  readonly document: Buffer;
}

/** The forms that Parley writes. */
export function canonicalFormsOf(
  { tape, parts }: SignedMessage,
  options: CanonicalisationOptions = {},
): CanonicalForms {
  const written = (write: (sink: OctetSink) => void): Buffer => {
    const sink = new OctetSink();
    write(sink);
    return Buffer.from(sink.bytes.subarray(0, sink.length));
  };
  return {
    parts: parts.map((part) => written((sink) => canonicalise(tape, part, sink, options))),
    document: written((sink) => canonicaliseDocument(tape, sink, options)),
  };
}

/** Ends the program unless a peer wrote the same octets: a benchmark of something else would tell nothing. */
export function requireSame(peer: string, ours: Buffer, theirs: Buffer): void {
  if (!ours.equals(theirs)) throw new Error(`${peer} writes another canonical form`);
}
