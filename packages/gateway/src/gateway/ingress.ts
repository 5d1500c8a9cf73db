/** Before a plain service: each proven request goes to it as it is, without what secured it, and its answer goes back secured. */
import { bodyPayload, envelope } from '@parley/conversation';
import type { Tracing } from '@parley/core';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import type { PostBounds, Service, ServiceAnswer, ServiceCall } from '@parley/http';
import { post } from '@parley/http';
import type { Dispatcher } from 'undici';
import { readPlain } from '../soap/plain-message.ts';

export interface Upstream extends PostBounds {
  readonly url: URL;
  readonly dispatcher: Dispatcher;
  readonly tracing: Tracing;
}

/** The plain service at `upstream`. What it cannot do or answers amiss is `internal.service-failed`, with why for the log. */
export function serviceAt(upstream: Upstream): Service {
  return async (call) => {
    try {
      return await forward(call, upstream);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      throw new Fault('internal.service-failed', { ...error.detail, code: error.code });
    }
  };
}

async function forward(
  { message }: ServiceCall,
  { url, dispatcher, tracing, ...bounds }: Upstream,
): Promise<ServiceAnswer | undefined> {
  const { soapVersion, body } = message;
  const { action = '' } = message.claimedAddressing ?? message;
  const { payload } = bodyPayload(body);
  const octets = envelope({ action, body: payload, soapVersion, addressing: 'none' });
  const outgoing = { octets, soapVersion, soapAction: action, headers: tracing.headers() };
  const answer = await post(url, outgoing, dispatcher, bounds, undefined);
  if (answer.octets.length === 0) return undefined;
  const plain = readPlain(answer.octets, DEFAULT_LIMITS);
  if (plain.soapVersion !== soapVersion) throw new Fault('peer.soap-version-mismatch');
  return { action: plain.action ?? answerAction(action), payload: plain.payload, isFault: plain.isFault };
}

/** The default of WS-Addressing's WSDL binding (§4.4.4), for an action that is a request's by default, or has a name of its own. */
function answerAction(action: string): string {
  return `${action.replace(/Request$/, '')}Response`;
}
