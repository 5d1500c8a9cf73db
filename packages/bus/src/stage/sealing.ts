import { bodyPayload, envelope } from '@parley/conversation';
import type { Reply } from '@parley/core';
import { Fault } from '@parley/core';
import { callbackFault, failedReply } from '@parley/core/internal';
import type { OpenedMessage, PoolBootstrapSealRequest, PoolSealRequest } from '@parley/engine';
import type { Delivery } from '../message/bus-message.ts';
import { prover } from './opening.ts';
import type { ResealingOptions, Sealer, SealingOptions } from './options.ts';
import { checkResealing, checkSealing } from './options.ts';
import type { Stage, StepResult } from './stage.ts';
import { stageOf } from './stage.ts';

/**
 * A stage whose messages are envelopes, and whose results are secured.
 * @throws Fault `caller.option-invalid`
 */
export function sealing(options: SealingOptions): Stage {
  checkSealing(options);
  const { pool, request, ...pace } = options;
  return stageOf(
    { run: async (delivery) => await sealed(pool, delivery.octets, async () => await request(delivery)) },
    pace,
  );
}

/**
 * A stage from one context to another: opens each message, and seals its Body anew, under the same action, address and MessageID; all else of
 * its header is left behind. The headers say what was proven of the message that came.
 *
 * @throws Fault `caller.option-invalid`
 */
export function resealing(given: ResealingOptions): Stage {
  checkResealing(given);
  const { sealer, request, ...options } = given;
  const prove = prover(options);
  const run = async (delivery: Delivery): Promise<Reply<StepResult>> => {
    const proven = await prove(delivery);
    if (!proven.ok) return proven;
    const { opened, headers, isFirst } = proven.value;
    const result = await sealed(sealer, plainOf(opened), async () => await request({ delivery, opened }));
    return result.ok ? { ok: true, value: { octets: result.value.octets, headers, isFirst } } : result;
  };
  return stageOf({ run }, options);
}

async function sealed(
  sealer: Sealer,
  plain: Uint8Array,
  requestOf: () => Promise<PoolSealRequest | PoolBootstrapSealRequest | undefined>,
): Promise<Reply<StepResult>> {
  let request: PoolSealRequest | PoolBootstrapSealRequest | undefined;
  try {
    request = await requestOf();
  } catch (error) {
    return failedReply(callbackFault('request', error));
  }
  if (request === undefined) return failedReply(new Fault('caller.context-unusable', { reason: 'no request for it' }));
  const reply = await sealer.seal(plain, request);
  return reply.ok ? { ok: true, value: { octets: reply.value.octets, headers: {} } } : reply;
}

/** The message that was opened, without what secured it. @throws Fault `peer.structure-invalid` several elements in the Body */
function plainOf({ soapVersion, action, to, messageId, relatesTo, body }: OpenedMessage): Uint8Array {
  const { payload } = bodyPayload(body);
  if (action === undefined) return envelope({ action: '', addressing: 'none', soapVersion, body: payload });
  return envelope({ action, to, messageId, relatesTo, soapVersion, body: payload });
}
