/** What the responder may ask of an initiator: the end of the context that both have (WS-SC §6). */
import { scan, Tape } from '@parley/codec';
import { contextSource, Fault, unwrap } from '@parley/core';
import { open } from '@parley/engine';
import { currentMs, randomUrn } from '../exchange/ambient.ts';
import type { Channel } from '../exchange/channel.ts';
import { protect, restsOnTransport, underContext } from '../protection/protection.ts';
import { requestAction, responseAction } from '../soap/actions.ts';
import { writeEnvelope } from '../soap/envelope-writer.ts';
import { invalidRequest, readRequest } from '../trust/request-security-token.ts';
import { writeCancelResponse } from '../trust/response-writer.ts';
import { addressingOf } from './answers.ts';
import type { HeldContext } from './held-context.ts';
import type { OpenRequests } from './open-requests.ts';
import type { InitiatorSettings } from './settings.ts';

/**
 * Opens the responder's Cancel of `held`, and writes the answer, the last message under its key.
 * @throws Fault `peer.reflected` our own message, or an answer; `peer.action-mismatch` another request; `peer.trust-invalid-request`
 *   another context; `caller.channel-not-secure`; and as `open`
 */
export function answerCancel(
  bytes: Uint8Array,
  held: HeldContext,
  sent: OpenRequests,
  channel: Channel,
  settings: InitiatorSettings,
): Uint8Array {
  const { ambient, profile, soapVersion, version } = settings;
  const { context } = held;
  // What is demanded of such requests, but for the address, which is the responder's.
  const policy = { ...profile.cancels.policy, endpointAddress: undefined };
  if (restsOnTransport(policy) && !channel.secure) throw new Fault('caller.channel-not-secure');
  const message = unwrap(
    open(bytes, {
      atMs: currentMs(ambient),
      policy,
      contexts: contextSource([context]),
      soapAction: channel.soapAction,
    }),
  );
  const { action, messageId, relatesTo } = addressingOf(message);
  if (relatesTo !== undefined) throw new Fault('peer.reflected', { header: 'RelatesTo' });
  if (message.signatureValues.some((value) => sent.hasSigned(value)))
    throw new Fault('peer.reflected', { reason: 'our own signature' });
  if (action !== requestAction(version, 'cancel')) throw new Fault('peer.action-mismatch');
  if (messageId === undefined) throw new Fault('peer.coverage-missing', { part: 'wsa:MessageID' });
  const tape = new Tape();
  const { limits } = policy;
  scan(message.body, limits, tape);
  const { requestType, cancelTarget, entropy, context: contextAttribute } = readRequest(tape, 0, version, limits);
  entropy?.wipe();
  // safety: an initiator asks with another type, so that its own Cancel is none of the responder's (T85).
  if (requestType !== 'STSCancel') throw invalidRequest('RequestType');
  if (message.identifier !== context.identifier || cancelTarget?.identifier !== context.identifier)
    throw invalidRequest('CancelTarget');
  const { instance } = message;
  const envelope = writeEnvelope({
    soapVersion,
    action: responseAction(version, 'cancel'),
    messageId: randomUrn(ambient),
    relatesTo: messageId,
    addressing: profile.addressing,
    body: (writer) => writeCancelResponse(writer, version, contextAttribute),
  });
  const confirmation = profile.confirm ? { confirm: message.signatureValues } : {};
  const use = { context, instance, ...confirmation };
  return protect(envelope, underContext(profile.cancelAnswers.protection, use), settings).octets;
}
