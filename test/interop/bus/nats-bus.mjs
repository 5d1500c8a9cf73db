// NATS for the conformance kit: three streams, and a durable consumer of the first.
// @ts-check
import { AckPolicy, jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { natsInlet, natsOutlet } from '@parley/bus-nats';

const ACK_WAIT_NANOS = 2e9;
const DUPLICATE_WINDOW_NANOS = 600e9;

/** @param {{ port: number }} configuration */
export async function openBus({ port }) {
  const connection = await connect({
    servers: `127.0.0.1:${port}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    waitOnFirstConnect: true,
  });
  const outletTo = (/** @type {string} */ subject) => natsOutlet({ connection, subject, storeTimeoutMs: 2000 });
  return {
    inlet: () => natsInlet({ connection, stream: 'IN', consumer: 'parley', acknowledgeTimeoutMs: 2000 }),
    outlet: () => outletTo('out.results'),
    deadLetters: () => outletTo('dead.letters'),
    producer: () => outletTo('in.messages'),
    async create() {
      const manager = await jetstreamManager(connection);
      const storage = StorageType.File;
      for (const [name, subject] of Object.entries({ IN: 'in.>', OUT: 'out.>', DEAD: 'dead.>' })) {
        await manager.streams.add({ name, subjects: [subject], storage, duplicate_window: DUPLICATE_WINDOW_NANOS });
      }
      const durable = {
        durable_name: 'parley',
        ack_policy: AckPolicy.Explicit,
        ack_wait: ACK_WAIT_NANOS,
        max_ack_pending: 1000,
      };
      await manager.consumers.add('IN', durable);
    },
    /** Messages that are not acknowledged. */
    async left() {
      const { num_ack_pending, num_pending } = await (await jetstream(connection).consumers.get('IN', 'parley')).info();
      return num_ack_pending + num_pending;
    },
    /** All that arrived, in order. */
    async arrived(/** @type {'OUT' | 'DEAD'} */ stream) {
      const ordered = await jetstream(connection).consumers.get(stream);
      let left = (await ordered.info()).num_pending;
      /** @type {Record<string, string>[]} */
      const headers = [];
      if (left === 0) return headers;
      const messages = await ordered.consume({ max_messages: 1000 });
      for await (const message of messages) {
        const names = message.headers?.keys() ?? [];
        headers.push(Object.fromEntries(names.map((name) => [name, message.headers?.get(name) ?? ''])));
        if (--left === 0) break;
      }
      return headers;
    },
    close: async () => await connection.close(),
  };
}
