import type { NatsConnection } from '@nats-io/transport-node';
import { connect } from '@nats-io/transport-node';
import { natsInlet, natsOutlet } from '@parley/bus-nats';
import type { BusAddress } from './bus-address.ts';
import { isSecure, pathOf, settingsOf } from './bus-address.ts';
import type { BusScheme } from './schemes.ts';
import { withConnection } from './with-connection.ts';

/** `nats://host:4222/STREAM/CONSUMER`, and `nats://host:4222/SUBJECT`. */
export const NATS: BusScheme = {
  async inlet(address, option) {
    const [stream = '', consumer = ''] = pathOf(address, 'STREAM/CONSUMER', option);
    const connection = await natsConnection(address, option);
    return withConnection(natsInlet({ connection, stream, consumer }), () => connection.close());
  },
  async outlet(address, option) {
    const [subject = ''] = pathOf(address, 'SUBJECT', option);
    const connection = await natsConnection(address, option);
    return withConnection(natsOutlet({ connection, subject }), () => connection.close());
  },
};

/** Opens a connection, which outlives every outage of the server. @throws Fault `caller.option-invalid`; of the client */
export async function natsConnection(address: BusAddress, option: string): Promise<NatsConnection> {
  settingsOf(address, ['tls'], option);
  const { hosts, user, password } = address;
  return await connect({
    servers: [...hosts],
    maxReconnectAttempts: -1,
    waitOnFirstConnect: true,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { pass: password }),
    ...(isSecure(address, option) ? { tls: {} } : {}),
  });
}
