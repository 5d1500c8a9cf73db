/** wsse:UsernameToken (WSS §3.4): the credential of a handshake. */
import type { Tape, XmlWriter } from '@parley/codec';
import { Fault, type Limits, type Secret } from '@parley/core';
import { base64Octets, readPasswordText, readUsernameToken, writeUsernameToken } from '@parley/engine/internal';
import type { Ambient } from '../exchange/ambient.ts';
import { currentMs } from '../exchange/ambient.ts';
import type { PasswordAttempt } from './password.ts';

const DIGEST_BYTES = 20;
const NONCE_BYTES = 16;

/**
 * Reads the token as an attempt to prove a password. The attempt's secrets are the caller's, to wipe.
 *
 * @throws Fault `peer.authentication-failed` no password, another Type, or a digest without nonce and time; and as
 *   {@link readUsernameToken}
 */
export function readAttempt(tape: Tape, element: number, limits: Limits): PasswordAttempt {
  const { username, password, nonce, created } = readUsernameToken(tape, element, limits);
  if (password === undefined) throw new Fault('peer.authentication-failed', { reason: 'no password' });
  if (password.type === 'text')
    return { kind: 'text', username, password: readPasswordText(tape, password.element, limits) };
  if (password.type === undefined) throw new Fault('peer.authentication-failed', { reason: 'password type' });
  // safety: without both, one digest would serve for ever.
  if (nonce === undefined || created === undefined)
    throw new Fault('peer.authentication-failed', { reason: 'digest without nonce or time' });
  const digest = base64Octets(tape, password.element);
  if (digest.length !== DIGEST_BYTES) throw new Fault('peer.authentication-failed', { reason: 'digest length' });
  return { kind: 'digest', username, nonce, created: created.text, createdAtMs: created.atMs, digest };
}

/** Who asks, and the password (borrowed; UTF-8 octets). */
export interface UsernameCredential {
  readonly username: string;
  readonly password: Secret;
  /** `text` (default, as WCF sends it) shows the password to the peer; `digest` shows a hash with nonce and time. */
  readonly passwordType?: 'text' | 'digest' | undefined;
}

/** Writes the token. */
export function writeCredential(
  writer: XmlWriter,
  { username, password, passwordType = 'text' }: UsernameCredential,
  ambient: Ambient,
): void {
  if (passwordType === 'text') {
    writeUsernameToken(writer, '_ut', username, { passwordType, password });
    return;
  }
  const nonce = new Uint8Array(NONCE_BYTES);
  ambient.fillRandom(nonce);
  writeUsernameToken(writer, '_ut', username, { passwordType, password, nonce, atMs: currentMs(ambient) });
}
