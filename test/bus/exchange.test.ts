// Conversations by requests and answers, over a bus that is only memory.
import type { BusMessage, BusRequest, Requester, RequestInlet } from '@parley/bus';
import { BusConversation } from '@parley/bus';
import { DeliveryQueue } from '@parley/bus/internal';
import { Initiator, peerProfile } from '@parley/conversation';
import { Fault } from '@parley/core';
import { expect, test } from 'vitest';
import { AMBIENT, WAYS } from '../http/http-fixture.ts';
import { BUS_WAYS, conversationOver } from './exchange-story.ts';

/** Hands requests over, and answers back, changed by `between` on the way. */
function memoryBus(between: (answer: BusMessage, count: number) => BusMessage = (answer) => answer) {
  const queue = new DeliveryQueue<BusRequest>(Number.POSITIVE_INFINITY);
  let answers = 0;
  const requester: Requester = {
    request: (message, timeoutMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) reject(new Fault('caller.aborted', {}));
        signal?.addEventListener('abort', () => reject(new Fault('caller.aborted', {})), { once: true });
        setTimeout(() => reject(new Fault('internal.bus-unavailable', {})), timeoutMs).unref();
        void queue.put({ ...message, answer: async (answer) => resolve(between(answer, answers++)) });
      }),
    close: async () => undefined,
  };
  const inlet: RequestInlet = {
    async *requests(signal) {
      signal.addEventListener('abort', () => queue.end(), { once: true });
      yield* queue;
    },
    close: async () => undefined,
  };
  return { requester, inlet };
}

test.each(BUS_WAYS)('a whole conversation: %s', { timeout: 60_000 }, async (way) => {
  await conversationOver(way, memoryBus());
});

test('an answer that was changed on the way is none', async () => {
  const changed = memoryBus(({ octets, headers }) => {
    const text = new TextDecoder()
      .decode(octets)
      .replace(/(Value>)(\w)/, (_, tag: string, first: string) => tag + (first === 'A' ? 'B' : 'A'));
    return { octets: new TextEncoder().encode(text), headers };
  });
  await expect(conversationOver('two certificates', changed)).rejects.toMatchObject({
    code: expect.stringMatching(/^peer\./) as string,
  });
});

test('a password is not asked with over a bus that anybody may listen on', async () => {
  const { client } = WAYS['username over TLS']!();
  const peer = { version: '200512', soapVersion: '1.2', to: 'jms:queue:orders' } as const;
  const profile = peerProfile('parley');
  const initiator = new Initiator({ ...peer, ambient: AMBIENT, bootstrap: client.bootstrap, profile });
  const conversation = new BusConversation({ initiator, requester: memoryBus().requester });
  await expect(conversation.establish()).rejects.toMatchObject({ code: 'caller.channel-not-secure' });
});
