import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { AddressedMessage, Channel, SequencePlace } from '@parley/conversation';
import { Responder } from '@parley/conversation';
import type { FailedReply, Reply, SecurityContext, Telemetry } from '@parley/core';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import {
  callback,
  either,
  FLAG,
  instanceOf,
  keyed,
  listOf,
  memberOf,
  OCTETS,
  optional,
  port,
  readable,
  requireKind,
  requireOptions,
  shapeOf,
  TELEMETRY,
  TEXT,
  WHOLE_TEXT,
  whole,
} from '@parley/core/internal';
import type { OpenedMessage, SoapVersion } from '@parley/engine';
import type { AdmissionBounds } from './admission.ts';
import type { BodyBounds } from './read-body.ts';

/** A proven request, for the application. */
export interface ServiceCall {
  /** Without an `identifier` it is in a sequence outside of every context (`sequences.withoutContext`); `principal` is its sender in any case. */
  readonly message: OpenedMessage;
  /** What amendments added to its context: see `amend` of the responder. */
  readonly claims: readonly string[];
  /** Of the request's URL, without its query. */
  readonly path: string;
  /** Where it stands in its sequence, if it is in one: handed over again after a crash, it has the same place. */
  readonly sequence?: SequencePlace;
}

/** What the application answers. */
export interface ServiceAnswer {
  readonly action: string;
  /** The element in the Body: text, or octets in UTF-8; may be empty. */
  readonly payload: Uint8Array | string;
  /** Whether that element is a soap:Fault, which HTTP has a status for. */
  readonly isFault?: boolean;
}

/**
 * The application. `undefined` answers with 202 and nothing. What it throws is told to `onRefused` and becomes a SOAP fault
 * without a word of it; to say more, it answers with a soap:Fault of its own.
 */
export type Service = (call: ServiceCall) => ServiceAnswer | undefined | Promise<ServiceAnswer | undefined>;

/** What stands at one path: several may share a store, each with a policy of its own. */
export type Endpoint = SecuredEndpoint | PlainEndpoint | InitiatorEndpoint;

export interface SecuredEndpoint {
  readonly responder: Responder;
  readonly service: Service;
  /**
   * Sends what goes to an address of the peer's: acknowledgements, where the responder lets them (`sequences.acksTo`); `httpDelivery` does it.
   * Whether it succeeds is its own to tell: what is lost is said again with the next message. Default: nothing is sent.
   */
  readonly deliver?: (message: AddressedMessage) => Promise<void>;
}

/** For what services send whose contexts we have: they end them (`endContext`), and say what has arrived of reliable conversations. */
export interface InitiatorEndpoint {
  /** Those under way, by which a request may be meant: what `connect` gives. */
  readonly conversations: () => Iterable<EndingConversation>;
}

/** A conversation that the other side may end. */
export interface EndingConversation {
  readonly context: SecurityContext | undefined;
  /** Takes such a message; gives the reply to it, which is empty where there is none. */
  receiveRequest(octets: Uint8Array, channel: Channel): Promise<Reply<Uint8Array>>;
}

/** For clients that know of no conversation: nothing of what comes is secured, and nothing of what is answered. */
export interface PlainEndpoint {
  /** What it rejects with is told to `onRefused`, and answered with its status and nothing else. */
  readonly plain: (request: PlainRequest) => Promise<PlainAnswer>;
}

export interface PlainRequest {
  /** The message as it came; of the version that its headers say. */
  readonly octets: Uint8Array;
  readonly soapVersion: SoapVersion;
  /** As the transport says it. */
  readonly soapAction: string | undefined;
  readonly path: string;
}

export interface PlainAnswer {
  readonly status: 200 | 202 | 500;
  /** The message; empty for none. */
  readonly octets: Uint8Array;
  /** Why it is a refusal: for `onRefused`. */
  readonly failure?: FailedReply | undefined;
}

/** Something that was refused, or failed: for the log, never for the peer. */
export interface Refusal {
  readonly failure: FailedReply;
  readonly path: string;
  /** The HTTP status that was answered. */
  readonly status: number;
  readonly remoteAddress: string | undefined;
}

