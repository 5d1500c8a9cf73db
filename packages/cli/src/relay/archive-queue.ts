/** Who verifies which piece of an archive, where several processes do. */
import type { WorkQueue } from '@parley/archive';
import { Fault } from '@parley/core';
import { whereInstalled } from '../options/optional-package.ts';
import type { BusAddress } from './bus-address.ts';
import { settingsOf } from './bus-address.ts';
import { addressOf } from './given-address.ts';
import type { Patience } from './patience.ts';
import { awaited } from './patience.ts';

export interface OpenQueue {
  readonly queue: WorkQueue;
  close(): Promise<void>;
}

/** Addresses of what hands pieces out, by option. */
export interface QueueOptions {
  readonly nats?: string | undefined;
  readonly kafka?: string | undefined;
}

const NATS = '--nats';
const KAFKA = '--kafka';

/**
 * The queue at `nats://host:4222` or `kafka://host:9092`; `undefined` where none is given.
 * @throws Fault `caller.option-invalid`, `caller.input-unreadable`, `internal.bus-unavailable`; of the client
 */
export async function queueAt({ nats, kafka }: QueueOptions, patience: Patience): Promise<OpenQueue | undefined> {
  if (nats !== undefined && kafka !== undefined)
    throw new Fault('caller.option-invalid', { option: KAFKA, reason: `pieces are handed out by ${NATS} already` });
  if (nats !== undefined) return await natsQueueAt(await hostsAt(nats, 'nats', NATS), patience);
  return kafka === undefined ? undefined : await kafkaQueueAt(await hostsAt(kafka, 'kafka', KAFKA), patience);
}

async function hostsAt(text: string, scheme: 'nats' | 'kafka', option: string): Promise<BusAddress> {
  const address = await addressOf({ text, option, folder: '.' });
  if (address.scheme !== scheme || address.path.join('') !== '')
    throw new Fault('caller.option-invalid', { option, wanted: `${scheme}://host:port` });
  settingsOf(address, ['tls'], option);
  return address;
}

async function natsQueueAt(address: BusAddress, patience: Patience): Promise<OpenQueue> {
  const load = async () => ({ ...(await import('./nats-scheme.ts')), ...(await import('@parley/archive/nats')) });
  const packages = ['@nats-io/transport-node', '@nats-io/jetstream'];
  const { natsConnection, natsQueue } = await whereInstalled(load, packages, NATS, NATS);
  const connection = await awaited((failed) => natsConnection(address, NATS, failed), address, NATS, patience);
  return { queue: natsQueue({ connection }), close: () => connection.close() };
}

async function kafkaQueueAt(address: BusAddress, patience: Patience): Promise<OpenQueue> {
  const load = async () => ({ ...(await import('./kafka-scheme.ts')), ...(await import('@parley/archive/kafka')) });
  const { reached, kafkaQueue } = await whereInstalled(load, ['kafkajs'], KAFKA, KAFKA);
  const kafka = await awaited((failed) => reached(address, KAFKA, failed), address, KAFKA, patience);
  const queue = kafkaQueue({ kafka });
  return { queue, close: () => queue.close() };
}
