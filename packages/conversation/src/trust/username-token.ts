/** wsse:UsernameToken (WSS §3.4): the credential of a handshake. */

import type { Tape, XmlWriter } from '@parley/codec';
import {
  attributeNamed,
  E,
  ELEMENT_WORDS,
  Flag,
  firstChild,
  isNamed,
  localName,
  Namespace,
  nextSibling,
  UNQUALIFIED,
} from '@parley/codec';
import { BASE64_BINARY, Fault, formatInstant, parseInstant, type Secret } from '@parley/core';
import {
  attributeValue,
  base64Octets,
  literalText,
  requireElementOnly,
  structureInvalid,
  TYPE,
  WSSE,
  WSU,
  WSU_ID,
} from '@parley/engine';
import type { Ambient } from '../ambient.ts';
import { currentMs } from '../ambient.ts';
import type { PasswordAttempt } from './password.ts';
import { passwordDigest } from './password.ts';
import { readReferencedText } from './secret-text.ts';

const PROFILE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0';
const PASSWORD_TEXT = `${PROFILE}#PasswordText`;
const PASSWORD_DIGEST = `${PROFILE}#PasswordDigest`;

const USERNAME_TOKEN = localName('UsernameToken');
const USERNAME = localName('Username');
const PASSWORD = localName('Password');
const NONCE = localName('Nonce');
const CREATED = localName('Created');
const TYPE_NAME = localName('Type');

const NAME_BYTES_MAX = 1024;
const PASSWORD_BYTES_MAX = 1024;
const NONCE_BYTES_MAX = 128;
const DIGEST_BYTES = 20;
const INSTANT_BYTES_MAX = 64;

/** Whether `element` is a UsernameToken. */
export function isUsernameToken(tape: Tape, element: number): boolean {
  return isNamed(tape, element, Namespace.wsse, USERNAME_TOKEN);
}

/**
 * Reads the token as an attempt to prove a password. The attempt's secrets are the caller's, to wipe.
 *
 * @throws Fault `peer.structure-invalid` children unknown, twice or missing; `peer.authentication-failed` no password,
 * another Type, or a digest without nonce and time; `peer.encoding-invalid`, `peer.limit-value`, `peer.timestamp-invalid`
 */
export function readUsernameToken(tape: Tape, element: number): PasswordAttempt {
  const children = childrenOf(tape, element);
  const { username, password, nonce, created } = children;
  if (username < 0) throw structureInvalid(tape, element, 'wsse:Username is missing');
  if (password < 0) throw new Fault('peer.authentication-failed', { reason: 'no password' });
  const name = literalText(tape, username, 'wsse:Username', NAME_BYTES_MAX);
  const type = attributeNamed(tape, password, Namespace.none, TYPE_NAME);
  const typeUri = type < 0 ? PASSWORD_TEXT : attributeValue(tape, type, 256);
  if (typeUri === PASSWORD_TEXT) return { kind: 'text', username: name, password: secretTextOf(tape, password) };
  if (typeUri !== PASSWORD_DIGEST) throw new Fault('peer.authentication-failed', { reason: 'password type' });
  // safety: without both, one digest would serve for ever.
  if (nonce < 0 || created < 0)
    throw new Fault('peer.authentication-failed', { reason: 'digest without nonce or time' });
  const createdText = literalText(tape, created, 'wsu:Created', INSTANT_BYTES_MAX);
  const attempt = {
    kind: 'digest' as const,
    username: name,
    nonce: base64Octets(tape, nonce),
    created: createdText,
    createdAtMs: parseInstant(createdText),
    digest: base64Octets(tape, password),
  };
  if (attempt.digest.length !== DIGEST_BYTES)
    throw new Fault('peer.authentication-failed', { reason: 'digest length' });
  if (attempt.nonce.length < 8 || attempt.nonce.length > NONCE_BYTES_MAX) {
    throw new Fault('peer.authentication-failed', { reason: 'nonce length' });
  }
  return attempt;
}

/** Who asks, and the password (borrowed; UTF-8 octets). */
export interface UsernameCredential {
  readonly username: string;
  readonly password: Secret;
  /** `text` (default, as WCF sends it) shows the password to the peer; `digest` shows a hash with nonce and time. */
  readonly passwordType?: 'text' | 'digest' | undefined;
}

const NAMES = {
  token: WSSE.name('UsernameToken'),
  username: WSSE.name('Username'),
  password: WSSE.name('Password'),
  nonce: WSSE.name('Nonce'),
  encodingType: UNQUALIFIED.name('EncodingType'),
  created: WSU.name('Created'),
} as const;

/** Writes the token. */
export function writeUsernameToken(writer: XmlWriter, credential: UsernameCredential, ambient: Ambient): void {
  writer.open(NAMES.token, [[WSU_ID, '_ut']]).element(NAMES.username, credential.username);
  if (credential.passwordType === 'digest') {
    const nonce = new Uint8Array(16);
    ambient.fillRandom(nonce);
    const created = formatInstant(currentMs(ambient));
    const digest = credential.password.lend((password) => passwordDigest(nonce, created, password));
    writer
      .open(NAMES.password, [[TYPE, PASSWORD_DIGEST]])
      .base64(digest)
      .close();
    writer
      .open(NAMES.nonce, [[NAMES.encodingType, BASE64_BINARY]])
      .base64(nonce)
      .close();
    writer.element(NAMES.created, created);
  } else {
    writer.open(NAMES.password, [[TYPE, PASSWORD_TEXT]]);
    credential.password.lend((octets) => writer.textOctets(octets)).close();
  }
  writer.close();
}

interface TokenChildren {
  username: number;
  password: number;
  nonce: number;
  created: number;
}

function childrenOf(tape: Tape, element: number): TokenChildren {
  requireElementOnly(tape, element, 'wsse:UsernameToken');
  const found: TokenChildren = { username: -1, password: -1, nonce: -1, created: -1 };
  for (let child = firstChild(tape, element); child >= 0; child = nextSibling(tape, child)) {
    const name = nameOf(tape, child);
    if (name === undefined) throw structureInvalid(tape, child, 'an unknown child of wsse:UsernameToken');
    if (found[name] >= 0) throw structureInvalid(tape, child, `${name} twice`);
    found[name] = child;
  }
  return found;
}

function nameOf(tape: Tape, child: number): keyof TokenChildren | undefined {
  if (isNamed(tape, child, Namespace.wsse, USERNAME)) return 'username';
  if (isNamed(tape, child, Namespace.wsse, PASSWORD)) return 'password';
  if (isNamed(tape, child, Namespace.wsse, NONCE)) return 'nonce';
  return isNamed(tape, child, Namespace.wsu, CREATED) ? 'created' : undefined;
}

/** The text of an element as octets of a secret; never a string. */
function secretTextOf(tape: Tape, element: number): Secret {
  const base = element * ELEMENT_WORDS;
  const flags = tape.elements[base + E.flags] ?? 0;
  const forbidden =
    Flag.hasChild | Flag.hasComment | Flag.hasCdata | Flag.hasCarriageReturn | Flag.hasProcessingInstruction;
  if ((flags & forbidden) !== 0) throw structureInvalid(tape, element, 'a password that is not plain text');
  const start = tape.elements[base + E.content] ?? 0;
  const end = tape.elements[base + E.contentEnd] ?? 0;
  if (end - start > PASSWORD_BYTES_MAX)
    throw new Fault('peer.limit-value', { element: 'wsse:Password', lengthBytes: end - start });
  return readReferencedText(tape.bytes.subarray(start, end));
}
