import { Fault } from '@parley/core';
import { loadNative } from '../libxml/native.ts';
import type { Tape } from '../tape/tape.ts';
import { compareForm } from './compare-form.ts';
import { decodeDocument } from './decode-document.ts';
import { libxmlForm } from './libxml-form.ts';

/** What {@link loadLibxml} gives. */
export type Libxml =
  | { readonly available: true; readonly crossCheck: typeof crossCheck }
  | { readonly available: false; readonly reason: string };

/** Loads libxmljs2 if it is installed and compiled here; that it is not is an answer, not an error. */
export function loadLibxml(): Libxml {
  try {
    loadNative();
    return { available: true, crossCheck };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { available: false, reason: error.message };
  }
}

/**
 * A native second opinion: libxml2 reads `bytes`, from which `tape` was scanned or should have been, and the two must be
 * one document, as far as any canonical form can tell. Signatures get forged where two parsers disagree.
 *
 * safety: `bytes` are to be what {@link scan} has taken: libxml2 2.9 is not to be trusted with more.
 * @throws Fault `peer.readers-differ` with what differs and the offset in `tape.bytes`, `caller.libxml-unavailable`
 */
function crossCheck(bytes: Uint8Array, tape: Tape): void {
  compareForm(tape, libxmlForm(decodeDocument(bytes)));
}
