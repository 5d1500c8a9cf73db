import { kafkaInlet, kafkaOutlet } from '@parley/bus-kafka';
import kafkajs from 'kafkajs';
import type { BusAddress } from './bus-address.ts';
import { isSecure, pathOf, settingsOf } from './bus-address.ts';
import type { OnFailed } from './patience.ts';
import { connectedInTime } from './patience.ts';
import type { BusScheme } from './schemes.ts';

/** `kafka://host:9092,host:9092/TOPIC?group=NAME`. */
export const KAFKA: BusScheme = {
  async inlet(address, option, failed) {
    const [topic = ''] = pathOf(address, 'TOPIC', option);
    const { group = 'parley' } = settingsOf(address, ['tls', 'group'], option);
    return kafkaInlet({ kafka: await reached(address, option, failed), groupId: group, topics: [topic] });
  },
  async outlet(address, option, failed) {
    const [topic = ''] = pathOf(address, 'TOPIC', option);
    settingsOf(address, ['tls'], option);
    return kafkaOutlet({ kafka: await reached(address, option, failed), topic });
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
