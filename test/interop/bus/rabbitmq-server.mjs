// A RabbitMQ server of this machine (Debian's package), as a node of its own: its own name, port mapper and folder.
// @ts-check
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startBroker } from './broker.mjs';
import { freePort } from './free-port.mjs';

/** What Debian's command starts, which wants to be its user. */
const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';

/** Why there is none on this machine. */
export function missingRabbit() {
  return existsSync(SERVER) ? undefined : 'RabbitMQ needs its server (apt-get install rabbitmq-server)';
}

/** A server, whose queues outlive it until `remove`. */
export async function startRabbit() {
  const [distributionPort, mapperPort] = [await freePort(), await freePort()];
  return await startBroker((port, folder) => {
    mkdirSync(path.join(folder, 'home'));
    writeFileSync(path.join(folder, 'enabled_plugins'), '[].\n');
    writeFileSync(path.join(folder, 'rabbitmq.conf'), configurationOf(port));
    const mapper = { ERL_EPMD_PORT: String(mapperPort), ERL_EPMD_ADDRESS: '127.0.0.1' };
    return {
      command: SERVER,
      args: [],
      ready: 'Server startup complete',
      env: {
        ...mapper,
        HOME: path.join(folder, 'home'),
        RABBITMQ_NODENAME: `parley-${port}@localhost`,
        RABBITMQ_NODE_PORT: String(port),
        RABBITMQ_DIST_PORT: String(distributionPort),
        RABBITMQ_MNESIA_BASE: path.join(folder, 'mnesia'),
        RABBITMQ_LOG_BASE: path.join(folder, 'log'),
        RABBITMQ_ENABLED_PLUGINS_FILE: path.join(folder, 'enabled_plugins'),
        RABBITMQ_CONFIG_FILE: path.join(folder, 'rabbitmq'),
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}',
      },
      removal: ['epmd', '-kill'],
    };
  });
}

/** @param {number} port */
function configurationOf(port) {
  return `
listeners.tcp.1 = 127.0.0.1:${port}
loopback_users.guest = true
disk_free_limit.absolute = 50MB
vm_memory_high_watermark.absolute = 1GB
log.console = true
`;
}
