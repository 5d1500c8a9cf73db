// Contexts whose time has come, with clocks that the test turns on.
import type { ResponderOptions } from '@parley/conversation';
import { type ConnectOptions, connect } from '@parley/http';
import { expect, test } from 'vitest';
import { AMBIENT, echo, payload, serve, WAYS } from './http-fixture.ts';

const WAY = WAYS['username over TLS']!;
const MINUTE_MS = 60_000;
const STEP_MS = 10_000;

async function scene(more: Partial<ResponderOptions>, asking: Pick<ConnectOptions, 'renewable'> = {}) {
  const clocks = { server: Date.now(), client: Date.now() };
  const ambient = { ...AMBIENT, nowMs: () => clocks.server };
  const service = await serve(WAY(), undefined, {}, echo, undefined, { ...more, ambient });
  const options: ConnectOptions = {
    ...WAY().client,
    ...asking,
    tls: service.tls,
    ambient: { ...AMBIENT, nowMs: () => clocks.client },
  };
  const begin = async () => await connect(service.url, options);
  const turn = (byMs: number): void => {
    clocks.server += byMs;
    clocks.client += byMs;
  };
  return { clocks, service, begin, turn };
}

test('conversations that began at once renew in the last fifth of their lives, not all at once, and calls go on', async () => {
  const { service, begin, turn } = await scene({ contextLifetimeMs: 10 * MINUTE_MS });
  const conversations = await Promise.all(Array.from({ length: 6 }, begin));
  const identifiers = conversations.map(({ context }) => context?.identifier);
  const renewedAtMs = conversations.map(() => 0);
  turn(7.5 * MINUTE_MS);
  for (let ageMs = 7.5 * MINUTE_MS; ageMs < 9.5 * MINUTE_MS; ageMs += STEP_MS) {
    const answers = await Promise.all(conversations.map(async (each) => await each.call('urn:app/Echo', payload('x'))));
    expect(answers.map((answer) => answer?.fault)).toEqual(conversations.map(() => undefined));
    for (const [at, { context }] of conversations.entries())
      if (context?.keys.at(-1)?.instance !== undefined && renewedAtMs[at] === 0) renewedAtMs[at] = ageMs;
    turn(STEP_MS);
  }
  expect(Math.min(...renewedAtMs)).toBeGreaterThanOrEqual(8 * MINUTE_MS);
  expect(new Set(renewedAtMs).size).toBeGreaterThan(1);
  expect(conversations.map(({ context }) => context?.identifier)).toEqual(identifiers);
  await Promise.all(conversations.map(async (each) => await each.close()));
  expect(service.refusals).toEqual([]);
  await service.stop();
});

test.each([
  ['a context that is not renewed', 'never', 'peer.context-expired'],
  ['one that would be, later, too', 'after-expiry', 'peer.renew-needed'],
] as const)('%s, and is over by the service’s clock alone, is established anew, once', async (_, renewable, code) => {
  const { clocks, service, begin } = await scene({ contextLifetimeMs: MINUTE_MS }, { renewable });
  const conversation = await begin();
  const first = conversation.context?.identifier;
  clocks.server += MINUTE_MS + 1000;
  const texts = ['a', 'b', 'c'];
  const answers = await Promise.all(texts.map((text) => conversation.call('urn:app/Echo', payload(text))));
  expect(answers.map((answer) => new TextDecoder().decode(answer?.message.body))).toEqual(
    texts.map((text) => expect.stringContaining(`>${text}<`)),
  );
  expect(new Set(service.refusals.map(({ failure }) => failure.code))).toEqual(new Set([code]));
  expect(conversation.context?.identifier).not.toBe(first);
  expect(service.http.stats.requests).toBe(1 + texts.length + 1 + texts.length);
  await conversation.close();
  await service.stop();
});
