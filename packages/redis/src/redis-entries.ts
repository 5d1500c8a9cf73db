import type { EntryLimits } from '@parley/conversation/internal';
import { BY_SERVER_MAX_MS, RemoteEntries } from '@parley/conversation/internal';
import { requireNoEviction } from './eviction.ts';
import { linkTo } from './link-to.ts';
import { RedisCalls } from './redis-calls.ts';
import { listReply, numberReply } from './replies.ts';
import { CLAIM } from './scripts.ts';
import type { RedisPlace } from './store-settings.ts';
import { PREFIX } from './store-settings.ts';

const BY_SERVER_MAX = String(BY_SERVER_MAX_MS);

/** What was seen once, in Redis; `kind` keeps what is remembered for one purpose apart from the other. */
export function redisEntries(kind: string, options: RedisPlace & EntryLimits): RemoteEntries {
  const { client, prefix = PREFIX } = options;
  const calls = new RedisCalls(linkTo(client), options);
  let checked: Promise<void> | undefined;
  return new RemoteEntries(
    `${prefix}{${kind}`,
    options,
    async ({ keys, holder, keepMs, forgetAtMs, minute, lastMinute, roomMax }) => {
      checked ??= requireNoEviction(calls).catch((error: unknown) => {
        checked = undefined;
        throw error;
      });
      await checked;
      const values = [holder, keepMs, String(minute), String(lastMinute), String(roomMax), forgetAtMs, BY_SERVER_MAX];
      const reply = await calls.run(CLAIM, keys, values);
      if (typeof reply === 'number') return [reply, 0];
      const [why = 0, entries = 0] = listReply(reply).map(numberReply);
      return [why, entries];
    },
  );
}
