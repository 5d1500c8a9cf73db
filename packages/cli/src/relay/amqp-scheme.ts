import { amqpInlet, amqpOutlet } from '@parley/bus-amqp';
import type { Connection } from 'rhea';
import rhea from 'rhea';
import type { BusAddress } from './bus-address.ts';
import { isSecure, onlyHostOf, pathOf, settingsOf } from './bus-address.ts';
import type { OnFailed } from './patience.ts';
import type { BusScheme } from './schemes.ts';
import { withConnection } from './with-connection.ts';

/** `amqp://user:password@host:5672/QUEUE`: AMQP 1.0. */
export const AMQP: BusScheme = {
  async inlet(address, option, failed) {
    const [queue = ''] = pathOf(address, 'QUEUE', option);
    const connection = await connected(address, option, failed);
    return withConnection(amqpInlet({ connection, address: queue }), () => connection.close());
  },
  async outlet(address, option, failed) {
    const [queue = ''] = pathOf(address, 'QUEUE', option);
    const connection = await connected(address, option, failed);
    return withConnection(amqpOutlet({ connection, address: queue }), () => connection.close());
  },
};

/** The connection, once it is open. @throws Fault `caller.option-invalid` */
async function connected(address: BusAddress, option: string, failed: OnFailed): Promise<Connection> {
  settingsOf(address, ['tls'], option);
  const { user, password } = address;
  const { host, port } = onlyHostOf(address, option);
  const secure = isSecure(address, option);
  const connection = rhea.create_container().connect({
    host,
    port: port ?? (secure ? 5671 : 5672),
    ...(secure ? { transport: 'tls' as const } : {}),
    ...(user === undefined ? {} : { username: user, password: password ?? '' }),
  });
  // It is told of every outage, and connects again.
  for (const event of ['disconnected', 'connection_error', 'protocol_error', 'error'])
    connection.on(event, (outage: unknown) => failed(outage));
  await new Promise((resolve) => connection.once('connection_open', resolve));
  return connection;
}
