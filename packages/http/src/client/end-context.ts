/** The end of a context from the service's side, told to whoever has it (WS-SC §6). */
import type { EndOptions } from '@parley/conversation';
import { Responder } from '@parley/conversation';
import { DEFAULT_LIMITS, unwrap } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { instanceOf, requireKind, requireOptions, shapeOf, TEXT } from '@parley/core/internal';
import type { Agent, Dispatcher } from 'undici';
import { ADDRESS, SIGNAL } from './connection-shape.ts';
import { ownConnections } from './own-connections.ts';
import type { PostBounds } from './post.ts';
import { post, SOME_BOUNDS } from './post.ts';
import { CONNECTION, httpUrl, PEER } from './settings.ts';

/** Where the initiator takes requests (an endpoint with `conversations`), and how. */
export interface EndContextOptions extends Partial<PostBounds>, Omit<EndOptions, 'to'> {
  readonly url: string | URL;
  /** wsa:To. Default: the URL. */
  readonly to?: string;
  /** Connections of one's own; they are not closed. */
  readonly dispatcher?: Dispatcher;
  /** Trust anchors, a client certificate and what else `node:tls` takes. */
  readonly tls?: Agent.Options['connect'];
  /** Whether the channel is secret and the peer authenticated. Default: for `https:`. */
  readonly secure?: boolean;
  readonly signal?: AbortSignal;
}

const OPTIONS: Kind<EndContextOptions> = shapeOf<EndContextOptions>({
  ...SOME_BOUNDS,
  ...CONNECTION,
  url: ADDRESS,
  version: PEER.version,
  soapVersion: PEER.soapVersion,
  signal: SIGNAL,
});

/**
 * Ends the context `identifier` of `responder`: here at once, and then at its initiator, whose answer is awaited.
 *
 * @throws Fault (rejects) `caller.context-unusable` there is none, or it is over; `caller.option-invalid`; and, when the context is
 *   over here all the same, `peer.http-failed`, `peer.http-answer`, and why the answer was refused
 */
export async function endContext(responder: Responder, identifier: string, options: EndContextOptions): Promise<void> {
  requireKind(instanceOf<Responder>(Responder), responder, 'responder');
  requireKind(TEXT, identifier, 'identifier');
  requireOptions(OPTIONS, options, 'options');
  const { url: address, to, dispatcher, tls, secure, signal, ...more } = options;
  const { answerTimeoutMs = 60_000, answerBytesMax = DEFAULT_LIMITS.messageBytesMax, ...how } = more;
  const url = httpUrl('url', address);
  const request = unwrap(await responder.requestCancel(identifier, { ...how, to: to ?? url.href }));
  const { soapVersion = '1.2' } = how;
  const agent = dispatcher ?? ownConnections(tls, { answerTimeoutMs });
  try {
    const message = { octets: request.octets, soapAction: request.soapAction, soapVersion };
    const { octets, soapAction } = await post(url, message, agent, { answerTimeoutMs, answerBytesMax }, signal);
    const channel = { secure: secure ?? url.protocol === 'https:', soapAction };
    unwrap(responder.receiveAnswer(octets, request, channel));
  } finally {
    if (dispatcher === undefined) await agent.destroy().catch(() => undefined);
  }
}
