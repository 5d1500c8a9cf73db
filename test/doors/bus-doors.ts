import type { BusConversationOptions, BusRequest, Commit, Delivery, Inlet, Outlet, Requester } from '@parley/bus';
import {
  answerRequests,
  BusConversation,
  headerText,
  MemoryClaims,
  opening,
  refused,
  relay,
  resealing,
  sealing,
  sendThenAcknowledge,
  verifying,
} from '@parley/bus';
import { amqpInlet, amqpOutlet, amqpRequester, amqpRequests } from '@parley/bus-amqp';
import {
  committedReads,
  kafkaCommit,
  kafkaInlet,
  kafkaOutlet,
  type PlatformaticOptions,
  platformaticKafka,
} from '@parley/bus-kafka';
import { natsInlet, natsOutlet, natsRequester, natsRequests } from '@parley/bus-nats';
import { rabbitInlet, rabbitOutlet, rabbitRequester, rabbitRequests } from '@parley/bus-rabbitmq';
import { Initiator } from '@parley/conversation';
import { Fault } from '@parley/core';
import { Kafka, logLevel } from 'kafkajs';
import { NOW_MS } from '../engine/support/sample.ts';
import { AMBIENT, WAYS } from '../http/http-fixture.ts';
import { type Door, door } from './door.ts';
import { POOL } from './engine-doors.ts';

type Given<Call extends (...given: never[]) => unknown> = Parameters<Call>;

const octets = new TextEncoder().encode('<a/>');
const pace = { concurrency: 4, retry: { attemptsMax: 1, pauseMs: 0 } } as const;
const proof = { ...pace, pool: POOL, nowMs: () => NOW_MS, at: 'now', claims: new MemoryClaims() } as const;
const entry = { scope: 'urn:uuid:1', key: 'key', untilMs: NOW_MS + 1000 };
const share = { owner: 'alice', kind: 'message' } as const;
/** One that nobody answers. */
const silent: Requester = {
  request: () => Promise.reject(new Fault('internal.bus-unavailable', {})),
  close: async () => undefined,
};
const unaborted = new AbortController().signal;
const initiator = new Initiator({
  version: '200512',
  soapVersion: '1.2',
  to: 'jms:queue:q',
  ambient: AMBIENT,
  bootstrap: WAYS['the service’s certificate']!().client.bootstrap,
});
const conversing = (options: BusConversationOptions = { initiator, requester: silent }): BusConversation =>
  new BusConversation(options);
async function* none(): AsyncGenerator<BusRequest> {
  // Nobody asks.
}
/** A bus with nothing on it. */
const inlet: Inlet = {
  async *deliveries(): AsyncGenerator<Delivery> {
    // Nothing comes.
  },
  acknowledge: async () => undefined,
  close: async () => undefined,
};
const outlet: Outlet = { send: async () => [], close: async () => undefined };
const commit: Commit<Delivery> = async () => undefined;
const message = { octets, headers: {}, key: 'k', id: 'p' };

/** Nobody is connected to before something is asked for. */
const kafka = new Kafka({ brokers: ['127.0.0.1:1'], logLevel: logLevel.NOTHING });
const kafkaInletOptions = {
  kafka,
  groupId: 'g',
  topics: ['t'],
  fromBeginning: true,
  prefetchMessages: 1,
  sessionTimeoutMs: 1000,
} as const;
/** What RabbitMQ is asked through; nothing is asked of it here. */
const rabbit = { createChannel: () => undefined, createConfirmChannel: () => undefined };
/** The same of AMQP 1.0. */
const amqp = { open_receiver: () => undefined, open_sender: () => undefined };
/** The same of NATS. */
const connection = { isClosed: () => false, publish: () => undefined, options: { inboxPrefix: '_INBOX' } };

const PLATFORMATIC = {
  Consumer: class {},
  Producer: class {},
  Admin: class {},
} as unknown as PlatformaticOptions['library'];

