/**
 * One relay on a bus of `test/interop/bus`, in a process of its own: `relay.js BROKER STAGE PORT START-MS WORKERS MESSAGES`. Ends when it has
 * relayed so many, and prints what that took, its start not among it.
 */
import type { Stage } from '@parley/bus';
import { relay, verifying } from '@parley/bus';
import { createPool, policyOf } from '@parley/engine';
import { openBus } from './brokers.ts';
import { contextsOf, signedMessage } from './messages.ts';

const [broker = '', stageName = '', port = '', startMs = '', workers = '', messages = ''] = process.argv.slice(2);
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

/** A relay starts once and runs for weeks: its threads are started, and their code compiled, before it is measured. */
const WARM_MESSAGES = 4000;
if (stageName !== 'copy')
  for (let from = 0; from < WARM_MESSAGES; from += 250)
    await Promise.all(
      Array.from({ length: 250 }, (_, index) => {
        const message = signedMessage(contexts[index % contexts.length]!, from + index, Date.now());
        return pool.open({ message, atMs: Date.now() });
      }),
    );

const bus = await openBus(broker, Number(port));
const ending = new AbortController();
let left = Number(messages);
const began = performance.now();
const cpu = process.cpuUsage();
const { results } = await relay({
  inlet: bus.inlet(),
  stage: stageName === 'copy' ? copying : verifying({ pool, nowMs: Date.now }),
  outlet: bus.outlet(),
  deadLetters: bus.deadLetters(),
  commit: bus.commit?.(),
  signal: ending.signal,
  onSettled: () => {
    if (--left === 0) ending.abort();
  },
});
const elapsedMs = performance.now() - began;
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ results, elapsedMs, cpuUs: user + system }));
await pool.close();
await bus.close();
