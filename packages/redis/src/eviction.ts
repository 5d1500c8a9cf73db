import { Fault } from '@parley/core';
import type { RedisCalls } from './redis-calls.ts';
import { octetsReply, textOf } from './replies.ts';

/**
 * safety: a server that evicts when its memory is full forgets replays and cancels, and nobody is told. Whoever may not ask it (ACLs) has to know.
 * @throws Fault `caller.option-invalid` it does; `internal.store-unavailable`
 */
export async function requireNoEviction(calls: RedisCalls): Promise<void> {
  for (const ask of await calls.servers()) {
    const memory = await infoOf(ask);
    const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? 'noeviction';
    const isBounded = /^maxmemory:[1-9]/m.test(memory);
    if (isBounded && policy !== 'noeviction')
      throw new Fault('caller.option-invalid', {
        option: 'client',
        reason: `its server forgets what is remembered: maxmemory-policy is ${policy}, and must be noeviction`,
      });
  }
}

async function infoOf(ask: (words: readonly string[]) => Promise<unknown>): Promise<string> {
  try {
    const reply = await ask(['INFO', 'memory']);
    // Of RESP 3, a kind of text of its own.
    return typeof reply === 'string' ? reply : textOf(octetsReply(reply));
  } catch (error) {
    if (error instanceof Fault && error.detail['reason'] === 'NOPERM') return '';
    throw error;
  }
}