export const BUS_DOORS: Readonly<Record<string, Door>> = {
  'bus.headerText': door(headerText, ['text']),
  'bus.MemoryClaims': door((options: object) => new MemoryClaims(options), [{ entriesMax: 10, lagMaxMs: 1000 }]),
  'bus.MemoryClaims#claim': door(
    (...given: Given<MemoryClaims['claim']>) => new MemoryClaims().claim(...given),
    [entry, 'place', NOW_MS, share],
  ),
  'bus.opening': door((options: Given<typeof opening>[0]) => opening(options), [{ ...proof, handOn: 'body' }]),
  'bus.verifying': door((options: Given<typeof verifying>[0]) => verifying(options), [proof]),
  'bus.sealing': door(
    (options: Given<typeof sealing>[0]) => sealing(options),
    [{ ...pace, pool: POOL, request: () => undefined }],
  ),
  'bus.resealing': door(
    (options: Given<typeof resealing>[0]) => resealing(options),
    [{ ...proof, sealer: POOL, request: () => undefined }],
  ),
  'bus.refused': door(
    (unsendable: Given<typeof refused>[0]) => refused(unsendable),
    [{ message, code: 'internal.bus-refused', reason: 'too large' }],
    { open: ['0.message', '0.message.headers'] },
  ),
  'bus.relay': door(
    (options: Given<typeof relay>[0]) => relay(options),
    [
      {
        inlet,
        stage: opening(proof),
        outlet,
        deadLetters: outlet,
        commit,
        batchMessagesMax: 1,
        retry: { attemptsMax: 1, pauseMs: 0 },
        signal: new AbortController().signal,
        onSettled: () => undefined,
      },
    ],
    { open: ['0.inlet', '0.outlet', '0.deadLetters'], whole: ['0.inlet', '0.outlet', '0.deadLetters'] },
  ),
  'bus.sendThenAcknowledge': door(
    (options: Given<typeof sendThenAcknowledge>[0]) => sendThenAcknowledge(options),
    [{ inlet, outlet, deadLetters: outlet }],
    { open: ['0'], whole: ['0.inlet', '0.outlet', '0.deadLetters'] },
  ),
  'bus-kafka.kafkaInlet': door((options: Given<typeof kafkaInlet>[0]) => kafkaInlet(options), [kafkaInletOptions]),
  'bus-kafka.committedReads': door((given: Kafka) => committedReads(given), [kafka], { open: ['0'], whole: ['0'] }),
  'bus-kafka.platformaticKafka': door(
    (options: PlatformaticOptions) => platformaticKafka(options),
    [{ library: PLATFORMATIC, client: { clientId: 'parley', bootstrapBrokers: ['127.0.0.1:1'] } }],
    { open: ['0.library', '0.client'], whole: ['0.library', '0.client'] },
  ),
  'bus-kafka.kafkaOutlet': door(
    (options: Given<typeof kafkaOutlet>[0]) => kafkaOutlet(options),
    [{ kafka, topic: 't', messageBytesMax: 1000 }],
  ),
  'bus-kafka.kafkaCommit': door(
    (options: Given<typeof kafkaCommit>[0]) => kafkaCommit(options),
    [
      {
        kafka,
        inlet: kafkaInlet(kafkaInletOptions),
        topic: 't',
        deadLetterTopic: 'd',
        transactionalIdPrefix: 'p',
        messageBytesMax: 1000,
        transactionTimeoutMs: 1000,
      },
    ],
    { whole: ['0.inlet'] },
  ),
  'bus-nats.natsInlet': door(
    (options: Given<typeof natsInlet>[0]) => natsInlet(options),
    [{ connection: connection as never, stream: 's', consumer: 'c', prefetchMessages: 1, acknowledgeTimeoutMs: 1 }],
    { whole: ['0.connection'] },
  ),
  'bus-nats.natsOutlet': door(
    (options: Given<typeof natsOutlet>[0]) => natsOutlet(options),
    [{ connection: connection as never, subject: 's', storeTimeoutMs: 1 }],
    { whole: ['0.connection'] },
  ),
  'bus-nats.natsRequester': door(
    (options: Given<typeof natsRequester>[0]) => natsRequester(options),
    [{ connection: connection as never, subject: 's' }],
    { whole: ['0.connection'] },
  ),
  'bus-nats.natsRequests': door(
    (options: Given<typeof natsRequests>[0]) => natsRequests(options),
    [{ connection: connection as never, subject: 's', queueGroup: 'g' }],
    { whole: ['0.connection'] },
  ),
  'bus-amqp.amqpRequester': door(
    (options: Given<typeof amqpRequester>[0]) => amqpRequester(options),
    [{ connection: amqp as never, address: 'q', requestUri: 'jms:queue:q', contentType: 'text/xml' }],
    { whole: ['0.connection'] },
  ),
  'bus-amqp.amqpRequests': door(
    (options: Given<typeof amqpRequests>[0]) => amqpRequests(options),
    [{ connection: amqp as never, address: 'q', prefetchMessages: 1 }],
    { whole: ['0.connection'] },
  ),
  'bus.BusConversation': door(
    (options: Given<typeof conversing>[0]) => conversing(options),
    [{ initiator, requester: silent, channel: { secure: false }, timeoutMs: 1 }],
    { open: ['0.channel'], whole: ['0.initiator', '0.requester'] },
  ),
  'bus.BusConversation#establish': door((signal: AbortSignal) => conversing().establish(signal), [unaborted], {
    refused: /^(internal\.bus-unavailable|caller\.context-unusable)$/,
  }),
  'bus.BusConversation#renew': door((signal: AbortSignal) => conversing().renew(signal), [unaborted], {
    refused: /^caller\.context-unusable$/,
  }),
  'bus.BusConversation#cancel': door((signal: AbortSignal) => conversing().cancel(signal), [unaborted], {
    refused: /^caller\.context-unusable$/,
  }),
  'bus.BusConversation#call': door(
    (envelope: Uint8Array, signal: AbortSignal) => conversing().call(envelope, signal),
    [octets, unaborted],
    { refused: /^caller\.context-unusable$/ },
  ),
  'bus.answerRequests': door(
    (options: Given<typeof answerRequests>[0]) => answerRequests(options),
    [
      {
        inlet: { requests: () => none(), close: async () => undefined },
        responder: { receive: () => undefined, secure: () => undefined, idle: async () => undefined } as never,
        service: () => undefined,
        channel: { secure: false },
        concurrency: 1,
        onRefused: () => undefined,
        signal: unaborted,
      },
    ],
    { open: ['0.channel'], whole: ['0.inlet', '0.responder'] },
  ),
  'bus-rabbitmq.rabbitInlet': door(
    (options: Given<typeof rabbitInlet>[0]) => rabbitInlet(options),
    [{ connection: rabbit as never, queue: 'q', prefetchMessages: 1 }],
    { whole: ['0.connection'] },
  ),
  'bus-rabbitmq.rabbitRequester': door(
    (options: Given<typeof rabbitRequester>[0]) => rabbitRequester(options),
    [{ connection: rabbit as never, queue: 'q' }],
    { whole: ['0.connection'] },
  ),
  'bus-rabbitmq.rabbitRequests': door(
    (options: Given<typeof rabbitRequests>[0]) => rabbitRequests(options),
    [{ connection: rabbit as never, queue: 'q', prefetchMessages: 1 }],
    { whole: ['0.connection'] },
  ),
  'bus-rabbitmq.rabbitOutlet': door(
    (options: Given<typeof rabbitOutlet>[0]) => rabbitOutlet(options),
    [{ connection: rabbit as never, exchange: 'e', routingKey: 'k', messageBytesMax: 1, confirmTimeoutMs: 1 }],
    { whole: ['0.connection'] },
  ),
  'bus-amqp.amqpInlet': door(
    (options: Given<typeof amqpInlet>[0]) => amqpInlet(options),
    [{ connection: amqp as never, address: 'q', prefetchMessages: 1 }],
    { whole: ['0.connection'] },
  ),
  'bus-amqp.amqpOutlet': door(
    (options: Given<typeof amqpOutlet>[0]) => amqpOutlet(options),
    [
      {
        connection: amqp as never,
        address: 'q',
        soapJms: { requestUri: 'jms:queue:q', contentType: 'application/soap+xml', targetService: 's' },
        messageBytesMax: 1,
        acceptTimeoutMs: 1,
      },
    ],
    { whole: ['0.connection'] },
  ),
};

export const BUS_REASONS: Readonly<Record<string, string>> = {};
