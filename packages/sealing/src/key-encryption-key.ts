/** The key that seals stored contexts: 256 bits. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Fault, Secret } from '@parley/core';
import { decodeBase64, decodedBase64Max, requireInput, requireKind, TEXT } from '@parley/core/internal';

export const KEY_BYTES = 32;
const KEY_BASE64_BYTES = 44;
export const KEY_ID_BYTES: number = 8;

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

/** The key in `octets` (borrowed): 32 octets as they are, or their base64 or hex. @throws Fault `caller.keys-invalid` */
export function keyFromOctets(octets: Uint8Array): KeyEncryptionKey {
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
