/** The buses that there are, by the schemes of their addresses. Another is a row here and a file beside it. */
import type { Inlet, Outlet } from '@parley/bus';
import { Fault } from '@parley/core';
import { whereInstalled } from '../options/optional-package.ts';
import type { BusAddress } from './bus-address.ts';
import { busAddress } from './bus-address.ts';
import type { Patience } from './patience.ts';
import { awaited } from './patience.ts';

/** Its ports, once the bus is there. */
export interface BusScheme {
  inlet(address: BusAddress, option: string): Promise<Inlet>;
  outlet(address: BusAddress, option: string): Promise<Outlet>;
}

/** What is installed beside the command line, and who uses it. */
interface SchemeRow {
  readonly clients: readonly string[];
  readonly load: () => Promise<BusScheme>;
}

const SCHEMES: Readonly<Record<string, SchemeRow>> = {
  nats: {
    clients: ['@nats-io/transport-node', '@nats-io/jetstream'],
    load: async () => (await import('./nats-scheme.ts')).NATS,
  },
  kafka: { clients: ['kafkajs'], load: async () => (await import('./kafka-scheme.ts')).KAFKA },
  rabbitmq: { clients: ['amqplib'], load: async () => (await import('./rabbitmq-scheme.ts')).RABBITMQ },
  amqp: { clients: ['rhea'], load: async () => (await import('./amqp-scheme.ts')).AMQP },
};

/** What is read from, at the address `text` of the option `from`. @throws Fault `caller.option-invalid`; of the client */
export async function inletOf(text: string, patience: Patience): Promise<Inlet> {
  const { scheme, address } = await schemeOf(text, 'from');
  return await awaited(scheme.inlet(address, 'from'), address, 'from', patience);
}

/** What is written to, at the address `text` of `option`. @throws Fault as {@link inletOf} */
export async function outletOf(text: string, option: string, patience: Patience): Promise<Outlet> {
  const { scheme, address } = await schemeOf(text, option);
  return await awaited(scheme.outlet(address, option), address, option, patience);
}

/** @throws Fault `caller.option-invalid` there is no such scheme, or its client is not installed */
async function schemeOf(text: string, option: string): Promise<{ scheme: BusScheme; address: BusAddress }> {
  const address = busAddress(text, option);
  const row = Object.hasOwn(SCHEMES, address.scheme) ? SCHEMES[address.scheme] : undefined;
  if (row === undefined) {
    const names = Object.keys(SCHEMES);
    throw new Fault('caller.option-invalid', { option, got: address.scheme, wanted: names.join(', ') });
  }
  const { clients, load } = row;
  return { scheme: await whereInstalled(load, clients, option, `${address.scheme}://`), address };
}
