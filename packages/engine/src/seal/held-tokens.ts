import type { Tape } from '@parley/codec';
import { firstChild, nextSibling } from '@parley/codec';
import { isNamed, localName, Namespace } from '@parley/codec/internal';
import { Fault } from '@parley/core';

const SIGNED_BY_ID = ['UsernameToken', 'BinarySecurityToken'].map((name) => localName(name));

/**
 * The tokens that an envelope brought along in its wsse:Security header (an element, or -1), to be signed by Id.
 *
 * @throws Fault `caller.option-invalid` there are none, or one of another kind: an Id that is added to a SAML assertion would
 *   break the signature on it, and what else may stand there is no token.
 */
export function heldTokens(tape: Tape, security: number): readonly number[] {
  const tokens: number[] = [];
  for (let child = security < 0 ? -1 : firstChild(tape, security); child >= 0; child = nextSibling(tape, child)) {
    if (!SIGNED_BY_ID.some((name) => isNamed(tape, child, Namespace.wsse, name))) refuse('a token without wsu:Id');
    tokens.push(child);
  }
  if (tokens.length === 0) refuse('no token to sign');
  return tokens;
}

function refuse(reason: string): never {
  throw new Fault('caller.option-invalid', { option: 'sign.tokens', reason });
}
