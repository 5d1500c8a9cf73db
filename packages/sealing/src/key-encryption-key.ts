/** The key that seals stored contexts: 256 bits, from a file of its owner's or from text that the caller has. */
import { createHmac, randomFillSync, timingSafeEqual } from 'node:crypto';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { Fault, Secret } from '@parley/core';
import { decodeBase64, decodedBase64Max, requireInput, requireKind, TEXT, textLike } from '@parley/core/internal';
import { checkOwnership } from './file-ownership.ts';

const KEY_BYTES = 32;
const KEY_BASE64_BYTES = 44;
export const KEY_ID_BYTES: number = 8;
// base64 or hex of 32 octets, with room for line breaks.
const FILE_BYTES_MAX = 256;

const PATH = textLike(/^[^\0]+$/, 'the name of a file');

/** Seals and opens the records of a store. Printing it shows its id only. */
export class KeyEncryptionKey {
  /** Names the key inside records; a MAC, so it tells nothing about the key. */
  readonly id: Uint8Array;
  readonly secret: Secret;

  /** Copies `bytes` (borrowed; the caller wipes its own copy). @throws Fault `caller.keys-invalid` unless 32 octets */
  constructor(bytes: Uint8Array) {
    requireInput(bytes, 'bytes');
    if (bytes.length !== KEY_BYTES) {
      throw new Fault('caller.keys-invalid', { reason: 'key length', lengthBytes: bytes.length });
    }
    this.secret = Secret.copyOf(bytes);
    this.id = this.secret.lend((key) =>
      Uint8Array.from(
        createHmac('sha256', key).update('parley key-encryption key id').digest().subarray(0, KEY_ID_BYTES),
      ),
    );
  }

  /** Whether a record sealed under key `id` is this key's. */
  isNamed(id: Uint8Array): boolean {
    requireInput(id, 'id');
    return id.length === KEY_ID_BYTES && timingSafeEqual(this.id, id);
  }
}

/**
 * The key in the file at `path`: 32 octets raw, or their base64 or hex text. The file must be a regular one, owned by
 * this user and closed to group and others.
 *
 * @throws Fault `caller.store-key-missing` no such file; `caller.store-permissions` others may read it, or it is a
 * link; `caller.keys-invalid` no key in it; `caller.input-unreadable` otherwise.
 */
export async function keyEncryptionKeyFromFile(path: string): Promise<KeyEncryptionKey> {
  requireKind(PATH, path, 'path');
  const file = await openKeyFile(path);
  const buffer = new Uint8Array(FILE_BYTES_MAX + 1);
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new Fault('caller.store-permissions', { path, reason: 'not a regular file' });
    checkOwnership(path, status);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return keyFromOctets(buffer.subarray(0, bytesRead));
  } catch (error) {
    throw error instanceof Fault ? new Fault(error.code, { path, ...error.detail }) : error;
  } finally {
    buffer.fill(0);
    await file.close();
  }
}

/**
 * The key whose base64 or hex form is `text` (what an environment variable holds).
 * @throws Fault `caller.keys-invalid`
 */
export function keyEncryptionKeyFromText(text: string): KeyEncryptionKey {
  requireKind(TEXT, text, 'text');
  const octets = new TextEncoder().encode(text);
  try {
    return keyFromText(octets);
  } finally {
    octets.fill(0);
  }
}

/**
 * Makes a random key in a new file (raw, mode 0600) and returns it. Never overwrites.
 * @throws Fault `caller.output-unwritable`
 */
export async function createKeyEncryptionKeyFile(path: string): Promise<KeyEncryptionKey> {
  requireKind(PATH, path, 'path');
  const bytes = new Uint8Array(KEY_BYTES);
  try {
    randomFillSync(bytes);
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    return new KeyEncryptionKey(bytes);
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('caller.output-unwritable', { path, reason: errorCode(error) });
  } finally {
    bytes.fill(0);
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

function keyFromOctets(octets: Uint8Array): KeyEncryptionKey {
  return octets.length === KEY_BYTES ? new KeyEncryptionKey(octets) : keyFromText(octets);
}

function keyFromText(octets: Uint8Array): KeyEncryptionKey {
  const bytes = new Uint8Array(KEY_BYTES);
  try {
    const [start, end] = trimmed(octets);
    if (!(decodeHex(octets, start, end, bytes) || decodeBase64Key(octets, start, end, bytes))) {
      throw new Fault('caller.keys-invalid', { reason: 'not 32 octets in base64 or hex' });
    }
    return new KeyEncryptionKey(bytes);
  } finally {
    bytes.fill(0);
  }
}

function trimmed(octets: Uint8Array): [number, number] {
  let start = 0;
  let end = octets.length;
  while (start < end && isSpace(octets[start] ?? 0)) start++;
  while (end > start && isSpace(octets[end - 1] ?? 0)) end--;
  return [start, end];
}

function isSpace(octet: number): boolean {
  return octet === 0x20 || octet === 0x0a || octet === 0x0d || octet === 0x09;
}

/** Decodes exactly `2 * out.length` hex digits. */
function decodeHex(octets: Uint8Array, start: number, end: number, out: Uint8Array): boolean {
  if (end - start !== out.length * 2) return false;
  for (let index = 0; index < out.length; index++) {
    const high = hexDigit(octets[start + 2 * index] ?? 0);
    const low = hexDigit(octets[start + 2 * index + 1] ?? 0);
    if (high < 0 || low < 0) return false;
    out[index] = high * 16 + low;
  }
  return true;
}

function hexDigit(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const lower = octet | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

function decodeBase64Key(octets: Uint8Array, start: number, end: number, out: Uint8Array): boolean {
  if (end - start !== KEY_BASE64_BYTES) return false;
  const decoded = new Uint8Array(decodedBase64Max(KEY_BASE64_BYTES));
  try {
    if (decodeBase64(octets, start, end, decoded, 0) !== out.length) return false;
    out.set(decoded.subarray(0, out.length));
    return true;
  } catch {
    return false;
  } finally {
    decoded.fill(0);
  }
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
