import { structureInvalid } from '../claims/shape-refusals.ts';
import type { PartRole } from '../message/opened-message.ts';
import type { Policy } from '../policy/policy.ts';
import type { MessageClaims } from '../read/message.ts';

/** What stands in the Security header and is signed there; confirmations may stand anywhere (WS-SecurityPolicy §6.7). */
const SIGNED_FIRST: readonly PartRole[] = ['timestamp', 'token', 'signature'];

/**
 * With a strict layout, a signed element of the Security header stands before its signature.
 * @throws Fault `peer.structure-invalid`
 */
export function requireSignedBefore(
  { tape }: MessageClaims,
  element: number,
  role: PartRole,
  signature: number,
  { layout }: Policy,
): void {
  if (layout === 'strict' && element > signature && SIGNED_FIRST.includes(role))
    throw structureInvalid(tape, element, 'a signed element of the header after its signature', 'layout');
}

/**
 * A token counts only as a child of our Security header, and (Strict) before what uses it (T50).
 * @throws Fault `peer.structure-invalid`
 */
export function requirePlace(
  claims: MessageClaims,
  token: number,
  user: number,
  isOurs: boolean,
  policy: Policy,
): void {
  if (!isOurs) throw structureInvalid(claims.tape, token, 'a token outside wsse:Security');
  if (policy.layout === 'strict' && token > user)
    throw structureInvalid(claims.tape, token, 'a token after its use', 'layout');
}
