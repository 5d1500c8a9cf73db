/** Which parts of an envelope a request to `seal` names. */

import type { Tape } from '@parley/codec';
import { firstChild, isNamed, localName, Namespace, nextSibling } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import { headersNamed } from '../message/header-name.ts';
import type { PayloadPath } from '../message/payload-path.ts';
import { payloadAt } from '../message/payload-path.ts';
import type { Sealing } from './sealing.ts';

/** Tokens, wsa headers, other headers and Body, as asked; the Timestamp is signed too, but does not exist yet. */
export function elementsToSign({ tape, envelope, request }: Sealing): readonly number[] {
  const { addressing, body, headers = [], payload = [], tokens } = request.sign;
  const elements = new Set<number>(tokens === true ? heldTokens(tape, envelope.security) : []);
  if (addressing) for (const header of envelope.addressing) if (header >= 0) elements.add(header);
  for (const block of headersNamed(tape, envelope.header, headers)) elements.add(block);
  elements.delete(envelope.security);
  if (body) elements.add(envelope.body);
  for (const element of payloadOf({ tape, envelope }, payload)) elements.add(element);
  return [...elements];
}

/** Header blocks, as asked. */
export function headersToEncrypt({ tape, envelope, request }: Sealing): readonly number[] {
  const blocks = headersNamed(tape, envelope.header, request.encryptHeaders ?? []);
  return blocks.filter((block) => block !== envelope.security);
}

/** Elements of the Body, as asked. */
export function payloadToEncrypt(sealing: Sealing): readonly number[] {
  return payloadOf(sealing, sealing.request.encryptPayload ?? []);
}

/** safety: what is asked for by name is there, or nobody would miss it (T08). */
function payloadOf({ tape, envelope }: Pick<Sealing, 'tape' | 'envelope'>, paths: readonly PayloadPath[]): number[] {
  return paths.flatMap((path) => {
    const elements = payloadAt(tape, envelope.body, path);
    if (elements.length > 0) return elements;
    throw new Fault('caller.input-invalid', { reason: 'no element of the payload at this path' });
  });
}

/** What is confirmed. spec: WSS 1.1 §8.5, a request without signatures is confirmed once, without a Value. */
export function valuesToConfirm({ request: { confirm } }: Pick<Sealing, 'request'>): readonly (string | undefined)[] {
  return confirm?.length === 0 ? [undefined] : (confirm ?? []);
}

const SIGNED_BY_ID = ['UsernameToken', 'BinarySecurityToken'].map((name) => localName(name));

/**
 * The tokens that an envelope brought along in its wsse:Security header (an element, or -1), to be signed by Id.
 *
 * @throws Fault `caller.option-invalid` there are none, or one of another kind: an Id that is added to a SAML assertion would
 *   break the signature on it, and what else may stand there is no token.
 */
function heldTokens(tape: Tape, security: number): readonly number[] {
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
