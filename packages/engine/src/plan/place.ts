import { structureInvalid } from '../claims/claim.ts';
import type { Policy } from '../policy/policy.ts';
import type { MessageClaims } from '../read/message.ts';

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
  if (policy.layout === 'strict' && token > user) throw structureInvalid(claims.tape, token, 'a token after its use');
}
