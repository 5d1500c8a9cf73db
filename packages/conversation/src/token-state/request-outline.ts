/** What a request says of itself before it is opened; also what its tokens carry of their contexts. */
import type { Tape } from '@parley/codec';
import { firstChild, nextSibling } from '@parley/codec';
import { isNamed, localName, Namespace } from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { decodeBase64, decodedBase64Max } from '@parley/core/internal';
import type { Policy } from '@parley/engine';
import { readEnvelopeShape, readHeaderBlocks, readSecurityContextToken, valueOctets } from '@parley/engine/internal';
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
  readOutline(bytes, policy, tape, outline);
  if (tokenStates !== undefined) admitTokenStates(tape, policy.limits, tokenStates, nowMs);
}

/**
 * Shows what the tokens of the Security header carry to who sealed it.
 * @throws Fault `peer.structure-invalid`, `peer.encoding-invalid`, `peer.limit-value`
 */
function admitTokenStates(tape: Tape, limits: Limits, states: TokenStates, atMs: number): void {
  const { security } = readHeaderBlocks(tape, readEnvelopeShape(tape), { refuseUnknown: false });
  let tokens = 0;
  for (let token = security < 0 ? -1 : firstChild(tape, security); token >= 0; token = nextSibling(tape, token)) {
    if (!isToken(tape, token)) continue;
    const cookie = cookieOf(tape, token);
    if (cookie < 0 || tokens++ >= TOKENS_MAX) continue;
    const { identifier } = readSecurityContextToken(tape, token, limits);
    const { bytes, start, end } = valueOctets(tape, cookie, 'Cookie', STATE_TEXT_BYTES_MAX, 'textBytesMax');
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
