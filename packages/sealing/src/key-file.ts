/** Key-encryption keys in files of their owner's, in clear or wrapped. */
import { randomBytes, randomFillSync } from 'node:crypto';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, rename, rm } from 'node:fs/promises';
import { Fault } from '@parley/core';
import { optional, requireKind, textLike } from '@parley/core/internal';
import { checkOwnership } from './file-ownership.ts';
import { KEY_BYTES, KeyEncryptionKey, keyFromOctets } from './key-encryption-key.ts';
import type { KeyWrapper } from './wrapped-key.ts';
import {
  isWrapped,
  unwrapped,
  unwrappedOctets,
  WRAPPER,
  wrapped,
  wrappedKeyOf,
  wrappedKeyText,
} from './wrapped-key.ts';

// A wrapped key; in clear, base64 or hex of 32 octets, with room for line breaks.
const FILE_BYTES_MAX = 4352;

const PATH = textLike(/^[^\0]+$/, 'the name of a file');

/**
 * The key in the file at `path`: 32 octets raw, or their base64 or hex text; with `wrapper`, a key that `createWrappedKeyFile`
 * made, and no other. The file must be a regular one, owned by this user and closed to group and others.
 *
 * @throws Fault `caller.store-key-missing` no such file; `caller.store-permissions` others may read it, or it is a
 * link; `caller.keys-invalid` no key in it, or in clear where it should be wrapped; `caller.input-unreadable` otherwise; and as `KeyWrapper.unwrap`
 */
export async function keyEncryptionKeyFromFile(path: string, wrapper?: KeyWrapper): Promise<KeyEncryptionKey> {
  requireKind(PATH, path, 'path');
  requireKind(optional(WRAPPER), wrapper, 'wrapper');
  return await readKeyFile(path, async (octets) => {
    if (wrapper !== undefined) return await unwrapped(wrappedKeyOf(new TextDecoder().decode(octets)), wrapper);
    if (isWrapped(octets))
      throw new Fault('caller.keys-invalid', { reason: 'wrapped: only the key service that wrapped it has the key' });
    return keyFromOctets(octets);
  });
}

/**
 * Makes a random key in a new file (raw, mode 0600) and returns it. Never overwrites.
 * @throws Fault `caller.output-unwritable`
 */
export async function createKeyEncryptionKeyFile(path: string): Promise<KeyEncryptionKey> {
  requireKind(PATH, path, 'path');
  return await withNewKey(async (key) => await writeNew(path, key));
}

/**
 * Makes a random key and writes it wrapped into a new file (mode 0600); in clear it is nowhere but in this process. Never overwrites.
 * @throws Fault `caller.output-unwritable`; and as `KeyWrapper.wrap`
 */
export async function createWrappedKeyFile(path: string, wrapper: KeyWrapper): Promise<KeyEncryptionKey> {
  requireKind(PATH, path, 'path');
  requireKind(WRAPPER, wrapper, 'wrapper');
  return await withNewKey(async (key) => {
    await writeNew(path, new TextEncoder().encode(wrappedKeyText(await wrapped(key, wrapper))));
  });
}

/**
 * Wraps the key in the file at `path` anew, under the key that wraps now: what a store has sealed stays as it is, and processes that run do not notice.
 * The file is replaced as a whole.
 * @returns the ids of the keys that it was wrapped under, and is
 * @throws Fault as {@link keyEncryptionKeyFromFile} and {@link createWrappedKeyFile}
 */
export async function rewrapKeyFile(
  path: string,
  wrapper: KeyWrapper,
): Promise<{ readonly before: string; readonly after: string }> {
  requireKind(PATH, path, 'path');
  requireKind(WRAPPER, wrapper, 'wrapper');
  return await readKeyFile(path, async (octets) => {
    const before = wrappedKeyOf(new TextDecoder().decode(octets));
    const key = await unwrappedOctets(before, wrapper);
    try {
      const after = await wrapped(key, wrapper);
      await replace(path, new TextEncoder().encode(wrappedKeyText(after)));
      return { before: before.keyId, after: after.keyId };
    } finally {
      key.fill(0);
    }
  });
}

async function withNewKey(keep: (key: Uint8Array) => Promise<void>): Promise<KeyEncryptionKey> {
  const bytes = new Uint8Array(KEY_BYTES);
  try {
    randomFillSync(bytes);
    await keep(bytes);
    return new KeyEncryptionKey(bytes);
  } finally {
    bytes.fill(0);
  }
}

/** @throws Fault `caller.output-unwritable` */
async function writeNew(path: string, octets: Uint8Array): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(octets);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new Fault('caller.output-unwritable', { path, reason: errorCode(error) });
  }
}

/** @throws Fault `caller.output-unwritable`, and what was there is there */
async function replace(path: string, octets: Uint8Array): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString('hex')}`;
  await writeNew(beside, octets);
  try {
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw new Fault('caller.output-unwritable', { path, reason: errorCode(error) });
  }
}

async function readKeyFile<T>(path: string, use: (octets: Uint8Array) => Promise<T>): Promise<T> {
  const file = await openKeyFile(path);
  const buffer = new Uint8Array(FILE_BYTES_MAX + 1);
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new Fault('caller.store-permissions', { path, reason: 'not a regular file' });
    checkOwnership(path, status);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return await use(buffer.subarray(0, bytesRead));
  } catch (error) {
    throw error instanceof Fault ? new Fault(error.code, { path, ...error.detail }, error.cause) : error;
  } finally {
    buffer.fill(0);
    await file.close();
  }
}

async function openKeyFile(path: string): Promise<FileHandle> {
  try {
    // safety: a link could lead to a file that somebody else controls.
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    const reason = errorCode(error);
    if (reason === 'ENOENT') throw new Fault('caller.store-key-missing', { path });
    if (reason === 'ELOOP') throw new Fault('caller.store-permissions', { path, reason: 'symbolic link' });
    throw new Fault('caller.input-unreadable', { path, reason });
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