export interface HttpResponderOptions extends Partial<BodyBounds>, Partial<AdmissionBounds> {
  /** By path, which must match exactly: `/orders`. */
  readonly endpoints: Readonly<Record<string, Endpoint>>;
  /**
   * Whether a request came over a channel that is secret and authenticated towards the client. Default: whether its socket is one
   * of TLS. Behind a proxy that ends TLS, say here how to tell.
   */
  readonly isSecure?: ((request: IncomingMessage | Http2ServerRequest) => boolean) | undefined;
  /** Who the client of a TLS connection is, if it showed a certificate: the principal of the client-certificate bootstrap. */
  readonly clientOf?: ((request: IncomingMessage | Http2ServerRequest) => string | undefined) | undefined;
  /**
   * Where a request came from, for what is counted by address. Default: the address of its socket. Behind a proxy, say here what it says,
   * and let nobody but the proxy reach this.
   */
  readonly addressOf?: ((request: IncomingMessage | Http2ServerRequest) => string | undefined) | undefined;
  /** Told of what is answered, how long it took and what it came of. Endpoints are told apart by their paths. */
  readonly telemetry?: Telemetry | undefined;
  /** Is told of every refusal and failure. */
  readonly onRefused?: ((refusal: Refusal) => void) | undefined;
}

const COUNT = optional(whole(1));

const HTTP_RESPONDER_OPTIONS: Kind<HttpResponderOptions> = shapeOf<HttpResponderOptions>({
  // Each is looked at by its path.
  endpoints: readable(),
  isSecure: optional(callback()),
  clientOf: optional(callback()),
  addressOf: optional(callback()),
  telemetry: optional(TELEMETRY),
  onRefused: optional(callback()),
  bodyBytesMax: COUNT,
  bodyTimeoutMs: optional(whole(1, 2 ** 31 - 1)),
  incompleteBytesMax: COUNT,
  requestsMax: COUNT,
  handshakesMax: COUNT,
});

const ENDPOINT: Kind<Endpoint> = keyed({
  responder: shapeOf<SecuredEndpoint>({
    responder: instanceOf<Responder>(Responder),
    service: callback(),
    deliver: optional(callback()),
  }),
  plain: shapeOf<PlainEndpoint>({ plain: callback() }),
  conversations: shapeOf<InitiatorEndpoint>({ conversations: callback() }),
});

/** What a service answers. */
export const SERVICE_ANSWER: Kind<ServiceAnswer | undefined> = optional(
  shapeOf<ServiceAnswer>({ action: TEXT, payload: either(WHOLE_TEXT, OCTETS), isFault: optional(FLAG) }),
);

export const PLAIN_ANSWER: Kind<PlainAnswer> = shapeOf<PlainAnswer>({
  status: memberOf<PlainAnswer['status']>([200, 202, 500], '200, 202 or 500'),
  octets: OCTETS,
  failure: optional(readable<FailedReply>()),
});

export const CONVERSATIONS: Kind<readonly EndingConversation[]> = listOf(port<EndingConversation>('receiveRequest'));

export const CLIENT: Kind<string | undefined> = optional(TEXT);

/** The options, complete. */
export type HttpResponderSettings = BodyBounds &
  AdmissionBounds &
  Pick<HttpResponderOptions, 'isSecure' | 'clientOf' | 'addressOf' | 'onRefused' | 'telemetry' | 'endpoints'>;

const BOUNDS: BodyBounds & AdmissionBounds = {
  bodyBytesMax: DEFAULT_LIMITS.messageBytesMax,
  bodyTimeoutMs: 20_000,
  incompleteBytesMax: 64 * 1024 * 1024,
  requestsMax: 256,
  handshakesMax: 32,
};

/** @throws Fault `caller.option-invalid` */
export function completeHttpResponderSettings(options: HttpResponderOptions): HttpResponderSettings {
  requireOptions(HTTP_RESPONDER_OPTIONS, options, 'options');
  const { endpoints, isSecure, clientOf, addressOf, onRefused, telemetry, ...given } = options;
  const bounds = { ...BOUNDS, ...withoutUndefined(given) };
  const paths = Object.keys(endpoints);
  if (paths.length === 0) throw new Fault('caller.option-invalid', { option: 'endpoints', reason: 'there is none' });
  for (const path of paths) {
    if (!/^\/[^?#]*$/.test(path))
      throw new Fault('caller.option-invalid', {
        option: 'endpoints',
        reason: 'no path: one begins with / and has no query',
        path,
      });
    requireKind(ENDPOINT, endpoints[path], `endpoints[${JSON.stringify(path)}]`);
  }
  return { ...bounds, endpoints, isSecure, clientOf, addressOf, onRefused, telemetry };
}

function withoutUndefined<T extends object>(given: Partial<T>): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
}
