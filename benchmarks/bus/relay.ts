/**
 * One relay from one stream to another, in a process of its own: `relay.js STAGE PORT STREAM START-MS WORKERS MESSAGES`. Ends when it has
 * relayed so many, and prints what that took.
 */
import { connect } from '@nats-io/transport-node';
import type { Stage } from '@parley/bus';
import { relay, verifying } from '@parley/bus';
import { natsInlet, natsOutlet } from '@parley/bus-nats';
import { createPool, policyOf } from '@parley/engine';
import { contextsOf } from './messages.ts';

const [stageName = '', port = '', stream = '', startMs = '', workers = '', messages = ''] = process.argv.slice(2);
const connection = await connect({ servers: `127.0.0.1:${port}` });
const contexts = contextsOf(Number(startMs));
const pool = createPool({
  workers: Number(workers),
  policy: policyOf('cxf'),
  contexts: { get: async (identifier) => contexts.find((context) => context.identifier === identifier) },
});

/** What a bus costs without us: the octets as they came. */
const copying: Stage = async function* copied(deliveries) {
  for await (const delivery of deliveries) {
    const { octets, headers, place, key } = delivery;
    yield { delivery, message: { id: place, octets, headers, key }, refused: undefined };
  }
};

const stage = stageName === 'copy' ? copying : verifying({ pool, nowMs: Date.now });
const ending = new AbortController();
let left = Number(messages);
const began = performance.now();
const cpu = process.cpuUsage();
const subject = `out.${stageName}`;
const { results } = await relay({
  inlet: natsInlet({ connection, stream, consumer: stageName }),
  stage,
  outlet: natsOutlet({ connection, subject }),
  deadLetters: natsOutlet({ connection, subject: `${subject}.dead` }),
  signal: ending.signal,
  onSettled: () => {
    if (--left === 0) ending.abort();
  },
});
const elapsedMs = performance.now() - began;
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ results, elapsedMs, cpuUs: user + system }));
await pool.close();
await connection.close();
