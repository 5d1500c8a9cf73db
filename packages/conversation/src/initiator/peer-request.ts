/** What the responder may ask of an initiator: the end of the context that both have (WS-SC §6). */
import { Tape } from '@parley/codec';
import { scan } from '@parley/codec/internal';
import { contextSource, Fault, unwrap } from '@parley/core';
import type { OpenedMessage } from '@parley/engine';
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
 * Opens a message of the responder that answers nothing, under the context `held`.
 * @throws Fault `peer.reflected` our own message, or an answer; `peer.bad-context` another context; `caller.channel-not-secure`; and as
 *   `open`
 */
export function openPeerMessage(
  bytes: Uint8Array,
  { context }: HeldContext,
  sent: OpenRequests,
  { secure, soapAction }: Channel,
  { ambient, profile, workplace }: InitiatorSettings,
): OpenedMessage {
  // What is demanded of requests, but for the address, which is the responder's.
  const policy = { ...profile.cancels.policy, endpointAddress: undefined };
  if (restsOnTransport(policy) && !secure) throw new Fault('caller.channel-not-secure', { option: 'channel.secure' });
  const opening = { atMs: currentMs(ambient), policy, contexts: contextSource([context]), soapAction };
  const message = unwrap(workplace.use((workspace) => open(bytes, { ...opening, workspace })));
  if (addressingOf(message).relatesTo !== undefined) throw new Fault('peer.reflected', { header: 'RelatesTo' });
  if (message.signatureValues.some((value) => sent.hasSigned(value)))
    throw new Fault('peer.reflected', { reason: 'our own signature' });
  if (message.identifier !== context.identifier) throw invalidRequest('SecurityContextToken');
  return message;
}

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
  const message = openPeerMessage(bytes, held, sent, channel, settings);
  const { action, messageId } = addressingOf(message);
  const wanted = requestAction(version, 'cancel');
  if (action !== wanted) throw new Fault('peer.action-mismatch', { wanted });
  if (messageId === undefined) throw new Fault('peer.coverage-missing', { part: 'wsa:MessageID' });
  const tape = new Tape();
  const { limits } = profile.cancels.policy;
  scan(message.body, limits, tape);
  const { requestType, cancelTarget, entropy, context: contextAttribute } = readRequest(tape, 0, version, limits);
  entropy?.wipe();
  // safety: an initiator asks with another type, so that its own Cancel is none of the responder's (T85).
  if (requestType !== 'STSCancel') throw invalidRequest('RequestType');
  if (cancelTarget?.identifier !== context.identifier) throw invalidRequest('CancelTarget');
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
