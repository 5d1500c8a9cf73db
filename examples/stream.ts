// Verifies a stream of messages on a pool, with back-pressure, an end on Ctrl-C, and metrics: node stream.js <folder of parley demo>
import { createPool, policyOf } from '@parley/engine';
import { readLog, untilAborted } from '@parley/log';
import { keyEncryptionKeyFromFile, openLmdbContextStore } from '@parley/stores';

const folder = process.argv[2] ?? '.parley/demo';
const keyEncryptionKey = await keyEncryptionKeyFromFile(`${folder}/kek`);
const store = await openLmdbContextStore({ directory: `${folder}/contexts`, keyEncryptionKey, readOnly: true });
await using pool = createPool({ workers: 2, policy: policyOf('strict'), contexts: store });
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
async function* messages() {
  for await (const entry of untilAborted(readLog(`${folder}/log.ndjson`), stop.signal))
    if (entry.kind === 'message') yield { message: entry.message, atMs: entry.atMs ?? ('message' as const) };
}
let [valid, octets] = [0, 0];
for await (const { reply } of pool.openAll(messages())) {
  if (reply.ok) [valid, octets] = [valid + 1, octets + (reply.value.body?.length ?? 0)];
}
const { refused, latency, workers } = pool.stats;
console.log({ valid, octets: octets > 0, refused, p99: latency.p99Ms > 0, threads: workers.length <= 2 });
await store.close();
