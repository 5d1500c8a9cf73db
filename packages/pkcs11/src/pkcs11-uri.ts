/** Tokens and keys as URIs (RFC 7512): `pkcs11:token=parley;object=kek?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/pin`. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Fault } from '@parley/core';
import { requireKind, TEXT } from '@parley/core/internal';
import type { Pkcs11Driver } from './pkcs11-driver.ts';
import type { Pkcs11KeyWrapper } from './pkcs11-key-wrapper.ts';
import { openPkcs11KeyWrapper } from './pkcs11-key-wrapper.ts';

/** What a URI must say, and may not say beside: a PIN in it would stand in lists of processes. */
const NAMES = ['token', 'object', 'module-path', 'pin-source'] as const;
type Name = (typeof NAMES)[number];

/**
 * {@link openPkcs11KeyWrapper} for what `uri` names: `token` and `object`, the label of the key; `module-path`, the library; and `pin-source`, a file
 * that has the PIN.
 * @throws Fault `caller.option-invalid` no such URI; `caller.input-unreadable` no such PIN file; and as {@link openPkcs11KeyWrapper}
 */
export async function openPkcs11Uri(driver: Pkcs11Driver, uri: string): Promise<Pkcs11KeyWrapper> {
  requireKind(TEXT, uri, 'uri');
  const { token, object, 'module-path': library, 'pin-source': source } = attributesOf(uri);
  const pin = await pinFrom(source);
  try {
    return await openPkcs11KeyWrapper({ driver, library, token, key: object, pin });
  } finally {
    pin.fill(0);
  }
}

/** @throws Fault `caller.option-invalid` */
function attributesOf(uri: string): Readonly<Record<Name, string>> {
  const [scheme, rest = ''] = uri.split(/:(.*)/s);
  if (scheme !== 'pkcs11') throw invalid('it begins with pkcs11:');
  const found = new Map<string, string>();
  for (const part of rest.split(/[;?&]/)) {
    const [name = '', value = ''] = part.split(/=(.*)/s);
    if (!(NAMES as readonly string[]).includes(name)) throw invalid(`only ${NAMES.join(', ')} count`, name);
    if (found.has(name)) throw invalid('said twice', name);
    found.set(name, decoded(value, name));
  }
  const attribute = (name: Name): string => {
    const value = found.get(name);
    if (value === undefined || value === '') throw invalid('missing', name);
    return value;
  };
  return {
    token: attribute('token'),
    object: attribute('object'),
    'module-path': attribute('module-path'),
    'pin-source': attribute('pin-source'),
  };
}

function decoded(value: string, name: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw invalid('not percent-encoded', name);
  }
}

/** The first line of the file. @throws Fault `caller.input-unreadable` */
async function pinFrom(source: string): Promise<Uint8Array> {
  let octets: Uint8Array;
  try {
    octets = await readFile(source.startsWith('file:') ? fileURLToPath(new URL(source)) : source);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    // safety: who took it for the PIN itself has it in there.
    throw new Fault('caller.input-unreadable', { option: 'uri', attribute: 'pin-source', reason }, error);
  }
  const end = octets.findIndex((octet) => octet === 0x0a || octet === 0x0d);
  const pin = Uint8Array.from(end < 0 ? octets : octets.subarray(0, end));
  octets.fill(0);
  return pin;
}

function invalid(reason: string, attribute?: string): Fault {
  return new Fault('caller.option-invalid', {
    option: 'uri',
    reason,
    ...(attribute === undefined ? {} : { attribute: attribute.slice(0, 64) }),
  });
}
