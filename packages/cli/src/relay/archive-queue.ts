/** Who verifies which piece of an archive, where several processes do. */
import type { WorkQueue } from '@parley/archive';
import { Fault } from '@parley/core';
import { busAddress } from './bus-address.ts';

export interface OpenQueue {
  readonly queue: WorkQueue;
  close(): Promise<void>;
}

/** The queue at the address `text`, `nats://host:4222`. @throws Fault `caller.option-invalid`; of the client */
export async function queueAt(text: string): Promise<OpenQueue> {
  const address = busAddress(text, 'nats');
  if (address.scheme !== 'nats')
    throw new Fault('caller.option-invalid', { option: 'nats', wanted: 'nats://host:port' });
  const { natsConnection } = await import('./nats-scheme.ts').catch((error: unknown) => {
    const reason = 'it needs a client that is not installed: npm install @nats-io/transport-node @nats-io/jetstream';
    throw new Fault('caller.option-invalid', { option: 'nats', reason }, error);
  });
  const { natsQueue } = await import('@parley/archive/nats');
  const connection = await natsConnection(address, 'nats');
  return { queue: natsQueue({ connection }), close: () => connection.close() };
}
