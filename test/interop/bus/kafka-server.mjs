// A Kafka broker (KRaft), from Maven Central; kept below .parley.
// @ts-check
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { startBroker } from './broker.mjs';
import { freePort } from './free-port.mjs';

const BUILD = fileURLToPath(new URL('../build-peer.mjs', import.meta.url));

/** The class path of a broker, or why there is none on this machine. */
export function buildKafka() {
  const built = spawnSync(process.execPath, [BUILD, 'kafka'], { encoding: 'utf8' });
  return built.status === 0 ? { classPath: built.stdout } : { missing: built.stderr };
}

/** @param {string} classPath */
export async function startKafka(classPath) {
  const controllerPort = await freePort();
  const java = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath];
  return await startBroker((port, folder) => {
    const properties = path.join(folder, 'server.properties');
    writeFileSync(properties, propertiesOf(port, controllerPort, folder));
    const cluster = randomBytes(16).toString('base64url');
    const format = ['kafka.tools.StorageTool', 'format', '-t', cluster, '-c', properties, '--standalone'];
    execFileSync('java', ['-Xmx256m', ...java, ...format], { stdio: 'ignore' });
    return {
      command: 'java',
      args: ['-Xms128m', '-Xmx512m', ...java, 'kafka.Kafka', properties],
      ready: 'Kafka Server started',
    };
  });
}

/**
 * @param {number} port
 * @param {number} controllerPort
 * @param {string} folder
 */
function propertiesOf(port, controllerPort, folder) {
  return `
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${path.join(folder, 'log')}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
auto.create.topics.enable=false
`;
}
