import type { QualifiedName, XmlWriter } from '@parley/codec';
import type { Secret } from '@parley/core';
import { passwordDigest } from '@parley/core';
import { BASE64_BINARY, encodeBase64, formatInstant, PASSWORD_TYPES } from '@parley/core/internal';
import { ENCODING_TYPE, TYPE, WSSE, WSSE11, WSU, WSU_ID } from './names.ts';

/** Who asks, and the password (borrowed; UTF-8 octets), in one of the ways in which a token shows it. */
export type UsernameProof =
  /** The name alone: something else has to prove it. */
  | { readonly passwordType: 'none' }
  /** The password itself: for a channel or an encryption that hides it. */
  | { readonly passwordType: 'text'; readonly password: Secret }
  /** A hash with a nonce and the time. Whoever sees it can try passwords. */
  | { readonly passwordType: 'digest'; readonly password: Secret; readonly nonce: Uint8Array; readonly atMs: number };

const USERNAME_TOKEN = WSSE.name('UsernameToken');
const USERNAME = WSSE.name('Username');
const PASSWORD = WSSE.name('Password');
const NONCE = WSSE.name('Nonce');
const CREATED = WSU.name('Created');
const SALT: QualifiedName = WSSE11.name('Salt');
const ITERATION: QualifiedName = WSSE11.name('Iteration');

/** wsse:UsernameToken (WSS UsernameToken profile 1.1 §3) that names a user. */
export function writeUsernameToken(writer: XmlWriter, id: string, username: string, proof: UsernameProof): void {
  writer.open(USERNAME_TOKEN, [[WSU_ID, id]]).element(USERNAME, username);
  if (proof.passwordType === 'text') {
    writer.open(PASSWORD, [[TYPE, PASSWORD_TYPES.text]]);
    proof.password.lend((octets) => writer.textOctets(octets)).close();
  } else if (proof.passwordType === 'digest') {
    const created = formatInstant(proof.atMs);
    const digest = proof.password.lend((password) => passwordDigest(proof.nonce, created, password));
    writer.element(PASSWORD, encodeBase64(digest), [[TYPE, PASSWORD_TYPES.digest]]);
    writer.element(NONCE, encodeBase64(proof.nonce), [[ENCODING_TYPE, BASE64_BINARY]]);
    writer.element(CREATED, created);
  }
  writer.close();
}

/** wsse:UsernameToken that says how a key is made of the password (§4). */
export function writePasswordKeyToken(
  writer: XmlWriter,
  id: string,
  username: string,
  { salt, iterations }: { readonly salt: Uint8Array; readonly iterations: number },
): void {
  writer.open(USERNAME_TOKEN, [[WSU_ID, id]]).element(USERNAME, username);
  writer.element(SALT, encodeBase64(salt)).element(ITERATION, String(iterations)).close();
}
