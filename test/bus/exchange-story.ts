/** A whole conversation by requests and answers, whatever bus they go over. */
import type { BusRequest, Requester, RequestInlet } from '@parley/bus';
import { answerRequests, BusConversation } from '@parley/bus';
import { envelope, Initiator, MemoryContextStore, peerProfile, Responder } from '@parley/conversation';
import { expect } from 'vitest';
import { AMBIENT, WAYS } from '../http/http-fixture.ts';

/** Ways to begin that need no channel which nobody listens on. */
export const BUS_WAYS = ['the service’s certificate', 'two certificates'] as const;

const echoOf = (text: string, relatesTo?: string): Uint8Array =>
  envelope({ action: 'urn:app/Echo', body: `<e:Echo xmlns:e="urn:app">${text}</e:Echo>`, relatesTo });

interface Bus {
  readonly requester: Requester;
  readonly inlet: RequestInlet;
}

/** Issue, calls at one time, renewal, calls, end; then nothing more. */
export async function conversationOver(way: (typeof BUS_WAYS)[number], { requester, inlet }: Bus): Promise<void> {
  const { client, server, suite } = WAYS[way]!();
  const profile = peerProfile('parley', suite);
  const responder = new Responder({ store: new MemoryContextStore(), ambient: AMBIENT, bootstrap: server, profile });
  const peer = { version: '200512', soapVersion: '1.2', to: 'jms:queue:orders' } as const;
  const initiator = new Initiator({ ...peer, ambient: AMBIENT, bootstrap: client.bootstrap, profile });
  const ending = new AbortController();
  const refusals: string[] = [];
  const seen: string[] = [];
  const answering = answerRequests({
    inlet,
    responder,
    service: ({ body, messageId }) => {
      const text = />([^<]*)<\/e:Echo>/.exec(new TextDecoder().decode(body))?.[1] ?? '';
      seen.push(text);
      if (text === 'silence') return undefined;
      return echoOf(text.toUpperCase(), messageId);
    },
    onRefused: ({ code }) => refusals.push(code),
    signal: ending.signal,
  });
  const conversation = new BusConversation({ initiator, requester, timeoutMs: 20_000 });
  await conversation.establish();
  const said = async (text: string): Promise<string> => {
    const { kind, message } = await conversation.call(echoOf(text));
    return `${kind} ${/>([^<]*)<\/e:Echo>/.exec(new TextDecoder().decode(message.body))?.[1]}`;
  };
  const texts = Array.from({ length: 24 }, (_, index) => `call ${index}`);
  expect(await Promise.all(texts.map(said))).toEqual(texts.map((text) => `answer ${text.toUpperCase()}`));
  await conversation.renew();
  expect(await said('renewed')).toBe('answer RENEWED');
  const impatient = new BusConversation({ initiator, requester, timeoutMs: 300 });
  await expect(impatient.call(echoOf('silence'))).rejects.toMatchObject({ code: 'internal.bus-unavailable' });
  const stop = new AbortController();
  const aborted = conversation.call(echoOf('silence'), stop.signal);
  stop.abort();
  await expect(aborted).rejects.toMatchObject({ code: 'caller.aborted' });
  await conversation.cancel();
  await expect(conversation.call(echoOf('late'))).rejects.toMatchObject({ code: 'caller.context-unusable' });
  expect(refusals).toEqual([]);
  expect(new Set(seen)).toEqual(new Set([...texts, 'renewed', 'silence']));
  // What is no message is refused, and does not end those who answer.
  const nonsense = await requester.request({ octets: new TextEncoder().encode('<a/>'), headers: {} }, 20_000);
  expect(new TextDecoder().decode(nonsense.octets)).toContain('Fault');
  expect(refusals).toHaveLength(1);
  ending.abort();
  await answering;
}

/** A request that came before its inlet was told to end is answered all the same. */
export async function answeredAfterTheEnd({ requester, inlet }: Bus): Promise<void> {
  const ending = new AbortController();
  const came: BusRequest[] = [];
  const listening = (async () => {
    for await (const request of inlet.requests(ending.signal)) {
      came.push(request);
      ending.abort();
    }
  })();
  const asked = requester.request({ octets: Uint8Array.of(1), headers: {} }, 20_000);
  await listening;
  await came[0]?.answer({ octets: Uint8Array.of(2), headers: {} });
  expect(new Uint8Array((await asked).octets)).toEqual(Uint8Array.of(2));
  await inlet.close();
}
