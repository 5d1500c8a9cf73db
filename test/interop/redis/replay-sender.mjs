// One process of two that show the same messages to one memory: prints how many were the first.
import { RedisReplayCache } from '@parley/redis';
import { createClient } from '@redis/client';

const [port, count, senders] = process.argv.slice(2).map(Number);
const client = createClient({ url: `redis://127.0.0.1:${port}` });
client.on('error', () => undefined);
await client.connect();
const cache = new RedisReplayCache({ client });
const nowMs = Date.now();
let next = 0;
let first = 0;
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
await Promise.all(
  Array.from({ length: senders }, async () => {
    while (next < count) {
      const key = `message ${next++}`;
      if (await cache.insertIfAbsent('urn:uuid:1', key, nowMs + 60_000, nowMs, { owner: 'alice' })) first++;
    }
  }),
);
process.stdout.write(`${first}\n`);
client.destroy();
process.exit(0);
