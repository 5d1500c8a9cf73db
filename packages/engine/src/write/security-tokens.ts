import { escapeText } from '@parley/codec';
import type { Version } from '@parley/core';
import { encodeBase64, formatInstant, VERSION_URIS } from '@parley/core';
import { WSU } from './names.ts';

/** wsu:Timestamp (WSS §3.3). */
export function writeTimestamp(id: string, createdAtMs: number, expiresAtMs: number): string {
  return `<u:Timestamp xmlns:u="${WSU}" u:Id="${id}"><u:Created>${formatInstant(createdAtMs)}</u:Created><u:Expires>${formatInstant(expiresAtMs)}</u:Expires></u:Timestamp>`;
}

/** wsc:SecurityContextToken (WS-SC §1.3). */
export function writeSecurityContextToken(
  version: Version,
  id: string,
  identifier: string,
  instance: string | undefined,
): string {
  const instanceElement = instance === undefined ? '' : `<c:Instance>${escapeText(instance)}</c:Instance>`;
  return `<c:SecurityContextToken xmlns:c="${VERSION_URIS[version].conversation}" xmlns:u="${WSU}" u:Id="${id}"><c:Identifier>${escapeText(identifier)}</c:Identifier>${instanceElement}</c:SecurityContextToken>`;
}

/** wsc:DerivedKeyToken (WS-SC §1.10), default label. Length always follows Offset: the schema wants it so. */
export function writeDerivedKeyToken(
  version: Version,
  id: string,
  baseReference: string,
  lengthBytes: number,
  nonce: Uint8Array,
): string {
  return `<c:DerivedKeyToken xmlns:c="${VERSION_URIS[version].conversation}" xmlns:u="${WSU}" u:Id="${id}">${baseReference}<c:Offset>0</c:Offset><c:Length>${lengthBytes}</c:Length><c:Nonce>${encodeBase64(nonce)}</c:Nonce></c:DerivedKeyToken>`;
}
