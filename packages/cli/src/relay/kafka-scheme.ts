import type { PlatformaticLibrary } from '@parley/bus-kafka';
import { kafkaInlet, kafkaOutlet, platformaticKafka } from '@parley/bus-kafka';
import { Fault } from '@parley/core';
import kafkajs from 'kafkajs';
import { whereInstalled } from '../options/optional-package.ts';
import type { BusAddress } from './bus-address.ts';
import { isSecure, pathOf, settingsOf } from './bus-address.ts';
import type { OnFailed } from './patience.ts';
import { connectedInTime } from './patience.ts';
import type { BusScheme } from './schemes.ts';

/** Of Node 22.22 and newer, whose types are none of ours. */
const PLATFORMATIC: string = '@platformatic/kafka';

/** `kafka://host:9092,host:9092/TOPIC?group=NAME`, with `client=platformatic` by the client of that name. */
export const KAFKA: BusScheme = {
  async inlet(address, option, failed) {
    const [topic = ''] = pathOf(address, 'TOPIC', option);
    const { group = 'parley' } = settingsOf(address, ['tls', 'client', 'group'], option);
    return kafkaInlet({ kafka: await reachedByRelay(address, option, failed), groupId: group, topics: [topic] });
  },
  async outlet(address, option, failed) {
    const [topic = ''] = pathOf(address, 'TOPIC', option);
    settingsOf(address, ['tls', 'client'], option);
    return kafkaOutlet({ kafka: await reachedByRelay(address, option, failed), topic });
  },
};

/** The client, when it has reached a broker. @throws Fault `caller.option-invalid`; of the client */
export async function reached(address: BusAddress, option: string, failed: OnFailed): Promise<kafkajs.Kafka> {
  // Each try is told of here, and not made again by the client.
  const admin = kafkaClient(address, option, { retries: 0 }).admin();
  try {
    await connectedInTime(() => admin.connect(), failed);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
  return kafkaClient(address, option);
}

/** The client that an address asks for, when a broker was reached. @throws Fault `caller.option-invalid`; of the client */
async function reachedByRelay(address: BusAddress, option: string, failed: OnFailed): Promise<kafkajs.Kafka> {
  const { client = 'kafkajs' } = address.settings;
  if (client !== 'kafkajs' && client !== 'platformatic')
    throw new Fault('caller.option-invalid', { option, reason: 'client', wanted: 'kafkajs, platformatic' });
  const kafka = await reached(address, option, failed);
  if (client === 'kafkajs') return kafka;
  const load = async () => (await import(PLATFORMATIC)) as PlatformaticLibrary;
  const library = await whereInstalled(load, [PLATFORMATIC], option, 'client=platformatic');
  const { hosts, user, password } = address;
  const sasl = { mechanism: 'SCRAM-SHA-512', username: user, password: password ?? '' };
  return platformaticKafka({
    library,
    client: {
      clientId: 'parley',
      bootstrapBrokers: [...hosts],
      ...(isSecure(address, option) ? { tls: {} } : {}),
      ...(user === undefined ? {} : { sasl }),
    },
  });
}

/** @throws Fault `caller.option-invalid` */
function kafkaClient(address: BusAddress, option: string, retry?: kafkajs.RetryOptions): kafkajs.Kafka {
  const { hosts, user, password } = address;
  return new kafkajs.Kafka({
    brokers: [...hosts],
    logLevel: kafkajs.logLevel.NOTHING,
    ssl: isSecure(address, option),
    ...(retry === undefined ? {} : { retry }),
    ...(user === undefined ? {} : { sasl: { mechanism: 'scram-sha-512', username: user, password: password ?? '' } }),
  });
}
