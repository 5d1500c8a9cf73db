import type { EntryLimits } from '@parley/conversation/internal';
import { RemoteEntries } from '@parley/conversation/internal';
import { linkTo } from './link-to.ts';
import { RedisCalls } from './redis-calls.ts';
import { listReply, numberReply } from './replies.ts';
import { CLAIM } from './scripts.ts';
import type { RedisPlace } from './store-settings.ts';
import { PREFIX } from './store-settings.ts';

/** What was seen once, in Redis; `kind` keeps what is remembered for one purpose apart from the other. */
export function redisEntries(kind: string, options: RedisPlace & EntryLimits): RemoteEntries {
  const { client, prefix = PREFIX } = options;
  const calls = new RedisCalls(linkTo(client), options);
  return new RemoteEntries(
    `${prefix}{${kind}`,
    options,
    async ({ keys, holder, keepMs, minute, lastMinute, roomMax }) => {
      const values = [holder, keepMs, String(minute), String(lastMinute), String(roomMax)];
      const reply = await calls.run(CLAIM, keys, values);
      if (typeof reply === 'number') return [reply, 0];
      const [why = 0, entries = 0] = listReply(reply).map(numberReply);
      return [why, entries];
    },
  );
}
