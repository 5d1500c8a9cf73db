import type { Received } from '@parley/conversation';
import {
  completeSequenceSettings,
  envelope,
  Initiator,
  MemoryContextStore,
  MemoryRecords,
  peerProfile,
  Responder,
  SequencedInitiator,
  systemAmbient,
  usernameOverTls,
  withSequences,
} from '@parley/conversation';
import type { Reply } from '@parley/core';
import { Secret } from '@parley/core';
import type { Measurement } from '../measure.ts';
import { measureRuns } from '../measure.ts';

const ENDPOINT = 'https://host.example/service';
const CHANNEL = { secure: true };
/** A call there and back takes as long as so many messages that are only opened. */
const CALL_PART = 10;
const ORDER = `<o:Order xmlns:o="urn:orders">${'<o:Line><o:Item>4711</o:Item><o:Count>3</o:Count></o:Line>'.repeat(60)}</o:Order>`;

/** A call and its answer through both parties, without a network: alone, and in a sequence; each in its own conversation. */
export async function measureSequences(rounds: number, pipelined: number): Promise<readonly Measurement[]> {
  const messages = Math.ceil(pipelined / CALL_PART);
  const [plain, sequenced] = [await plainCalls(), await sequencedCalls()];
  const bytes = new TextEncoder().encode(ORDER).length;
  const run = (call: () => Promise<void>) => async (): Promise<void> => {
    for (let count = 0; count < messages; count++) await call();
  };
  const shared = { message: 'an order and its answer', bytes, messages };
  return await measureRuns(
    [
      { ...shared, name: 'call', run: run(plain) },
      { ...shared, name: 'call in a sequence', against: 'call', run: run(sequenced) },
    ],
    rounds,
  );
}

async function parties(sequences: boolean): Promise<{ readonly initiator: Initiator; readonly responder: Responder }> {
  const profile = sequences ? withSequences(peerProfile('parley'), ENDPOINT) : peerProfile('parley');
  const responder = new Responder({
    store: new MemoryContextStore(),
    ambient: systemAmbient,
    bootstrap: usernameOverTls.responder({ authenticate: ({ username }) => username }),
    replayCache: { insertIfAbsent: remembered() },
    ...(sequences && { sequences: {} }),
  });
  const password = Secret.copyOf(new TextEncoder().encode('password'));
  const bootstrap = usernameOverTls.initiator({ username: 'alice', password });
  const initiator = new Initiator({
    version: '200512',
    soapVersion: '1.2',
    to: ENDPOINT,
    ambient: systemAmbient,
    bootstrap,
    profile,
  });
  const request = granted(initiator.requestIssue(CHANNEL));
  const issued = await responder.receive(request.octets, CHANNEL);
  if (issued.kind !== 'issued') throw unexpected(issued);
  granted(initiator.receive(issued.reply, request, CHANNEL));
  return { initiator, responder };
}

/** A replay memory without end or bounds, so that runs of any length are alike. */
function remembered(): (identifier: string, key: string) => boolean {
  let seen = new Set<string>();
  return (_, key) => {
    if (seen.size >= 10_000) seen = new Set();
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  };
}

async function plainCalls(): Promise<() => Promise<void>> {
  const { initiator, responder } = await parties(false);
  return async () => {
    const request = granted(initiator.requestCall(order()));
    const received = await responder.receive(request.octets, CHANNEL);
    if (received.kind !== 'message') throw unexpected(received);
    const reply = granted(await responder.secure(answer(received.message.messageId), received.message));
    granted(initiator.receive(reply, request, CHANNEL));
  };
}

async function sequencedCalls(): Promise<() => Promise<void>> {
  const { initiator, responder } = await parties(true);
  const sequenced = new SequencedInitiator({
    initiator,
    profile: withSequences(peerProfile('parley'), ENDPOINT),
    records: new MemoryRecords(),
    ambient: systemAmbient,
    soapVersion: '1.2',
    to: ENDPOINT,
    settings: completeSequenceSettings({}),
  });
  const bring = async (octets: Uint8Array): Promise<Uint8Array> => {
    const received = await responder.receive(octets, CHANNEL);
    if (received.kind !== 'sequence') throw unexpected(received);
    const reply = granted(
      await received.exchange.run(async ({ messageId }) => answer(messageId), new Promise(() => undefined)),
    );
    if (reply === undefined) throw new Error('nothing was answered');
    return reply;
  };
  const create = await sequenced.requestCreate();
  await sequenced.receive(await bring(create.octets), create, CHANNEL);
  return async () => {
    const number = await sequenced.number(order(), true);
    const made = await sequenced.transmission(number);
    if (made === undefined) throw new Error('settled before it was sent');
    const outcome = await sequenced.receive(await bring(made.request.octets), made.request, CHANNEL, number);
    if (outcome.kind !== 'answer') throw new Error(outcome.kind);
  };
}

function order(): Uint8Array {
  return envelope({ action: 'urn:orders/Place', body: ORDER, to: ENDPOINT });
}

function answer(relatesTo: string | undefined): Uint8Array {
  return envelope({ action: 'urn:orders/Placed', body: ORDER, relatesTo });
}

function granted<T>(reply: Reply<T>): T {
  if (!reply.ok) throw new Error(`${reply.code} ${JSON.stringify(reply.detail)}`);
  return reply.value;
}

function unexpected(received: Received): Error {
  return new Error(`${received.kind} ${received.kind === 'refused' ? JSON.stringify(received.failure) : ''}`);
}
