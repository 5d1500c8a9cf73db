/** The context of an initiator, as answers make it. */
import { CanonicalElement, Tape } from '@parley/codec';
import { scan } from '@parley/codec/internal';
import type { SecurityContext } from '@parley/core';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import type { SecurityContextToken } from '@parley/engine/internal';
import { readSecurityContextToken } from '@parley/engine/internal';
import { copyContext } from '../store/context-copy.ts';
import type { IssuersReferences, NamedToken } from '../trust/issuers-references.ts';
import { keptReferences } from '../trust/issuers-references.ts';
import type { InitiatorOptions } from './options.ts';
import type { InitiatorSettings } from './settings.ts';
import type { ReceivedAmendment, ReceivedToken } from './trust-answers.ts';

/** A context, and the Id by which its issuer knows its token. */
export interface HeldContext {
  readonly context: SecurityContext;
  readonly tokenId: string | undefined;
  /** The token as its issuer wrote it, where there is more in it. */
  readonly tokenElement: CanonicalElement | undefined;
  /** How its issuer names it, where that is not as we would. */
  readonly references: IssuersReferences;
}

/** A new one. */
export function issuedContext(
  { identifier, tokenId, tokenElement, references, key, expiresAtMs }: ReceivedToken,
  { version, profile }: InitiatorSettings,
): HeldContext {
  const context: SecurityContext = {
    identifier,
    version,
    suite: profile.suite,
    keys: [key],
    createdAtMs: key.createdAtMs,
    expiresAtMs,
    cancelledAtMs: undefined,
    principal: undefined,
  };
  return { context, tokenId, tokenElement, references };
}

/**
 * The same with another key, beside which the old one serves for some time yet.
 * @throws Fault `peer.structure-invalid` of another context, or no new key
 */
export function renewedContext(
  { context }: HeldContext,
  { identifier, tokenId, tokenElement, references, key, expiresAtMs }: ReceivedToken,
  { rolloverMs }: InitiatorSettings,
): HeldContext {
  const isNew = key.instance !== undefined && context.keys.every((old) => old.instance !== key.instance);
  if (identifier !== context.identifier || !isNew) {
    key.secret.wipe();
    throw new Fault('peer.structure-invalid', { reason: 'not a new key of this context' });
  }
  const rolloverEndsMs = key.createdAtMs + rolloverMs;
  const live = context.keys.filter((old) => old.expiresAtMs > key.createdAtMs);
  for (const old of context.keys) if (!live.includes(old)) old.secret.wipe();
  const rolling = live.map((old) => ({ ...old, expiresAtMs: Math.min(old.expiresAtMs, rolloverEndsMs) }));
  return { context: { ...context, keys: [...rolling, key], expiresAtMs }, tokenId, tokenElement, references };
}

/**
 * The same context with the same key, which may end at another time.
 * @throws Fault `peer.structure-invalid` another context, or another key
 */
export function amendedContext(
  held: HeldContext,
  { identifier, instance, expiresAtMs }: ReceivedAmendment,
): HeldContext {
  const { context } = held;
  const newest = context.keys.at(-1);
  if (identifier !== context.identifier || (instance !== undefined && instance !== newest?.instance))
    throw new Fault('peer.structure-invalid', { reason: 'not this context' });
  if (expiresAtMs === undefined) return held;
  const keys = context.keys.map((key) => (key === newest ? { ...key, expiresAtMs } : key));
  return { ...held, context: { ...context, keys, expiresAtMs } };
}

/** A context (borrowed) with that one of its keys, copied. @throws Fault `caller.context-unusable` it has no such key any more */
export function withOneKey(context: SecurityContext, instance: string | undefined): SecurityContext {
  const key = context.keys.find((candidate) => candidate.instance === instance);
  if (key === undefined) throw new Fault('caller.context-unusable', { reason: 'ended meanwhile' });
  return copyContext({ ...context, keys: [key] });
}

const TOKEN_BYTES_MAX = 16_384;

/**
 * One from an earlier conversation (copied), with what its issuer knows it by.
 * @throws Fault `caller.option-invalid` token or references are of another context, or the token has no Id to go by
 */
export function resumedContext(
  given: SecurityContext,
  { version, tokenId, tokenElement, tokenReferences = {} }: ResumedOptions,
): HeldContext {
  const { identifier, keys } = given;
  const name = { identifier, instance: keys.at(-1)?.instance, tokenId, version: given.version ?? version };
  return {
    tokenId,
    tokenElement: tokenElement && keptToken(tokenElement, name),
    references: keptReferences(tokenReferences, name),
    context: copyContext(given),
  };
}

type ResumedOptions = Pick<InitiatorOptions, 'version' | 'tokenId' | 'tokenElement' | 'tokenReferences'>;

function keptToken(
  octets: Uint8Array,
  { identifier, tokenId }: Pick<NamedToken, 'identifier' | 'tokenId'>,
): CanonicalElement {
  const refuse = (reason: string, cause?: unknown): Fault =>
    new Fault('caller.option-invalid', { option: 'tokenElement', reason }, cause);
  if (tokenId === undefined) throw refuse('no tokenId');
  const tape = new Tape();
  let token: SecurityContextToken;
  try {
    scan(octets, DEFAULT_LIMITS, tape);
    token = readSecurityContextToken(tape, 0, DEFAULT_LIMITS);
  } catch (error) {
    throw refuse('not a token', error);
  }
  if (token.identifier !== identifier) throw refuse('of another context');
  return CanonicalElement.of(tape, 0, TOKEN_BYTES_MAX);
}
