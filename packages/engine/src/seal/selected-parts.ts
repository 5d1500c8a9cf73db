/** Which parts of an envelope a request to `seal` names. */

import { Fault } from '@parley/core';
import { headersNamed } from '../message/header-name.ts';
import type { PayloadPath } from '../message/payload-path.ts';
import { payloadAt } from '../message/payload-path.ts';
import { heldTokens } from './held-tokens.ts';
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
