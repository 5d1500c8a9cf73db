// AMQP 1.0 for the conformance kit: three queues of Artemis.
// @ts-check
import { amqpInlet, amqpOutlet } from '@parley/bus-amqp';
import rhea from 'rhea';

const ADDRESSES = { IN: 'in', OUT: 'out', DEAD: 'dead' };
/** A queue is empty when nothing has come for so long. */
const QUIET_MS = 1500;
const ANSWER_WITHIN_MS = 3000;

/** @param {{ port: number }} configuration */
export async function openBus({ port }) {
  const connection = rhea.create_container().connect({
    host: '127.0.0.1',
    port,
    username: 'kit',
    password: 'kit',
    initial_reconnect_delay: 100,
    max_reconnect_delay: 500,
  });
  for (const event of ['disconnected', 'connection_error', 'error']) connection.on(event, () => undefined);
  const inlet = amqpInlet({ connection, address: ADDRESSES.IN });
  const outletTo = (/** @type {string} */ address) => amqpOutlet({ connection, address, acceptTimeoutMs: 5000 });
  return {
    connection,
    inlet: () => inlet,
    outlet: () => outletTo(ADDRESSES.OUT),
    deadLetters: () => outletTo(ADDRESSES.DEAD),
    producer: () => outletTo(ADDRESSES.IN),
    create: async () => undefined,
    /** With what a relay has and has not acknowledged. */
    left: async () => await counted(connection, ADDRESSES.IN),
    /** All that arrived, in order. */
    async arrived(/** @type {'OUT' | 'DEAD'} */ place) {
      const messages = await browsed(connection, ADDRESSES[place]);
      return messages.map(({ application_properties }) => ({ ...application_properties }));
    },
    async close() {
      await inlet.close();
      const closed = new Promise((resolve) => connection.once('connection_close', resolve));
      connection.close();
      await closed;
    },
  };
}

/**
 * What Artemis's management says of a queue, asked by a message and told by another.
 * @param {import('rhea').Connection} connection
 * @param {string} queue
 * @returns {Promise<number>}
 */
async function counted(connection, queue) {
  const replies = connection.open_receiver({ source: { address: '', dynamic: true } });
  const sender = connection.open_sender('activemq.management');
  const asked = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), ANSWER_WITHIN_MS);
    replies.once('receiver_open', () => {
      const application_properties = { _AMQ_ResourceName: `queue.${queue}`, _AMQ_Attribute: 'messageCount' };
      sender.send({ reply_to: replies.source.address, application_properties, body: '[]' });
    });
    replies.once('message', ({ message }) => {
      clearTimeout(timer);
      const [count] = JSON.parse(message?.body);
      resolve(count);
    });
  });
  try {
    return await asked;
  } finally {
    sender.close();
    replies.close();
  }
}

/**
 * @param {import('rhea').Connection} connection
 * @param {string} address
 * @returns {Promise<import('rhea').Message[]>}
 */
async function browsed(connection, address) {
  /** @type {import('rhea').Message[]} */
  const messages = [];
  const source = { address, capabilities: ['queue'], distribution_mode: /** @type {const} */ ('copy') };
  const receiver = connection.open_receiver({ source, credit_window: 500 });
  await new Promise((resolve) => {
    let timer = setTimeout(resolve, QUIET_MS);
    receiver.on('message', ({ message }) => {
      if (message !== undefined) messages.push(message);
      clearTimeout(timer);
      timer = setTimeout(resolve, QUIET_MS);
    });
  });
  receiver.close();
  return messages;
}
