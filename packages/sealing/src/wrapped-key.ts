/** A key-encryption key that lies nowhere in clear: wrapped under another one, which never leaves where it is kept. */
import { Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import {
  callbackFault,
  decodeBase64Text,
  encodeBase64,
  OCTETS,
  objectWith,
  port,
  requireKind,
  TEXT,
} from '@parley/core/internal';
import { KEY_BYTES, KeyEncryptionKey } from './key-encryption-key.ts';

export interface WrappedKey {
  /** Names the key that it is wrapped under: 1 to 128 visible ASCII characters. */
  readonly keyId: string;
  readonly octets: Uint8Array;
}

/** Where keys live that wrap others and never leave it: a token of PKCS#11, a service for keys. Asked when a key is read or made, not for messages. */
export interface KeyWrapper {
  /**
   * Wraps `key` (32 octets, borrowed) under the key that wraps now.
   * @throws Fault (rejects) `caller.key-service-refused`, `internal.key-service-unavailable`
   */
  wrap(key: Uint8Array): Promise<WrappedKey>;

  /**
   * The octets again, the caller's to wipe; also of one that was wrapped under an earlier key.
   * @throws Fault (rejects) `caller.store-key-wrong` it was not wrapped under the key of that id, or altered; and as {@link wrap}
   */
  unwrap(wrapped: WrappedKey): Promise<Uint8Array>;
}

export const WRAPPER: Kind<KeyWrapper> = port<KeyWrapper>('wrap', 'unwrap');

const WRAPPED = objectWith<WrappedKey>({ keyId: TEXT, octets: OCTETS });

/** What each wrapped key begins with as text, in a file or a variable. */
const SIGN = 'parley-wrapped-key';
const FORM = new RegExp(`^${SIGN} 1 ([!-~]{1,128}) ([A-Za-z0-9+/]{4,4000}={0,2})\\s*$`);

/** `key` (borrowed), wrapped. @throws Fault `caller.callback-failed`, `caller.option-invalid` the wrapper's fault; and as {@link KeyWrapper.wrap} */
export async function wrapped(key: Uint8Array, wrapper: KeyWrapper): Promise<WrappedKey> {
  const answer = await asked('wrap', async () => await wrapper.wrap(key));
  requireKind(WRAPPED, answer, 'wrapper.wrap()');
  return answer;
}

/** @throws Fault `caller.keys-invalid` the wrapper gave what has no such form */
export function wrappedKeyText({ keyId, octets }: WrappedKey): string {
  const text = `${SIGN} 1 ${keyId} ${encodeBase64(octets)}\n`;
  if (!FORM.test(text)) throw new Fault('caller.keys-invalid', { reason: 'no wrapped key' });
  return text;
}

/** Whether `octets` are the text of a wrapped key, and not a key. */
export function isWrapped(octets: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(octets).startsWith(`${SIGN} `);
}

/** @throws Fault `caller.keys-invalid` */
export function wrappedKeyOf(text: string): WrappedKey {
  const [, keyId, base64] = FORM.exec(text) ?? [];
  if (keyId === undefined || base64 === undefined || base64.length % 4 !== 0)
    throw new Fault('caller.keys-invalid', { reason: 'no wrapped key' });
  return { keyId, octets: decodeBase64Text(base64) };
}

/**
 * The key whose wrapped form is `text` (what a file has that `createWrappedKeyFile` made, or an environment variable holds).
 * @throws Fault `caller.keys-invalid`; and as {@link KeyWrapper.unwrap}
 */
export async function keyEncryptionKeyFromWrappedText(text: string, wrapper: KeyWrapper): Promise<KeyEncryptionKey> {
  requireKind(TEXT, text, 'text');
  requireKind(WRAPPER, wrapper, 'wrapper');
  return await unwrapped(wrappedKeyOf(text), wrapper);
}

/** @throws Fault as {@link unwrappedOctets} */
export async function unwrapped(key: WrappedKey, wrapper: KeyWrapper): Promise<KeyEncryptionKey> {
  const octets = await unwrappedOctets(key, wrapper);
  try {
    return new KeyEncryptionKey(octets);
  } finally {
    octets.fill(0);
  }
}

/**
 * 32 octets, the caller's to wipe.
 * @throws Fault `caller.callback-failed`, `caller.option-invalid` the wrapper's fault; and as {@link KeyWrapper.unwrap}
 */
export async function unwrappedOctets(key: WrappedKey, wrapper: KeyWrapper): Promise<Uint8Array> {
  const octets = await asked('unwrap', async () => await wrapper.unwrap(key));
  requireKind(OCTETS, octets, 'wrapper.unwrap()');
  if (octets.length === KEY_BYTES) return octets;
  octets.fill(0);
  throw new Fault('caller.store-key-wrong', { reason: 'not a key of ours', lengthBytes: octets.length });
}

async function asked<T>(method: keyof KeyWrapper, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw callbackFault(`wrapper.${method}`, error);
  }
}
