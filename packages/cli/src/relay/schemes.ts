/** The buses that there are, by the schemes of their addresses. Another is a row here and a file beside it. */
import type { Inlet, Outlet } from '@parley/bus';
import { Fault } from '@parley/core';
import { whereInstalled } from '../options/optional-package.ts';
import type { BusAddress } from './bus-address.ts';
import type { GivenAddress } from './given-address.ts';
import { addressOf } from './given-address.ts';
import type { OnFailed, Patience } from './patience.ts';
import { awaited } from './patience.ts';

/** Its ports, once the bus is there. */
export interface BusScheme {
  inlet(address: BusAddress, option: string, failed: OnFailed): Promise<Inlet>;
  outlet(address: BusAddress, option: string, failed: OnFailed): Promise<Outlet>;
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

/** What is read from. @throws Fault `caller.option-invalid`, `caller.input-unreadable`, `internal.bus-unavailable`; of the client */
export async function inletOf(given: GivenAddress, patience: Patience): Promise<Inlet> {
  return await opened(given, patience, (scheme, ...at) => scheme.inlet(...at));
}

/** What is written to. @throws Fault as {@link inletOf} */
export async function outletOf(given: GivenAddress, patience: Patience): Promise<Outlet> {
  return await opened(given, patience, (scheme, ...at) => scheme.outlet(...at));
}

async function opened<Port>(
  given: GivenAddress,
  patience: Patience,
  open: (scheme: BusScheme, address: BusAddress, option: string, failed: OnFailed) => Promise<Port>,
): Promise<Port> {
  const { option, file } = given;
  try {
    const { scheme, address } = await schemeOf(given);
    return await awaited((failed) => open(scheme, address, option, failed), address, option, patience);
  } catch (error) {
    if (file === undefined || !(error instanceof Fault)) throw error;
    throw new Fault(error.code, { file, ...error.detail }, error.cause);
  }
}

/** @throws Fault `caller.option-invalid` there is no such scheme, or its client is not installed */
async function schemeOf(given: GivenAddress): Promise<{ scheme: BusScheme; address: BusAddress }> {
  const { option } = given;
  const address = await addressOf(given);
  const row = Object.hasOwn(SCHEMES, address.scheme) ? SCHEMES[address.scheme] : undefined;
  if (row === undefined) {
    const names = Object.keys(SCHEMES);
    throw new Fault('caller.option-invalid', { option, got: address.scheme, wanted: names.join(', ') });
  }
  const { clients, load } = row;
  return { scheme: await whereInstalled(load, clients, option, `${address.scheme}://`), address };
}
