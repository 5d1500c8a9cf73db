import type { Tape } from '../tape.ts';
import { compareForm } from './compare-form.ts';
import { decodeDocument } from './decode-document.ts';
import { libxmlForm } from './libxml-form.ts';

/**
 * A native second opinion: libxml2 reads `bytes`, from which `tape` was scanned or should have been, and the two must be
 * one document, as far as any canonical form can tell. Signatures get forged where two parsers disagree.
 *
 * safety: `bytes` are to be what {@link scan} has taken: libxml2 2.9 is not to be trusted with more.
 * @throws Fault `peer.readers-differ` with what differs and the offset in `tape.bytes`, `caller.libxml-unavailable`
 */
export function crossCheck(bytes: Uint8Array, tape: Tape): void {
  compareForm(tape, libxmlForm(decodeDocument(bytes)));
}
