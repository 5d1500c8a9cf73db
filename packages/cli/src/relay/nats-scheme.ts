import type { NatsConnection } from '@nats-io/transport-node';
import { connect } from '@nats-io/transport-node';
import { natsInlet, natsOutlet } from '@parley/bus-nats';
import type { BusAddress } from './bus-address.ts';
import { isSecure, pathOf, settingsOf } from './bus-address.ts';
import type { OnFailed } from './patience.ts';
import { connectedInTime } from './patience.ts';
import type { BusScheme } from './schemes.ts';
import { withConnection } from './with-connection.ts';

/** `nats://host:4222/STREAM/CONSUMER`, and `nats://host:4222/SUBJECT`. */
export const NATS: BusScheme = {
  async inlet(address, option, failed) {
    const [stream = '', consumer = ''] = pathOf(address, 'STREAM/CONSUMER', option);
    const connection = await natsConnection(address, option, failed);
    return withConnection(natsInlet({ connection, stream, consumer }), () => connection.close());
  },
  async outlet(address, option, failed) {
    const [subject = ''] = pathOf(address, 'SUBJECT', option);
    const connection = await natsConnection(address, option, failed);
    return withConnection(natsOutlet({ connection, subject }), () => connection.close());
  },
};

/** Opens a connection, which outlives every outage of the server. @throws Fault `caller.option-invalid`; of the client */
export async function natsConnection(address: BusAddress, option: string, failed: OnFailed): Promise<NatsConnection> {
  settingsOf(address, ['tls'], option);
  const { hosts, user, password } = address;
  const options = {
    servers: [...hosts],
    maxReconnectAttempts: -1,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { pass: password }),
    ...(isSecure(address, option) ? { tls: {} } : {}),
  };
  return await connectedInTime(() => connect(options), failed);
}
