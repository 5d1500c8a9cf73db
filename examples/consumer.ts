// Consumes from a bus where some messages come twice: what is refused goes to the dead letters: node consumer.js <folder of parley demo>
import { opening } from '@parley/bus';
import { createPool, policyOf } from '@parley/engine';
import { readLog } from '@parley/log';
import { keyEncryptionKeyFromFile, openLmdbContextStore } from '@parley/stores';

const folder = process.argv[2] ?? '.parley/demo';
const keyEncryptionKey = await keyEncryptionKeyFromFile(`${folder}/kek`);
const store = await openLmdbContextStore({ directory: `${folder}/contexts`, keyEncryptionKey, readOnly: true });
await using pool = createPool({ workers: 2, policy: policyOf('strict'), contexts: store });
async function* consumed() {
  for await (const entry of readLog(`${folder}/log.ndjson`)) {
    if (entry.kind !== 'message') continue;
    const delivery = { octets: entry.message, headers: {}, ...(entry.atMs === undefined ? {} : { atMs: entry.atMs }) };
    yield { ...delivery, place: entry.id };
    if (entry.id.endsWith('0-request')) yield { ...delivery, place: `${entry.id} again` }; // Somebody sent it once more.
  }
}
const letters = { taken: 0, dead: 0 };
for await (const { refused } of opening({ pool, nowMs: Date.now })(consumed())) letters[refused ? 'dead' : 'taken']++;
console.log(letters);
await store.close();
