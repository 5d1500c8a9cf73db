/**
 * wsse:UsernameToken (WSS UsernameToken profile 1.1 §3, §4):
 *   Username, Password?, Nonce?, Created?, or for a key Username, wsse11:Salt, wsse11:Iteration? — in any order.
 */

import type { Tape } from '@parley/codec';
import { attributeNamed, firstChild, isNamed, localName, Namespace, nextSibling } from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { Fault, Secret } from '@parley/core';
import {
  BASE64_BINARY,
  limitFault,
  PASSWORD_ITERATIONS_DEFAULT,
  PASSWORD_SALT_BYTES,
  PASSWORD_TYPES,
  parseInstant,
} from '@parley/core/internal';
import type { PasswordType } from '../message/password-type.ts';
import {
  attributeIs,
  characterText,
  decodedBase64,
  requireElementOnly,
  trimmedOctets,
  trimmedText,
  valueOctets,
} from './claim.ts';
import type { FieldLimits } from './derivation-limits.ts';
import { requireWithin } from './derivation-limits.ts';
import { structureInvalid } from './shape-refusals.ts';
import { readUnsigned } from './unsigned-number.ts';

/** A token as claimed; nothing of it is believed yet. */
export interface UsernameTokenClaim {
  readonly element: number;
  /** As written, not empty. */
  readonly username: string;
  /** The wsse:Password, whose text is read when it is compared; `type` is `undefined` for a Type that we do not know. */
  readonly password: { readonly element: number; readonly type: PasswordType | undefined } | undefined;
  readonly nonce: Uint8Array | undefined;
  /** `text` is what was digested. */
  readonly created: { readonly text: string; readonly atMs: number } | undefined;
  /** How a key is made of the password. */
  readonly key: { readonly salt: Uint8Array; readonly iterations: number } | undefined;
}

const USERNAME_TOKEN = localName('UsernameToken');
const TYPE = localName('Type');
const ENCODING_TYPE = localName('EncodingType');
const BASE64 = localName(BASE64_BINARY);
const TEXT = localName(PASSWORD_TYPES.text);
const DIGEST = localName(PASSWORD_TYPES.digest);

const CHILDREN = (
  [
    ['username', Namespace.wsse, 'Username'],
    ['password', Namespace.wsse, 'Password'],
    ['nonce', Namespace.wsse, 'Nonce'],
    ['created', Namespace.wsu, 'Created'],
    ['salt', Namespace.wsse11, 'Salt'],
    ['iteration', Namespace.wsse11, 'Iteration'],
  ] as const
).map(([child, namespace, name]) => ({ child, namespace, local: localName(name) }));

type Children = Record<'username' | 'password' | 'nonce' | 'created' | 'salt' | 'iteration', number>;

const INSTANT_BYTES_MAX = 64;
const NONCE_LIMITS: FieldLimits = { field: 'Nonce', least: 'nonceBytesMin', most: 'nonceBytesMax' };
const ITERATION_LIMITS: FieldLimits = {
  field: 'Iteration',
  least: 'passwordIterationsMin',
  most: 'passwordIterationsMax',
};

/** Whether `element` is a UsernameToken. */
export function isUsernameToken(tape: Tape, element: number): boolean {
  return isNamed(tape, element, Namespace.wsse, USERNAME_TOKEN);
}

/**
 * Reads a UsernameToken.
 *
 * @throws Fault `peer.structure-invalid` children unknown, twice or missing, or a password beside a salt;
 *   `peer.encoding-invalid`, `peer.timestamp-invalid`, `peer.limit-value`; `peer.dk-limit` Nonce, Salt or Iteration.
 */
export function readUsernameToken(tape: Tape, element: number, limits: Limits): UsernameTokenClaim {
  const { username, password, nonce, created, salt, iteration } = childrenOf(tape, element);
  if (username < 0) throw structureInvalid(tape, element, 'wsse:Username is missing');
  // spec: §4, who has the password needs no key made of it.
  if (salt >= 0 && password >= 0) throw structureInvalid(tape, password, 'wsse:Password beside wsse11:Salt');
  if (salt < 0 && iteration >= 0) throw structureInvalid(tape, iteration, 'wsse11:Iteration without wsse11:Salt');
  return {
    element,
    username: readUsername(tape, username, limits),
    password: password < 0 ? undefined : { element: password, type: passwordTypeOf(tape, password) },
    nonce: nonce < 0 ? undefined : readNonce(tape, nonce, limits),
    created: created < 0 ? undefined : readCreated(tape, created),
    key:
      salt < 0
        ? undefined
        : {
            salt: readSalt(tape, salt),
            iterations: iteration < 0 ? PASSWORD_ITERATIONS_DEFAULT : readIterations(tape, iteration, limits),
          },
  };
}

