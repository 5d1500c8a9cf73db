/** A UsernameToken -> a user who knows the password. Judged after the signatures, so that what they cover is believed. */
import type { Tape } from '@parley/codec';
import { Fault, passwordDigest } from '@parley/core';
import { called, encodeBase64, equalConstantTime, FLAG, invariant, isSamePassword } from '@parley/core/internal';
import { base64Octets } from '../claims/claim.ts';
import { structureInvalid } from '../claims/shape-refusals.ts';
import type { Timestamp } from '../claims/timestamp.ts';
import type { UsernameTokenClaim } from '../claims/username-token.ts';
import { isUsernameToken, readPasswordText, readUsernameToken } from '../claims/username-token.ts';
import type { Credentials, PasswordAttempt } from '../keys/credentials.ts';
import type { OpenScope } from '../keys/scope.ts';
import { userPassword } from '../keys/user-password.ts';
import type { AuthenticatedUser } from '../message/opened-message.ts';
import { refusedBy } from '../policy/refused-by.ts';
import type { MessageClaims } from '../read/message.ts';
import type { DecryptedPart } from './decrypt-parts.ts';
import { freshUntilMs, requireFresh } from './freshness.ts';
import { nonceReplayKey } from './replay-key.ts';
import type { VerifiedPart } from './verify-signatures.ts';

/** A token that brings a password. */
type PasswordToken = UsernameTokenClaim & { readonly password: NonNullable<UsernameTokenClaim['password']> };

/**
 * The user who is proven: by the one token with a password, as the policy allows, or by a key made of the password.
 * `signed` are elements of `claims`, which hold no ciphertext any more.
 *
 * @throws Fault `peer.authentication-failed` wrong password, unknown user, or proven in a way that the policy does not
 *   allow; `peer.coverage-missing` no user where there must be one, or a token that must be signed and is not;
 *   `peer.timestamp-*` its Created; `peer.structure-invalid` two users, and what reading throws.
 */
export function authenticateUser(
  claims: MessageClaims,
  signed: ReadonlySet<number>,
  verified: readonly VerifiedPart[],
  decrypted: readonly DecryptedPart[],
  scope: OpenScope,
): AuthenticatedUser | undefined {
  const { policy } = scope;
  const byKey = userOfKeys(claims, verified);
  const token = policy.passwordTypes.length === 0 ? undefined : passwordTokenOf(claims, scope);
  if (token === undefined) {
    if (byKey === undefined && policy.requireUser)
      throw refusedBy('requireUser', 'peer.coverage-missing', { part: 'wsse:UsernameToken' });
    return byKey;
  }
  const isSigned = signed.has(token.element);
  // safety: what nobody signed and CBC brought may be a forger's question (T37): it is given no answer.
  const isEncrypted = decrypted.some(({ localName }) => localName === 'UsernameToken');
  if (!isSigned && (policy.requireSignedUser || isEncrypted))
    throw refusedBy('requireSignedUser', 'peer.coverage-missing', { part: 'wsse:UsernameToken' });
  if (byKey !== undefined && byKey.username !== token.username)
    throw structureInvalid(claims.tape, token.element, 'two users');
  return authenticate(claims, token, isSigned, scope);
}

/** The user whose password made a key that signed, if one did. */
function userOfKeys(claims: MessageClaims, verified: readonly VerifiedPart[]): AuthenticatedUser | undefined {
  let user: AuthenticatedUser | undefined;
  for (const { signature } of verified) {
    const { resolved } = signature;
    if (resolved.source !== 'username') continue;
    const { username } = resolved.passwordKey;
    if (user !== undefined && user.username !== username)
      throw structureInvalid(claims.tape, claims.security.element, 'two users');
    const isSigned = verified.some(({ element, isEndorsing }) => !isEndorsing && element === resolved.token);
    user = { username, by: 'key', signed: isSigned || user?.signed === true, nonce: undefined };
  }
  return user;
}

function passwordTokenOf({ tape, security }: MessageClaims, { policy }: OpenScope): PasswordToken | undefined {
  const all = security.otherTokens
    .filter((element) => isUsernameToken(tape, element))
    .map((element) => readUsernameToken(tape, element, policy.limits));
  const tokens = all.filter((token): token is PasswordToken => token.password !== undefined);
  if (tokens.length > 1) throw structureInvalid(tape, tokens[1]!.element, 'two passwords');
  const [proven] = tokens;
  // safety: a name that nobody proves must not stand beside one that is proven.
  const other = proven && all.find(({ username }) => username !== proven.username);
  if (other !== undefined) throw structureInvalid(tape, other.element, 'two users');
  return proven;
}

function authenticate(
  claims: MessageClaims,
  token: PasswordToken,
  signed: boolean,
  scope: OpenScope,
): AuthenticatedUser {
  const { policy, atMs } = scope;
  const { username, password, nonce, created } = token;
  const { type } = password;
  if (type === undefined || !policy.passwordTypes.includes(type))
    throw refusedBy('passwordTypes', 'peer.authentication-failed', { reason: 'password type' });
  // safety: without both, one digest would serve for ever.
  if (type === 'digest' && (nonce === undefined || created === undefined)) throw failed('digest without nonce or time');
  const lifetime: Timestamp | undefined = created && { createdAtMs: created.atMs, expiresAtMs: undefined };
  if (lifetime !== undefined) requireFresh(lifetime, atMs, policy);
  if (!isProven(claims, token, type, scope)) throw failed('user or password');
  if (nonce === undefined || created === undefined || lifetime === undefined)
    return { username, by: type, signed, nonce: undefined };
  const key = nonceReplayKey(encodeBase64(nonce), created.text, username);
  return { username, by: type, signed, nonce: { scope: '', key, untilMs: freshUntilMs(lifetime, policy) } };
}

function isProven(
  { tape }: MessageClaims,
  token: PasswordToken,
  type: AuthenticatedUser['by'],
  { policy, credentials }: OpenScope,
): boolean {
  if (type === 'digest') return isAttemptProven(digestAttempt(tape, token), credentials);
  const password = readPasswordText(tape, token.password.element, policy.limits);
  try {
    return isAttemptProven({ kind: 'text', username: token.username, password }, credentials);
  } finally {
    password.wipe();
  }
}

function digestAttempt(tape: Tape, { username, password, nonce, created }: PasswordToken): PasswordAttempt {
  invariant(nonce !== undefined && created !== undefined, 'a digest has a nonce and a time');
  const digest = base64Octets(tape, password.element);
  return { kind: 'digest', username, nonce, created: created.text, createdAtMs: created.atMs, digest };
}

// safety: an unknown user and a wrong password take the same way, and are one answer.
function isAttemptProven(attempt: PasswordAttempt, credentials: Credentials): boolean {
  const { authenticate } = credentials;
  if (authenticate !== undefined) return called('authenticate', FLAG, () => authenticate(attempt));
  const { secret, isKnown } = userPassword(attempt.username, credentials);
  if (attempt.kind === 'text')
    return secret.lend((octets) => attempt.password.lend((given) => isSamePassword(octets, given))) && isKnown;
  const digest = secret.lend((octets) => passwordDigest(attempt.nonce, attempt.created, octets));
  return equalConstantTime(attempt.digest, digest) && isKnown;
}

function failed(reason: string): Fault {
  return new Fault('peer.authentication-failed', { reason });
}
