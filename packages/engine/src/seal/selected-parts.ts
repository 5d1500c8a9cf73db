/** Which parts of an envelope a request to `seal` names. */

import { headersNamed } from '../message/header-name.ts';
import { heldTokens } from './held-tokens.ts';
import type { Sealing } from './sealing.ts';

/** Tokens, wsa headers, other headers and Body, as asked; the Timestamp is signed too, but does not exist yet. */
export function elementsToSign({ tape, envelope, request }: Sealing): readonly number[] {
  const { addressing, body, headers = [], tokens } = request.sign;
  const elements = new Set<number>(tokens === true ? heldTokens(tape, envelope.security) : []);
  if (addressing) for (const header of envelope.addressing) if (header >= 0) elements.add(header);
  for (const block of headersNamed(tape, envelope.header, headers)) elements.add(block);
  elements.delete(envelope.security);
  if (body) elements.add(envelope.body);
  return [...elements];
}

/** Header blocks, as asked. */
export function headersToEncrypt({ tape, envelope, request }: Sealing): readonly number[] {
  const blocks = headersNamed(tape, envelope.header, request.encryptHeaders ?? []);
  return blocks.filter((block) => block !== envelope.security);
}

/** What is confirmed. spec: WSS 1.1 §8.5, a request without signatures is confirmed once, without a Value. */
export function valuesToConfirm({ request: { confirm } }: Pick<Sealing, 'request'>): readonly (string | undefined)[] {
  return confirm?.length === 0 ? [undefined] : (confirm ?? []);
}
