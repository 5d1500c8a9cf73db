import type { Msg, NatsConnection } from '@nats-io/transport-node';
import type { BusMessage, BusRequest, Requester, RequestInlet } from '@parley/bus';
import { Fault } from '@parley/core';
import { connectionReason, optional, port, requireOptions, shapeOf, TEXT } from '@parley/core/internal';
import { headersOf, natsHeaders } from './nats-headers.ts';

export interface NatsRequestOptions {
  /** Yours: it is not closed. */
  readonly connection: NatsConnection;
  readonly subject: string;
}

export interface NatsRequestInletOptions extends NatsRequestOptions {
  /** Of those who answer under one name, one is given each request. Default: all are. */
  readonly queueGroup?: string | undefined;
}

const MEMBERS = { connection: port<NatsConnection>('isClosed', 'publish'), subject: TEXT };
const OPTIONS = shapeOf<NatsRequestOptions>(MEMBERS);
const INLET_OPTIONS = shapeOf<NatsRequestInletOptions>({ ...MEMBERS, queueGroup: optional(TEXT) });

/** Requests to whoever listens on a subject: NATS's own request and reply, by inboxes. @throws Fault `caller.option-invalid` */
export function natsRequester(options: NatsRequestOptions): Requester {
  requireOptions(OPTIONS, options, 'options');
  const { connection, subject } = options;
  return {
    async request({ octets, headers }, timeoutMs, signal) {
      if (signal?.aborted === true) throw new Fault('caller.aborted', {});
      const given = { timeout: timeoutMs, headers: natsHeaders(headers) };
      const answer = connection.request(subject, octets, given).then(messageOf, (error: unknown) => {
        throw new Fault('internal.bus-unavailable', { reason: reasonOf(error) }, error);
      });
      return signal === undefined ? await answer : await untilAborted(answer, signal);
    },
    close: async () => undefined,
  };
}

/** What is asked on a subject. @throws Fault `caller.option-invalid` */
export function natsRequests(options: NatsRequestInletOptions): RequestInlet {
  requireOptions(INLET_OPTIONS, options, 'options');
  const { connection, subject, queueGroup } = options;
  return {
    async *requests(signal) {
      const subscription = connection.subscribe(subject, queueGroup === undefined ? {} : { queue: queueGroup });
      const stop = (): void => subscription.unsubscribe();
      signal.addEventListener('abort', stop, { once: true });
      try {
        if (signal.aborted) return;
        for await (const message of subscription) yield requestOf(message);
      } finally {
        signal.removeEventListener('abort', stop);
        subscription.unsubscribe();
      }
      if (!signal.aborted) throw new Fault('internal.bus-unavailable', { reason: 'closed' });
    },
    close: async () => undefined,
  };
}

function requestOf(message: Msg): BusRequest {
  return {
    ...messageOf(message),
    async answer({ octets, headers }) {
      if (!message.respond(octets, { headers: natsHeaders(headers) }))
        throw new Fault('internal.bus-unavailable', { reason: 'nobody waits for an answer' });
    },
  };
}

function messageOf({ data, headers }: Msg): BusMessage {
  return { octets: data, headers: headersOf(headers) };
}

async function untilAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new Fault('caller.aborted', {}));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
    // It may fail when nobody waits any more.
    answer.catch(() => undefined);
  }
}

function reasonOf(error: unknown): string {
  return connectionReason(error) ?? (error instanceof Error ? error.name : 'unknown');
}
