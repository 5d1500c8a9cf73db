import { kafkaInlet, kafkaOutlet } from '@parley/bus-kafka';
import kafkajs from 'kafkajs';
import type { BusAddress } from './bus-address.ts';
import { isSecure, pathOf, settingsOf } from './bus-address.ts';
import { connectedInTime } from './patience.ts';
import type { BusScheme } from './schemes.ts';

/** `kafka://host:9092,host:9092/TOPIC?group=NAME`. */
export const KAFKA: BusScheme = {
  async inlet(address, option) {
    const [topic = ''] = pathOf(address, 'TOPIC', option);
    const { group = 'parley' } = settingsOf(address, ['tls', 'group'], option);
    return kafkaInlet({ kafka: await reached(address, option), groupId: group, topics: [topic] });
  },
  async outlet(address, option) {
    const [topic = ''] = pathOf(address, 'TOPIC', option);
    settingsOf(address, ['tls'], option);
    return kafkaOutlet({ kafka: await reached(address, option), topic });
  },
};

/** The client, when it has reached a broker. @throws Fault `caller.option-invalid`; of the client */
async function reached(address: BusAddress, option: string): Promise<kafkajs.Kafka> {
  const kafka = kafkaClient(address, option);
  const admin = kafka.admin({ retry: { retries: 0 } });
  try {
    await connectedInTime(() => admin.connect());
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
  return kafka;
}

/** The client of an address. @throws Fault `caller.option-invalid` */
export function kafkaClient(address: BusAddress, option: string): kafkajs.Kafka {
  const { hosts, user, password } = address;
  return new kafkajs.Kafka({
    brokers: [...hosts],
    logLevel: kafkajs.logLevel.NOTHING,
    ssl: isSecure(address, option),
    ...(user === undefined ? {} : { sasl: { mechanism: 'scram-sha-512', username: user, password: password ?? '' } }),
  });
}
