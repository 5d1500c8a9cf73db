import type { RabbitConnection } from '@parley/bus-rabbitmq';
import { rabbitInlet, rabbitOutlet } from '@parley/bus-rabbitmq';
import { connect } from 'amqplib';
import type { BusAddress } from './bus-address.ts';
import { isSecure, onlyHostOf, pathOf, settingsOf } from './bus-address.ts';
import type { OnFailed } from './patience.ts';
import { connectedInTime } from './patience.ts';
import type { BusScheme } from './schemes.ts';
import { withConnection } from './with-connection.ts';

/** `rabbitmq://user:password@host:5672/QUEUE?vhost=NAME`; with `exchange=NAME` the queue is a routing key. */
export const RABBITMQ: BusScheme = {
  async inlet(address, option, failed) {
    const [queue = ''] = pathOf(address, 'QUEUE', option);
    const { vhost } = settingsOf(address, ['tls', 'vhost'], option);
    const connection = await connected(address, vhost, option, failed);
    return withConnection(rabbitInlet({ connection, queue }), () => connection.close());
  },
  async outlet(address, option, failed) {
    const [routingKey = ''] = pathOf(address, 'QUEUE', option);
    const { exchange, vhost } = settingsOf(address, ['tls', 'vhost', 'exchange'], option);
    const connection = await connected(address, vhost, option, failed);
    return withConnection(rabbitOutlet({ connection, routingKey, exchange }), () => connection.close());
  },
};

async function connected(
  address: BusAddress,
  vhost = '/',
  option: string,
  failed: OnFailed,
): Promise<RabbitConnection> {
  const { user = 'guest', password = 'guest' } = address;
  const { host: hostname, port } = onlyHostOf(address, option);
  const secure = isSecure(address, option);
  const at = {
    protocol: secure ? 'amqps' : 'amqp',
    hostname,
    port: port ?? (secure ? 5671 : 5672),
    username: user,
    password,
    vhost,
  };
  const connection = await connectedInTime(() => connect(at, { recovery: { initialMaxRetries: 0 } }), failed);
  // It is told of every outage, and connects again.
  connection.on('error', () => undefined);
  return connection;
}
