/** libxmljs2, the native libxml2 of 2.9: an optional dependency, so it may not be there. */
import type { Libxml, Tape } from '@parley/codec';
import { loadLibxml } from '@parley/codec';
import { Fault } from '@parley/core';

const libxml: Libxml = loadLibxml();

/** Whether it is installed and compiled here. */
export const LIBXMLJS2_TAKES_PART: boolean = libxml.available;

/** What it read differently from `tape`, which was scanned from `bytes`; `undefined` for nothing, or when it is not here. */
export function libxmljs2Difference(bytes: Uint8Array, tape: Tape): string | undefined {
  if (!libxml.available) return undefined;
  try {
    libxml.crossCheck(bytes, tape);
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}