/**
 * The text of a wsse:Password as UTF-8 octets, never as a string. The caller wipes it.
 * @throws Fault `peer.structure-invalid`, `peer.limit-value`
 */
export function readPasswordText(tape: Tape, element: number, limits: Limits): Secret {
  const { bytes, start, end } = valueOctets(
    tape,
    element,
    'wsse:Password',
    limits.passwordBytesMax,
    'passwordBytesMax',
  );
  const password = Secret.copyOf(bytes.subarray(start, end));
  if (bytes !== tape.bytes) bytes.fill(0);
  return password;
}

function childrenOf(tape: Tape, element: number): Children {
  requireElementOnly(tape, element, 'wsse:UsernameToken');
  const found: Children = { username: -1, password: -1, nonce: -1, created: -1, salt: -1, iteration: -1 };
  for (let child = firstChild(tape, element); child >= 0; child = nextSibling(tape, child)) {
    const row = CHILDREN.find(({ namespace, local }) => isNamed(tape, child, namespace, local));
    if (row === undefined) throw structureInvalid(tape, child, 'an unknown child of wsse:UsernameToken');
    if (found[row.child] >= 0) throw structureInvalid(tape, child, `${row.child} twice`);
    found[row.child] = child;
  }
  return found;
}

function readUsername(tape: Tape, element: number, limits: Limits): string {
  const username = characterText(tape, element, 'wsse:Username', limits.identifierBytesMax);
  if (username === '') throw structureInvalid(tape, element, 'wsse:Username is empty');
  return username;
}

// spec: §3.1, a Password without Type is text.
function passwordTypeOf(tape: Tape, password: number): PasswordType | undefined {
  const type = attributeNamed(tape, password, Namespace.none, TYPE);
  if (type < 0 || attributeIs(tape, type, TEXT)) return 'text';
  return attributeIs(tape, type, DIGEST) ? 'digest' : undefined;
}

function readNonce(tape: Tape, element: number, limits: Limits): Uint8Array {
  const { most } = NONCE_LIMITS;
  const nonce = readOctets(tape, element, 'Nonce', limits[most]);
  if (nonce === undefined) throw limitFault('peer.dk-limit', most, limits[most], undefined, { field: 'Nonce' });
  requireWithin(nonce.length, NONCE_LIMITS, limits);
  return nonce;
}

// spec: §4, one octet for the use of the key, and 15 more.
function readSalt(tape: Tape, element: number): Uint8Array {
  const salt = readOctets(tape, element, 'Salt', PASSWORD_SALT_BYTES);
  if (salt?.length !== PASSWORD_SALT_BYTES)
    throw new Fault('peer.dk-limit', {
      field: 'Salt',
      expected: PASSWORD_SALT_BYTES,
      ...(salt && { found: salt.length }),
    });
  return salt;
}

/** `undefined` for what is far longer than `bytesMax`, which is not decoded. */
function readOctets(tape: Tape, element: number, field: string, bytesMax: number): Uint8Array | undefined {
  const encoding = attributeNamed(tape, element, Namespace.none, ENCODING_TYPE);
  if (encoding >= 0 && !attributeIs(tape, encoding, BASE64)) throw new Fault('peer.encoding-invalid', { field });
  // Four characters make three octets; white space is allowed within reason.
  const text = trimmedOctets(tape, element, field);
  return text.end - text.start > bytesMax * 2 + 64 ? undefined : decodedBase64(text);
}

function readCreated(tape: Tape, element: number): UsernameTokenClaim['created'] {
  const text = trimmedText(tape, element, 'wsu:Created', INSTANT_BYTES_MAX, 'textBytesMax');
  return { text, atMs: parseInstant(text) };
}

function readIterations(tape: Tape, element: number, limits: Limits): number {
  return readUnsigned(trimmedOctets(tape, element, 'wsse11:Iteration'), ITERATION_LIMITS, limits);
}
