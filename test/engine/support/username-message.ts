/** UsernameTokens made from text by Node's own cryptography, for messages of x509-message.ts. */
import { createHash } from 'node:crypto';
import { Secret } from '@parley/core';
import type { Credentials, PasswordSealRequest, SupportingUsername } from '@parley/engine';
import { NOW_MS, sampleRequest } from './sample.ts';

const PROFILE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#';
const WSSE11 = 'http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd';
const BASE64 = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary';

export const PASSWORD = 'pa$$ & <wörd>';
const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

export const password = (text: string = PASSWORD): Secret => Secret.copyOf(octets(text));
export const PASSWORDS: Credentials = { passwords: new Map([['alice', password()]]) };

export const NONCE: Uint8Array = Uint8Array.from({ length: 16 }, (_, index) => index + 1);
export const nonceChild = (nonce: Uint8Array = NONCE): string =>
  `<o:Nonce EncodingType="${BASE64}">${Buffer.from(nonce).toString('base64')}</o:Nonce>`;
export const createdChild = (ms: number = NOW_MS): string => `<u:Created>${new Date(ms).toISOString()}</u:Created>`;

// Messages of x509-message.ts are ASCII.
const escaped = (text: string): string =>
  text.replaceAll(/[&<>]|[^ -~]/g, (character) => `&#${character.charCodeAt(0)};`);

export const textPassword = (text: string = PASSWORD): string =>
  `<o:Password Type="${PROFILE}PasswordText">${escaped(text)}</o:Password>`;

export function digestPassword(text: string = PASSWORD, nonce: Uint8Array = NONCE, createdMs: number = NOW_MS): string {
  const created = new Date(createdMs).toISOString();
  const digest = createHash('sha1').update(nonce).update(created).update(text).digest('base64');
  return `<o:Password Type="${PROFILE}PasswordDigest">${digest}</o:Password>`;
}

/** A digest with the nonce and the time that it is of. */
export const digestChildren = (
  text: string = PASSWORD,
  nonce: Uint8Array = NONCE,
  createdMs: number = NOW_MS,
): string => `${digestPassword(text, nonce, createdMs)}${nonceChild(nonce)}${createdChild(createdMs)}`;

/** A salt for `use`: 1 to sign, 2 to encrypt. */
export const saltOf = (use: number): Uint8Array =>
  Uint8Array.from({ length: 16 }, (_, index) => (index === 0 ? use : index));

export function saltChildren(salt: Uint8Array = saltOf(1), iterations: number | string = 1000): string {
  const iteration = iterations === '' ? '' : `<k:Iteration xmlns:k="${WSSE11}">${iterations}</k:Iteration>`;
  return `<k:Salt xmlns:k="${WSSE11}">${Buffer.from(salt).toString('base64')}</k:Salt>${iteration}`;
}

/** What the profile makes of a password. */
export function keyOf(salt: Uint8Array = saltOf(1), iterations = 1000, text: string = PASSWORD): Uint8Array {
  let key = createHash('sha1').update(text).update(salt).digest();
  for (let count = 1; count < iterations; count++) key = createHash('sha1').update(key).digest();
  return key;
}

export const usernameToken = (children: string, username = 'alice', id = 'ut'): string =>
  `<o:UsernameToken u:Id="${id}"><o:Username>${username}</o:Username>${children}</o:UsernameToken>`;

/** The STR of a signature or encrypted data under such a key. */
export const usernameReference = (id = 'ut'): string =>
  `<o:SecurityTokenReference><o:Reference URI="#${id}" ValueType="${PROFILE}UsernameToken"/></o:SecurityTokenReference>`;

/** A message secured with a key of alice's password, with DerivedKeyTokens. */
export function passwordRequest(changes: Partial<PasswordSealRequest> = {}): PasswordSealRequest {
  const { context: _, keys: _k, token: _t, ...options } = sampleRequest();
  return {
    ...options,
    suite: 'Basic256Sha256',
    passwordKey: { username: 'alice', password: password() },
    keys: 'explicit',
    ...changes,
  };
}

/** Alice as a supporting token. */
export const alices = (passwordType: SupportingUsername['passwordType'], changes: Partial<SupportingUsername> = {}) =>
  ({
    username: 'alice',
    passwordType,
    ...(passwordType === 'none' ? {} : { password: password() }),
    ...changes,
  }) as SupportingUsername;
