/** What an initiator makes of answers: each is opened as its request was sent, and belongs to that one request. */
import type { CanonicalElement } from '@parley/codec';
import { readDocument, scan, Tape } from '@parley/codec';
import type { KeyInstance, Reply, SecurityContext } from '@parley/core';
import { contextSource, Fault } from '@parley/core';
import { VERSION_URIS } from '@parley/core/internal';
import type { Credentials, OpenedMessage, Policy, Pool } from '@parley/engine';
import { open } from '@parley/engine';
import type { CarriedKeyOpening } from '@parley/engine/internal';
import { readEnvelopeShape } from '@parley/engine/internal';
import { currentMs } from '../exchange/ambient.ts';
import type { Channel } from '../exchange/channel.ts';
import { unwrapped } from '../exchange/unwrapped.ts';
import { restsOnTransport } from '../protection/protection.ts';
import { sequenceActionOf } from '../sequence-wire/generation.ts';
import { cancelAnswerActions, responseAction } from '../soap/actions.ts';
import type { PeerFault } from '../soap/soap-fault.ts';
import { faultElement, readFault, readFaultIn } from '../soap/soap-fault.ts';
import { receiveKey } from '../trust/key-material.ts';
import type { SecurityTokenResponse } from '../trust/request-security-token-response.ts';
import { readResponse } from '../trust/request-security-token-response.ts';
import type { OpenRequest, TrustExchange } from './open-requests.ts';
import type { InitiatorSettings } from './settings.ts';

/** A key that was issued or renewed, and the context's name. */
export interface ReceivedToken {
  readonly identifier: string;
  readonly tokenId: string | undefined;
  readonly tokenElement: CanonicalElement | undefined;
  readonly key: KeyInstance;
  readonly expiresAtMs: number;
}

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
  const reply = open(bytes, {
    atMs: currentMs(settings.ambient),
    policy,
    contexts: contextSource(context === undefined ? [] : [context]),
    credentials,
    soapAction: channel.soapAction,
    signatureValuesSent: request.signatureValues,
  });
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
  if (restsOnTransport(policy) && !channel.secure) throw new Fault('caller.channel-not-secure');
}

function judgedAnswer(
  reply: Reply<OpenedMessage>,
  bytes: Uint8Array,
  request: OpenRequest,
  policy: Policy,
  settings: InitiatorSettings,
): OpenedAnswer {
  if (!reply.ok) throw bareFault(bytes, policy) ?? new Fault(reply.code, reply.detail);
  const message = unwrapped(reply);
  const isOurs = message.signatureValues.some((value) => request.signatureValues.includes(value));
  if (isOurs) throw new Fault('peer.reflected', { reason: 'our own signature' });
  const fault = readFaultIn(message.body, policy.limits);
  // interop: CXF and Metro refuse without WS-Addressing. Where the transport protects, the connection has to do.
  if (fault !== undefined && message.signed.length === 0 && addressingOf(message).relatesTo === undefined)
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
function addressingOf(message: OpenedMessage): Pick<OpenedMessage, 'action' | 'relatesTo'> {
  return message.claimedAddressing ?? message;
}

/** A fault that nothing protects, if the message is one: whoever cannot read us can only answer so. */
function bareFault(bytes: Uint8Array, { limits, reader }: Policy): Fault | undefined {
  try {
    const tape = new Tape();
    readDocument(bytes, limits, tape, reader);
    const shape = readEnvelopeShape(tape);
    const fault = faultElement(tape, shape.body);
    return fault < 0 ? undefined : readFault(tape, fault);
  } catch {
    // It is no message at all; what `open` said of it stands.
    return undefined;
  }
}

const LIFETIME_DEFAULT_MS = 36_000_000;

/**
 * Reads the answer to Issue or Renew.
 * @throws Fault `peer.soap-fault` the responder refused; `peer.action-mismatch`, `peer.key-usage`, `peer.structure-invalid`,
 *   `peer.timestamp-*`
 */
export function tokenOf(
  answer: OpenedAnswer,
  operation: 'issue' | 'renew',
  trust: TrustExchange,
  settings: InitiatorSettings,
): ReceivedToken {
  requireAction(answer, [responseAction(settings.version, operation)]);
  const response = responseIn(answer.message, settings, trust.handshake);
  try {
    return receivedToken(response, trust, settings);
  } finally {
    response.entropy?.wipe();
    response.proofKey?.wipe();
  }
}

/** Reads the answer to Cancel. @throws Fault `peer.soap-fault`, `peer.action-mismatch`, `peer.structure-invalid` */
export function requireCancelled(answer: OpenedAnswer, settings: InitiatorSettings): void {
  requireAction(answer, cancelAnswerActions(settings.version));
  const response = responseIn(answer.message, settings);
  response.entropy?.wipe();
  response.proofKey?.wipe();
  if (!response.isCancelled) throw new Fault('peer.structure-invalid', { reason: 'not cancelled' });
}

function requireAction({ message, fault }: OpenedAnswer, actions: readonly string[]): void {
  if (fault !== undefined) throw new Fault('peer.soap-fault', { ...fault });
  const { action } = addressingOf(message);
  if (action === undefined || !actions.includes(action)) throw new Fault('peer.action-mismatch');
}

function responseIn(
  { body }: OpenedMessage,
  { version, profile }: InitiatorSettings,
  opening?: CarriedKeyOpening,
): SecurityTokenResponse {
  const { limits } = profile.answers.policy;
  const tape = new Tape();
  scan(body, limits, tape);
  return readResponse(tape, 0, version, limits, opening);
}

function receivedToken(
  response: SecurityTokenResponse,
  trust: TrustExchange,
  { ambient, version, contextLifetimeMs, keySizeBits, profile }: InitiatorSettings,
): ReceivedToken {
  const atMs = currentMs(ambient);
  const { token, tokenType, lifetime, context } = response;
  // interop: CXF and Rampart repeat none; a wrong one is of another request all the same.
  if (context !== undefined && context !== trust.context)
    throw new Fault('peer.structure-invalid', { reason: 'Context differs' });
  // interop: CXF calls a renewed 200502 token one of 200512, if the request does not say which.
  if (tokenType !== undefined && tokenType !== VERSION_URIS[version].sct)
    throw new Fault('peer.structure-invalid', { reason: 'TokenType' });
  if (token === undefined) throw new Fault('peer.structure-invalid', { reason: 'no token' });
  const granted = lifetime?.expiresAtMs ?? atMs + LIFETIME_DEFAULT_MS;
  const expiresAtMs = Math.min(granted, contextLifetimeMs === undefined ? granted : atMs + contextLifetimeMs);
  if (expiresAtMs <= atMs) throw new Fault('peer.timestamp-expired', { element: 'Lifetime' });
  const { clockSkewMs } = profile.answers.policy;
  if (lifetime?.createdAtMs !== undefined && lifetime.createdAtMs > atMs + clockSkewMs)
    throw new Fault('peer.timestamp-future', { element: 'Lifetime' });
  const secret = receiveKey(response, { sent: trust.entropy, keySizeBits, keys: profile.keys });
  const key = { instance: token.instance, secret, createdAtMs: atMs, expiresAtMs };
  const { identifier, tokenId, tokenElement } = token;
  return { identifier, tokenId, tokenElement, key, expiresAtMs };
}
