/** Who verifies which piece of an archive, where several processes do. */
import type { WorkQueue } from '@parley/archive';
import { Fault } from '@parley/core';
import { whereInstalled } from '../options/optional-package.ts';
import type { BusAddress } from './bus-address.ts';
import { busAddress, settingsOf } from './bus-address.ts';

export interface OpenQueue {
  readonly queue: WorkQueue;
  close(): Promise<void>;
}

/** Addresses of what hands pieces out, by option. */
export interface QueueOptions {
  readonly nats?: string | undefined;
  readonly kafka?: string | undefined;
}

/** The queue at `nats://host:4222` or `kafka://host:9092`; `undefined` where none is given. @throws Fault `caller.option-invalid`; of the client */
export async function queueAt({ nats, kafka }: QueueOptions): Promise<OpenQueue | undefined> {
  if (nats !== undefined && kafka !== undefined)
    throw new Fault('caller.option-invalid', { option: 'kafka', reason: 'pieces are handed out by --nats already' });
  if (nats !== undefined) return await natsQueueAt(addressOf(nats, 'nats'));
  return kafka === undefined ? undefined : await kafkaQueueAt(addressOf(kafka, 'kafka'));
}

function addressOf(text: string, scheme: 'nats' | 'kafka'): BusAddress {
  const address = busAddress(text, scheme);
  if (address.scheme !== scheme || address.path.join('') !== '')
    throw new Fault('caller.option-invalid', { option: scheme, wanted: `${scheme}://host:port` });
  settingsOf(address, ['tls'], scheme);
  return address;
}

async function natsQueueAt(address: BusAddress): Promise<OpenQueue> {
  const load = async () => ({ ...(await import('./nats-scheme.ts')), ...(await import('@parley/archive/nats')) });
  const packages = ['@nats-io/transport-node', '@nats-io/jetstream'];
  const { natsConnection, natsQueue } = await whereInstalled(load, packages, 'nats', '--nats');
  const connection = await natsConnection(address, 'nats');
  return { queue: natsQueue({ connection }), close: () => connection.close() };
}

async function kafkaQueueAt(address: BusAddress): Promise<OpenQueue> {
  const load = async () => ({ ...(await import('./kafka-scheme.ts')), ...(await import('@parley/archive/kafka')) });
  const { kafkaClient, kafkaQueue } = await whereInstalled(load, ['kafkajs'], 'kafka', '--kafka');
  const queue = kafkaQueue({ kafka: kafkaClient(address, 'kafka') });
  return { queue, close: () => queue.close() };
}
