import type { RabbitConnection } from '@parley/bus-rabbitmq';
import { rabbitInlet, rabbitOutlet } from '@parley/bus-rabbitmq';
import { connect } from 'amqplib';
import type { BusAddress } from './bus-address.ts';
import { pathOf, settingsOf } from './bus-address.ts';
import type { BusScheme } from './schemes.ts';
import { withConnection } from './with-connection.ts';

/** `rabbitmq://user:password@host:5672/QUEUE?vhost=NAME`; with `exchange=NAME` the queue is a routing key. */
export const RABBITMQ: BusScheme = {
  async inlet(address, option) {
    const [queue = ''] = pathOf(address, 'QUEUE', option);
    const connection = await connected(address, settingsOf(address, ['tls', 'vhost'], option));
    return withConnection(rabbitInlet({ connection, queue }), () => connection.close());
  },
  async outlet(address, option) {
    const [routingKey = ''] = pathOf(address, 'QUEUE', option);
    const { exchange, ...settings } = settingsOf(address, ['tls', 'vhost', 'exchange'], option);
    const connection = await connected(address, settings);
    return withConnection(rabbitOutlet({ connection, routingKey, exchange }), () => connection.close());
  },
};

async function connected(
  { hosts: [host = ''], user = 'guest', password = 'guest' }: BusAddress,
  { tls, vhost = '/' }: { readonly tls?: string; readonly vhost?: string },
): Promise<RabbitConnection> {
  const [hostname = '', port] = host.split(':');
  const isSecure = tls === 'true';
  const connection = await connect(
    {
      protocol: isSecure ? 'amqps' : 'amqp',
      hostname,
      port: Number(port ?? (isSecure ? 5671 : 5672)),
      username: user,
      password,
      vhost,
    },
    { recovery: true },
  );
  // It is told of every outage, and connects again.
  connection.on('error', () => undefined);
  return connection;
}
