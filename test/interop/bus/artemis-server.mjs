// An Artemis broker, from Maven Central, embedded in a few lines of Java; kept below .parley.
// @ts-check
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startBroker } from './broker.mjs';

const BUILD = fileURLToPath(new URL('../build-peer.mjs', import.meta.url));

/** The class path of a broker, or why there is none on this machine. */
export function buildArtemis() {
  const built = spawnSync(process.execPath, [BUILD, 'artemis'], { encoding: 'utf8' });
  return built.status === 0 ? { classPath: built.stdout } : { missing: built.stderr };
}

/**
 * A broker, whose queues outlive it until `remove`.
 * @param {string} classPath
 */
export async function startArtemis(classPath) {
  return await startBroker((port, folder) => {
    const configuration = path.join(folder, 'broker.xml');
    writeFileSync(configuration, configurationOf(port, folder));
    const java = ['-Xms128m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath];
    return {
      command: 'java',
      args: [...java, 'parley.interop.artemis.Main', String(pathToFileURL(configuration))],
      ready: 'Artemis ready',
    };
  });
}

/**
 * It writes down what it delivers before it does, so that it knows after a crash; and gives up no message that was delivered often.
 * @param {number} port
 * @param {string} folder
 */
function configurationOf(port, folder) {
  return `<?xml version="1.0"?>
<configuration xmlns="urn:activemq">
  <core xmlns="urn:activemq:core">
    <persistence-enabled>true</persistence-enabled>
    <security-enabled>false</security-enabled>
    <persist-delivery-count-before-delivery>true</persist-delivery-count-before-delivery>
    <journal-type>NIO</journal-type>
    <journal-datasync>false</journal-datasync>
    <journal-directory>${folder}/journal</journal-directory>
    <bindings-directory>${folder}/bindings</bindings-directory>
    <large-messages-directory>${folder}/large</large-messages-directory>
    <paging-directory>${folder}/paging</paging-directory>
    <acceptors>
      <acceptor name="amqp">tcp://127.0.0.1:${port}?protocols=AMQP</acceptor>
    </acceptors>
    <addresses>
      ${['in', 'out', 'dead', 'given', 'resealed', 'refused'].map(queueOf).join('\n      ')}
    </addresses>
    <address-settings>
      <address-setting match="#">
        <max-delivery-attempts>-1</max-delivery-attempts>
        <auto-create-queues>false</auto-create-queues>
        <auto-create-addresses>false</auto-create-addresses>
        <max-size-bytes>-1</max-size-bytes>
      </address-setting>
    </address-settings>
  </core>
</configuration>
`;
}

/** @param {string} name */
function queueOf(name) {
  return `<address name="${name}"><anycast><queue name="${name}"/></anycast></address>`;
}
