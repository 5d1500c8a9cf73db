/** Issue and Renew in several legs: each is proven by the bootstrap, of the same principal, and answers the one before it. */
import type { Version } from '@parley/core';
import { Fault, Secret } from '@parley/core';
import type { NegotiationKind } from '../negotiation/negotiation.ts';
import { LEGS_MAX } from '../negotiation/negotiation.ts';
import type { ExchangeElements } from '../trust/exchange-elements.ts';
import type { SecurityTokenRequest } from '../trust/request-security-token.ts';
import { invalidRequest } from '../trust/request-security-token.ts';
import type { SecurityTokenResponse } from '../trust/request-security-token-response.ts';
import { writeLeg } from '../trust/response-writer.ts';
import type { ContextName } from '../trust/token-reference.ts';
import { legInBody, legInEnvelope } from '../trust/transcript.ts';
import { answerEnvelope, sealByBootstrap } from './answer.ts';
import type { IssuedContext } from './grant-context.ts';
import { grantContext } from './grant-context.ts';
import type { PendingNegotiation } from './negotiations.ts';
import { wipeNegotiation } from './negotiations.ts';
import type { RenewedContext } from './renew-context.ts';
import { renewContext } from './renew-context.ts';
import type { ProvenRequest, RequestInHand } from './request-in-hand.ts';
import type { ResponderSettings } from './settings.ts';

export interface NegotiatingContext {
  readonly kind: 'negotiating';
  readonly reply: Uint8Array;
}

/** The first leg. */
export interface FirstLeg {
  readonly proven: ProvenRequest;
  readonly rst: SecurityTokenRequest;
  readonly kind: NegotiationKind;
  /** Of a renewal. */
  readonly target?: ContextName | undefined;
}

/** Answers the first leg. @throws Fault `peer.negotiation-failed`, `peer.trust-invalid-request`, `internal.quota` */
export function beginNegotiation(
  request: RequestInHand,
  { proven, rst, kind, target }: FirstLeg,
  settings: ResponderSettings,
): NegotiatingContext {
  const { version, context, exchange } = rst;
  if (context === undefined) throw invalidRequest('no Context');
  if (exchange === undefined) throw new Fault('peer.negotiation-failed', { reason: 'no exchange' });
  const side = kind.begin('responder', { version, ambient: settings.ambient });
  const entropy = rst.entropy?.lend((octets) => Secret.copyOf(octets));
  const { limits } = settings.profile.requests.policy;
  const pending: PendingNegotiation = {
    side,
    rst: { ...rst, entropy },
    version,
    target,
    principal: proven.principal,
    legs: [legInBody(proven.opening.message.body, limits)],
    beganAtMs: request.atMs,
  };
  return answerLeg(request, { proven, pending, received: exchange }, settings);
}

/** A leg that is not the first, and who sent it. */
export interface LaterLeg {
  readonly proven: ProvenRequest;
  readonly version: Version;
  readonly operation: PendingOperation;
  readonly response: SecurityTokenResponse;
}

/** What is negotiated. */
export type PendingOperation = 'issue' | 'renew';

/** Takes one, and grants the context if it is the last. @throws Fault as {@link beginNegotiation} */
export async function continueNegotiation(
  request: RequestInHand,
  { proven, version, operation, response }: LaterLeg,
  settings: ResponderSettings,
): Promise<Negotiated> {
  const { context, exchange, token } = response;
  const waiting = settings.negotiations.take(context, proven.principal, request.atMs);
  const { limits } = settings.profile.requests.policy;
  try {
    if (exchange === undefined || token !== undefined)
      throw new Fault('peer.negotiation-failed', { reason: 'no exchange' });
    const legs = [...waiting.legs, legInBody(proven.opening.message.body, limits)];
    if (waiting.version !== version) throw invalidRequest('generations mixed');
    if (operationOf(waiting) !== operation) throw new Fault('peer.action-mismatch');
    if (legs.length > LEGS_MAX) throw new Fault('peer.negotiation-failed', { reason: 'too many legs' });
    return await goOn(request, { proven, pending: { ...waiting, legs }, received: exchange }, settings);
  } catch (error) {
    wipeNegotiation(waiting);
    throw error;
  }
}

/** What comes of a leg. */
export type Negotiated = IssuedContext | RenewedContext | NegotiatingContext;

function operationOf({ target }: PendingNegotiation): PendingOperation {
  return target === undefined ? 'issue' : 'renew';
}

interface Leg {
  readonly proven: ProvenRequest;
  readonly pending: PendingNegotiation;
  readonly received: ExchangeElements;
}

async function goOn(
  request: RequestInHand,
  { proven, pending, received }: Leg,
  settings: ResponderSettings,
): Promise<Negotiated> {
  const { side, rst, legs, target } = pending;
  const said = side.next(received);
  if (!side.isAgreed) return sendLeg(request, { proven, pending }, said, settings);
  const negotiated = { legs, exchange: said, wrappingKey: side.wrappingKey };
  try {
    const grant = { proven, rst, negotiated };
    if (target !== undefined) return await renewContext(request, { ...grant, target }, settings);
    return await grantContext(request, grant, settings);
  } finally {
    wipeNegotiation(pending);
  }
}

function answerLeg(
  request: RequestInHand,
  { proven, pending, received }: Leg,
  settings: ResponderSettings,
): NegotiatingContext {
  try {
    return sendLeg(request, { proven, pending }, pending.side.next(received), settings);
  } catch (error) {
    wipeNegotiation(pending);
    throw error;
  }
}

/** Waits for the next leg from before the answer leaves. */
function sendLeg(
  request: RequestInHand,
  { proven, pending }: Omit<Leg, 'received'>,
  said: ExchangeElements | undefined,
  settings: ResponderSettings,
): NegotiatingContext {
  if (said === undefined) throw new Fault('peer.negotiation-failed', { reason: 'nothing to say' });
  const { version, rst } = pending;
  const { context = '' } = rst;
  const answer = { operation: operationOf(pending), version };
  const envelope = answerEnvelope(request, answer, proven.addressing.messageId, settings, (writer) =>
    writeLeg(writer, version, context, said),
  );
  const reply = sealByBootstrap(request, envelope, { version, proven }, settings);
  settings.negotiations.add(context, { ...pending, legs: [...pending.legs, legInEnvelope(envelope)] }, request.atMs);
  return { kind: 'negotiating', reply };
}
