import { Fault, Secret } from '@parley/core';
import { OCTETS, port, requireKind, requireOptions, shapeOf, TEXT, textLike } from '@parley/core/internal';
import type { KeyWrapper, WrappedKey } from '@parley/sealing';
import {
  CKA_CLASS,
  CKA_EXTRACTABLE,
  CKA_ID,
  CKA_KEY_TYPE,
  CKA_LABEL,
  CKA_SENSITIVE,
  CKA_TOKEN,
  CKA_VALUE,
  CKK_AES,
  CKM_AES_KEY_WRAP,
  CKO_SECRET_KEY,
} from './cryptoki.ts';
import type { Attribute, Handle, Pkcs11Driver } from './pkcs11-driver.ts';
import { faultOf } from './pkcs11-fault.ts';
import { Pkcs11Token } from './pkcs11-token.ts';

export interface Pkcs11Options {
  /** A new `PKCS11` of `pkcs11js`. */
  readonly driver: Pkcs11Driver;
  /** The file of the token's library: `/usr/lib/softhsm/libsofthsm2.so`. */
  readonly library: string;
  /** The label of the token. */
  readonly token: string;
  /** The user's PIN in UTF-8; copied. */
  readonly pin: Uint8Array;
  /**
   * The label of the key that wraps: AES, with a CKA_ID of its own, sensitive and not extractable. Keys that wrapped before are found by the id
   * that each wrapped key names.
   */
  readonly key: string;
}

export interface Pkcs11KeyWrapper extends KeyWrapper {
  /** Forgets the PIN. What is under way is done first. */
  close(): void;
}

const NAME = textLike(/^[^\0]{1,1024}$/, 'a name');

const OPTIONS = shapeOf<Pkcs11Options>({
  driver: port<Pkcs11Driver>('load', 'C_Initialize', 'C_WrapKeyAsync', 'C_UnwrapKeyAsync'),
  library: NAME,
  token: NAME,
  pin: OCTETS,
  key: NAME,
});

const WRAPPED = shapeOf<WrappedKey>({ keyId: TEXT, octets: OCTETS });
const WRAP: { readonly mechanism: number } = { mechanism: CKM_AES_KEY_WRAP };
/** An AES key wrap is longer than its key by eight octets; tokens may want some room. */
const WRAPPED_BYTES_MAX = 512;
/** A key as an object of a session: it is gone with it. */
const OF_SESSION: readonly Attribute[] = [
  { type: CKA_CLASS, value: CKO_SECRET_KEY },
  { type: CKA_KEY_TYPE, value: CKK_AES },
  { type: CKA_TOKEN, value: false },
  { type: CKA_SENSITIVE, value: false },
  { type: CKA_EXTRACTABLE, value: true },
];

/**
 * What wraps key-encryption keys under a key of a PKCS#11 token (a hardware module, or SoftHSM): AES key wrap, done by the token, which the wrapping
 * key never leaves. It is tried once, so that a token that is not there, or a wrong PIN, is known at once.
 *
 * @throws Fault `caller.option-invalid`; `caller.key-service-refused` no such token or key, another PIN, a key that could be read out;
 *   `internal.key-service-unavailable`
 */
export async function openPkcs11KeyWrapper(options: Pkcs11Options): Promise<Pkcs11KeyWrapper> {
  requireOptions(OPTIONS, options, 'options');
  const pin = Secret.copyOf(options.pin);
  let token: Pkcs11Token | undefined;
  try {
    token = new Pkcs11Token(options, pin);
    const wrapper = new TokenKeyWrapper(token, options.key);
    await wrapper.check();
    return wrapper;
  } catch (error) {
    token?.close();
    pin.wipe();
    throw faultOf(error, 'open');
  }
}

class TokenKeyWrapper implements Pkcs11KeyWrapper {
  readonly #token: Pkcs11Token;
  readonly #label: string;

  constructor(token: Pkcs11Token, label: string) {
    this.#token = token;
    this.#label = label;
  }

