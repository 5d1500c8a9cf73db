/** What an initiator makes of answers: each is opened as its request was sent, and belongs to that one request. */
import { Tape } from '@parley/codec';
import { readDocument } from '@parley/codec/internal';
import type { Reply, SecurityContext } from '@parley/core';
import { contextSource, Fault, unwrap } from '@parley/core';
import type { Credentials, OpenedMessage, Policy, Pool } from '@parley/engine';
import { open } from '@parley/engine';
import { readEnvelopeShape } from '@parley/engine/internal';
import { currentMs } from '../exchange/ambient.ts';
import type { Channel } from '../exchange/channel.ts';
import { restsOnTransport } from '../protection/protection.ts';
import { sequenceActionOf } from '../sequence-wire/generation.ts';
import type { PeerFault } from '../soap/soap-fault.ts';
import { faultElement, peerFaultOf, readFaultIn } from '../soap/soap-fault.ts';
import type { OpenRequest } from './open-requests.ts';
import type { InitiatorSettings } from './settings.ts';

/** An answer that was opened, and the fault that is in it, if it is one. */
export interface OpenedAnswer {
  readonly message: OpenedMessage;
  readonly fault: PeerFault | undefined;
}

/** What an answer is opened with. */
export interface AnswerScene {
  readonly policy: Policy;
  readonly context: SecurityContext | undefined;
  readonly credentials?: Credentials | undefined;
  readonly channel: Channel;
}

/**
 * Opens the answer to `request`, and checks that it is.
 * @throws Fault `peer.soap-fault` a fault that nothing protects; `caller.channel-not-secure`; `peer.reflected` our own message;
 *   `peer.addressing-mismatch` the answer to another request; and as `open`
 */
export function openAnswer(
  bytes: Uint8Array,
  request: OpenRequest,
  scene: AnswerScene,
  settings: InitiatorSettings,
): OpenedAnswer {
  const { policy, context, credentials, channel } = scene;
  requireChannel(scene);
  const opening = {
    atMs: currentMs(settings.ambient),
    policy,
    contexts: contextSource(context === undefined ? [] : [context]),
    credentials,
    soapAction: channel.soapAction,
    signatureValuesSent: request.signatureValues,
  };
  const reply = settings.workplace.use((workspace) => open(bytes, { ...opening, workspace }));
  return judgedAnswer(reply, bytes, request, policy, settings);
}

/**
 * {@link openAnswer} of an answer under the context, on `pool`.
 * @throws Fault as {@link openAnswer}
 */
export async function openAnswerOn(
  pool: Pool,
  bytes: Uint8Array,
  request: OpenRequest,
  scene: AnswerScene,
  settings: InitiatorSettings,
): Promise<OpenedAnswer> {
  const { policy, channel } = scene;
  requireChannel(scene);
  const { soapAction } = channel;
  const reply = await pool.open({
    message: bytes,
    atMs: currentMs(settings.ambient),
    ...(soapAction !== undefined && { soapAction }),
    signatureValuesSent: request.signatureValues,
  });
  return judgedAnswer(reply, bytes, request, policy, settings);
}

function requireChannel({ policy, channel }: AnswerScene): void {
  if (restsOnTransport(policy) && !channel.secure)
    throw new Fault('caller.channel-not-secure', { option: 'channel.secure' });
}

function judgedAnswer(
  reply: Reply<OpenedMessage>,
  bytes: Uint8Array,
  request: OpenRequest,
  policy: Policy,
  settings: InitiatorSettings,
): OpenedAnswer {
  if (!reply.ok) throw bareFault(bytes, policy) ?? new Fault(reply.code, reply.detail);
  const message = unwrap(reply);
  const isOurs = message.signatureValues.some((value) => request.signatureValues.includes(value));
  if (isOurs) throw new Fault('peer.reflected', { reason: 'our own signature' });
  // The canonical Body has no prefix that only a value uses; where nothing is signed, the message as it came is as sure as that.
  const isBare = message.signed.length === 0;
  const fault =
    (isBare ? faultOf(bytes, policy) : undefined) ?? readFaultIn(message.body, policy.limits, settings.workplace.tape);
  // interop: CXF and Metro refuse without WS-Addressing. Where the transport protects, the connection has to do.
  if (fault !== undefined && isBare && addressingOf(message).relatesTo === undefined)
    throw new Fault('peer.soap-fault', { ...fault });
  requirePair(message, request, settings);
  return { message, fault };
}

function requirePair(
  message: OpenedMessage,
  { messageId, isSequenced = false }: OpenRequest,
  { profile }: InitiatorSettings,
): void {
  const { relatesTo, action } = addressingOf(message);
  // interop: WCF and Metro name no request in LastMessage and TerminateSequence. Whether they fit the sequence is told there.
  if (isSequenced && relatesTo === undefined && sequenceActionOf(action ?? '') !== undefined) return;
  // Without addressing there is the connection, and what the answer confirms.
  if (profile.pairing === 'connection' && relatesTo === undefined) return;
  if (relatesTo !== messageId) throw new Fault('peer.addressing-mismatch', { header: 'RelatesTo' });
}

/**
 * {@link openAnswer} of an answer that is a token under the one protection, or a fault under the other: Metro refuses a Renew
 * under the context, which is not what a token may be under.
 * @throws Fault as {@link openAnswer} by the first
 */
export function openAnswerOrRefusal(
  bytes: Uint8Array,
  request: OpenRequest,
  [scene, refusal]: readonly [AnswerScene, AnswerScene],
  settings: InitiatorSettings,
): OpenedAnswer {
  try {
    return openAnswer(bytes, request, scene, settings);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'peer.keyinfo-forbidden') throw error;
    const { fault } = openAnswer(bytes, request, refusal, settings);
    throw fault === undefined ? error : new Fault('peer.soap-fault', { ...fault });
  }
}

/** Signed, or, where TLS alone answers for it, claimed. */
export function addressingOf(message: OpenedMessage): Pick<OpenedMessage, 'action' | 'messageId' | 'relatesTo'> {
  return message.claimedAddressing ?? message;
}

/** A fault that nothing protects, if the message is one: whoever cannot read us can only answer so. */
export function bareFault(bytes: Uint8Array, policy: Policy): Fault | undefined {
  const fault = faultOf(bytes, policy);
  return fault && new Fault('peer.soap-fault', { ...fault });
}

function faultOf(bytes: Uint8Array, { limits, reader }: Policy): PeerFault | undefined {
  try {
    const tape = new Tape();
    readDocument(bytes, limits, tape, reader);
    const shape = readEnvelopeShape(tape);
    const fault = faultElement(tape, shape.body);
    return fault < 0 ? undefined : peerFaultOf(tape, fault);
  } catch {
    // It is no message at all; what `open` said of it stands.
    return undefined;
  }
}
