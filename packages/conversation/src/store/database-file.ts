import { open } from 'node:fs/promises';
import { endianness } from 'node:os';
import { Fault } from '@parley/core';

// Of LMDB's first page: magic number and format version, in the order of the machine.
const MAGIC_AT = 24;
const MAGIC = 0xbeefc0de;
const FORMAT_VERSION = 2;
const HEAD_BYTES = 32;

/**
 * Checks that the file at `path` begins as a database does; an empty one may (LMDB fills it).
 * interop: lmdb brings the whole process down when it opens another kind of file.
 *
 * @throws Fault `internal.store-corrupt`, `internal.store-unavailable`
 */
export async function checkDatabaseFile(path: string): Promise<void> {
  const head = await headOf(path);
  if (head.length === 0) return;
  const isLittleEndian = endianness() === 'LE';
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const isDatabase =
    head.length === HEAD_BYTES &&
    view.getUint32(MAGIC_AT, isLittleEndian) === MAGIC &&
    view.getUint32(MAGIC_AT + 4, isLittleEndian) === FORMAT_VERSION;
  if (!isDatabase) throw new Fault('internal.store-corrupt', { path, reason: 'not a database file' });
}

async function headOf(path: string): Promise<Uint8Array> {
  const head = new Uint8Array(HEAD_BYTES);
  try {
    const file = await open(path, 'r');
    try {
      const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
      return head.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new Fault('internal.store-unavailable', { path, reason });
  }
}