  async check(): Promise<void> {
    await this.#token.within(async (driver, session) => void this.#current(driver, session));
  }

  async wrap(key: Uint8Array): Promise<WrappedKey> {
    requireKind(OCTETS, key, 'key');
    return await this.#within('wrap', async (driver, session) => {
      const { handle, keyId } = this.#current(driver, session);
      const value = Buffer.from(key.buffer, key.byteOffset, key.length);
      const object = driver.C_CreateObject(session, [...OF_SESSION, { type: CKA_VALUE, value }]);
      const room = Buffer.alloc(WRAPPED_BYTES_MAX);
      return { keyId, octets: Uint8Array.from(await driver.C_WrapKeyAsync(session, WRAP, handle, object, room)) };
    });
  }

  async unwrap(wrapped: WrappedKey): Promise<Uint8Array> {
    requireKind(WRAPPED, wrapped, 'wrapped');
    const { keyId, octets } = wrapped;
    return await this.#within('unwrap', async (driver, session) => {
      if (!/^([0-9a-f]{2}){1,64}$/.test(keyId)) throw missing({ keyId });
      const handle = found(driver, session, { type: CKA_ID, value: Buffer.from(keyId, 'hex') }, { keyId });
      const object = await driver.C_UnwrapKeyAsync(session, WRAP, handle, Buffer.from(octets), [...OF_SESSION]);
      const value = attributeOf(driver, session, object, CKA_VALUE);
      try {
        return Uint8Array.from(value);
      } finally {
        value.fill(0);
      }
    });
  }

  close(): void {
    this.#token.close();
  }

  /** The key that wraps now. @throws Fault `caller.key-service-refused` there is none, or one that is not kept */
  #current(driver: Pkcs11Driver, session: Handle): { readonly handle: Handle; readonly keyId: string } {
    const key = this.#label;
    const handle = found(driver, session, { type: CKA_LABEL, value: key }, { key });
    const keyId = attributeOf(driver, session, handle, CKA_ID).toString('hex');
    if (keyId === '') throw new Fault('caller.key-service-refused', { key, reason: 'the key has no CKA_ID' });
    // safety: a key that can be read out does not stay where it is kept.
    const isSensitive = isTrue(attributeOf(driver, session, handle, CKA_SENSITIVE));
    if (!isSensitive || isTrue(attributeOf(driver, session, handle, CKA_EXTRACTABLE)))
      throw new Fault('caller.key-service-refused', { key, reason: 'the key can be read out' });
    return { handle, keyId };
  }

  async #within<T>(
    operation: 'wrap' | 'unwrap',
    work: (driver: Pkcs11Driver, session: Handle) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#token.within(work);
    } catch (error) {
      throw faultOf(error, operation);
    }
  }
}

/** The one secret key of the token that is such. @throws Fault `caller.key-service-refused` */
function found(driver: Pkcs11Driver, session: Handle, by: Attribute, detail: Readonly<Record<string, string>>): Handle {
  driver.C_FindObjectsInit(session, [{ type: CKA_CLASS, value: CKO_SECRET_KEY }, { type: CKA_TOKEN, value: true }, by]);
  try {
    const [handle, other] = driver.C_FindObjects(session, 2);
    if (handle === undefined) throw missing(detail);
    if (other !== undefined) throw new Fault('caller.key-service-refused', { ...detail, reason: 'several such keys' });
    return handle;
  } finally {
    driver.C_FindObjectsFinal(session);
  }
}

function attributeOf(driver: Pkcs11Driver, session: Handle, object: Handle, type: number): Buffer {
  return driver.C_GetAttributeValue(session, object, [{ type }])[0]?.value ?? Buffer.alloc(0);
}

function isTrue(value: Buffer): boolean {
  return value.length === 1 && value[0] !== 0;
}

function missing(detail: Readonly<Record<string, string>>): Fault {
  return new Fault('caller.key-service-refused', { ...detail, reason: 'no such key' });
}
