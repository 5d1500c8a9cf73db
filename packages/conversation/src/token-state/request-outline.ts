/** What a request says of itself before it is opened; also what its tokens carry of their contexts. */
import type { Tape } from '@parley/codec';
import { firstChild, isNamed, localName, Namespace, nextSibling } from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { Fault } from '@parley/core';
import { decodeBase64, decodedBase64Max } from '@parley/core/internal';
import type { Policy } from '@parley/engine';
import { readSecurityContextToken, valueOctets } from '@parley/engine/internal';
import type { Outline } from '../soap/outline.ts';
import { readOutline } from '../soap/outline.ts';
import type { ContextStore, TokenStates } from '../store/context-store.ts';

const SECURITY_CONTEXT_TOKEN = localName('SecurityContextToken');
const COOKIE = localName('Cookie');
const STATE_TEXT_BYTES_MAX = 65_536;
/** One that signs, and one that endorses. */
const TOKENS_MAX = 2;

/** What a request is read with. */
export interface RequestReading {
  readonly policy: Policy;
  readonly store: ContextStore;
  /** Scratch. */
  readonly tape: Tape;
}

/** Fills `outline` with what `bytes` (borrowed) claim at `nowMs`, and shows what their tokens carry to the store. @throws Fault */
export function readRequestOutline(
  bytes: Uint8Array,
  outline: Outline,
  { policy, store: { tokenStates }, tape }: RequestReading,
  nowMs: number,
): void {
  const tokens = tokensIn(tape, readOutline(bytes, policy, tape, outline));
  outline.identifier = tokens[0] === undefined ? undefined : identifierOf(tape, tokens[0], policy.limits);
  if (tokenStates !== undefined) admitTokenStates(tape, tokens, policy.limits, tokenStates, nowMs);
}

function tokensIn(tape: Tape, security: number): readonly number[] {
  const tokens: number[] = [];
  for (let child = security < 0 ? -1 : firstChild(tape, security); child >= 0; child = nextSibling(tape, child)) {
    if (isToken(tape, child)) tokens.push(child);
  }
  return tokens;
}

function identifierOf(tape: Tape, token: number, limits: Limits): string | undefined {
  try {
    return readSecurityContextToken(tape, token, limits).identifier;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    // `open` says what is wrong with it, when its turn has come.
    return undefined;
  }
}

/**
 * Shows what `tokens` carry to who sealed it.
 * @throws Fault `peer.structure-invalid`, `peer.encoding-invalid`, `peer.limit-value`
 */
function admitTokenStates(
  tape: Tape,
  tokens: readonly number[],
  limits: Limits,
  states: TokenStates,
  atMs: number,
): void {
  const carrying = tokens.filter((token) => cookieOf(tape, token) >= 0).slice(0, TOKENS_MAX);
  for (const token of carrying) {
    const { identifier } = readSecurityContextToken(tape, token, limits);
    const { bytes, start, end } = valueOctets(
      tape,
      cookieOf(tape, token),
      'Cookie',
      STATE_TEXT_BYTES_MAX,
      'textBytesMax',
    );
    const octets = new Uint8Array(decodedBase64Max(end - start));
    states.admit(identifier, octets.subarray(0, decodeBase64(bytes, start, end, octets, 0)), atMs);
  }
}

function isToken(tape: Tape, element: number): boolean {
  return [Namespace.wsc, Namespace.wsc05].some((namespace) =>
    isNamed(tape, element, namespace, SECURITY_CONTEXT_TOKEN),
  );
}

/** interop: where WCF has it. */
function cookieOf(tape: Tape, token: number): number {
  let child = firstChild(tape, token);
  while (child >= 0 && !isNamed(tape, child, Namespace.dnse, COOKIE)) child = nextSibling(tape, child);
  return child;
}
