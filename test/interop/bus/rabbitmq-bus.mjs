// RabbitMQ for the conformance kit: three quorum queues.
// @ts-check
import { rabbitInlet, rabbitOutlet } from '@parley/bus-rabbitmq';
import { connect } from 'amqplib';

/** A quorum queue has no more than 2000 of them unacknowledged. */
const TAKEN = { noAck: true };
const QUEUES = { IN: 'in', OUT: 'out', DEAD: 'dead' };

/** @param {{ port: number }} configuration */
export async function openBus({ port }) {
  const connection = await connect(`amqp://127.0.0.1:${port}`, { recovery: { initialDelay: 100, maxDelay: 500 } });
  // It says so whenever its server goes away.
  connection.on('error', () => undefined);
  const inlet = rabbitInlet({ connection, queue: QUEUES.IN });
  let sent = 0;
  const outletTo = (/** @type {string} */ routingKey) => rabbitOutlet({ connection, routingKey });
  const producer = outletTo(QUEUES.IN);
  const channel = await connection.createChannel();
  /** @type {(queue: string) => Promise<number>} */
  const ready = async (queue) => {
    const each = await connection.createChannel();
    const { messageCount } = await each.checkQueue(queue);
    await each.close();
    return messageCount;
  };
  return {
    connection,
    inlet: () => inlet,
    outlet: () => outletTo(QUEUES.OUT),
    deadLetters: () => outletTo(QUEUES.DEAD),
    producer: () => ({
      ...producer,
      send: async (/** @type {readonly import('@parley/bus').OutgoingMessage[]} */ messages) => {
        const unsendable = await producer.send(messages);
        sent += messages.length;
        return unsendable;
      },
    }),
    async create() {
      const quorum = { durable: true, arguments: { 'x-queue-type': 'quorum' } };
      for (const queue of Object.values(QUEUES)) await channel.assertQueue(queue, quorum);
    },
    /** A queue does not count what it has delivered and nobody has acknowledged: what has not arrived is left. */
    async left() {
      const [waiting, out, dead] = [await ready(QUEUES.IN), await ready(QUEUES.OUT), await ready(QUEUES.DEAD)];
      return Math.max(waiting, sent - out - dead);
    },
    /** All that arrived, in order, once. */
    async arrived(/** @type {'OUT' | 'DEAD'} */ place) {
      let left = await ready(QUEUES[place]);
      /** @type {Record<string, string>[]} */
      const headers = [];
      const reader = await connection.createChannel();
      if (left > 0)
        await new Promise((resolve) => {
          void reader.consume(
            QUEUES[place],
            (message) => {
              headers.push({ ...message?.properties.headers });
              if (--left === 0) resolve(undefined);
            },
            TAKEN,
          );
        });
      await reader.close();
      return headers;
    },
    async close() {
      await inlet.close();
      await connection.close();
    },
  };
}
