/** libxmljs2, the native libxml2 of 2.9: an optional dependency, so it may not be there. */
import { isMainThread } from 'node:worker_threads';
import type { Libxml, Tape } from '@parley/codec';
import { loadLibxml } from '@parley/codec';
import { loadNative } from '@parley/codec/internal';
import { Fault } from '@parley/core';

// One thread of a process can have it.
const libxml: Libxml = isMainThread ? loadLibxml() : { available: false, reason: 'not the main thread' };

const ERROR_LEVEL = 2;
const DOCTYPE = Buffer.from('<!DOCTYPE');

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

/** Whether it takes `bytes`; false when it is not here. It is asked nothing that has a DOCTYPE. */
export function libxmljs2Takes(bytes: Uint8Array): boolean {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!libxml.available || source.includes(DOCTYPE)) return false;
  try {
    const { errors } = loadNative().parseXml(source, {
      nonet: true,
      noent: false,
      dtdload: false,
      nocdata: true,
      huge: false,
    });
    return errors.every(({ level }) => level < ERROR_LEVEL);
  } catch {
    return false;
  }
}
