// Inserts into a memory of replays and prints each key that it was the first with: a count of them, or without end until it is killed.
// Runs on the built packages: node replay-writer.mjs <directory> <count>|endless

import { openLmdbReplayCache } from '../../packages/stores/dist/index.js';

const [directory, count] = process.argv.slice(2);
const START_MS = Date.UTC(2030, 0, 1);
const cache = await openLmdbReplayCache({ directory });
const last = count === 'endless' ? Number.POSITIVE_INFINITY : Number(count);
for (let number = 0; number < last; number += 4) {
  await Promise.all(
    [0, 1, 2, 3].map(async (offset) => {
      const key = `message ${number + offset}`;
      if (await cache.insertIfAbsent('s', key, START_MS + 600_000, START_MS)) process.stdout.write(`${key}\n`);
    }),
  );
}
await cache.close();
