// Reliable conversations without a context: each message is under the bootstrap, by itself.
import { MemoryRecords, peerProfile } from '@parley/conversation';
import { connect } from '@parley/http';
import { describe, expect, test } from 'vitest';
import { faultyProxy } from './faulty-proxy.ts';
import { echo, payload, serve, WAYS } from './http-fixture.ts';

const LONE = { sequences: { withoutContext: true } } as const;
const text = (octets: Uint8Array | undefined): string => new TextDecoder().decode(octets);
/** Those in which the client is somebody. */
const NAMES = ['username over TLS', 'the service’s certificate and a user', 'two certificates'] as const;

describe.each(NAMES)('%s', (name) => {
  const way = WAYS[name]!;

  test.each([
    ['200512', '1.2'],
    ['200502', '1.1'],
  ] as const)('calls, messages without answers, and the end: %s, SOAP %s', async (version, soapVersion) => {
    const principals = new Set<string | undefined>();
    const service = await serve(
      way(),
      undefined,
      {},
      (call) => {
        principals.add(call.message.principal);
        return text(call.message.body).includes('news') ? undefined : echo(call);
      },
      undefined,
      LONE,
    );
    const { tls } = service;
    const profile = peerProfile('parley', way().suite);
    const options = { ...way().client, profile, tls, version, soapVersion, establish: 'none', reliable: true } as const;
    const conversation = await connect(service.url, options);
    expect(conversation.context).toBeUndefined();
    const answers = await Promise.all(['one', 'two'].map((said) => conversation.call('urn:app/Echo', payload(said))));
    expect(answers.map((answer) => text(answer?.message.body)).map((said) => /one|two/.exec(said)?.[0])).toEqual([
      'one',
      'two',
    ]);
    await conversation.send('urn:app/Tell', payload('news'));
    expect([...principals]).toEqual([expect.any(String)]);
    expect(await conversation.taken()).toBe(3);
    await conversation.cancel();
    await expect(conversation.call('urn:app/Echo', payload('late'))).rejects.toThrow('caller.closed');
    expect(service.refusals).toEqual([]);
    await service.stop();
  });
});

// What is under TLS cannot be doubled on the way.
test.each(NAMES.slice(1))(
  '%s: each message arrives once, over a line that drops, doubles, delays and reorders',
  async (name) => {
    const way = WAYS[name]!;
    const served: string[] = [];
    const service = await serve(
      way(),
      undefined,
      {},
      (call) => {
        served.push(/>(message \d+)</.exec(text(call.message.body))?.[1] ?? '');
        return echo(call);
      },
      undefined,
      LONE,
    );
    let seed = 7;
    const chance = (): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const faults = { drop: 0.2, double: 0.2, delay: 0.2, delayMs: 20 };
    const { port, pathname } = new URL(service.url);
    const proxy = await faultyProxy(
      () => Number(port),
      faults,
      chance,
      () => false,
    );
    const conversation = await connect(`http://127.0.0.1:${proxy.port}${pathname}`, {
      ...way().client,
      profile: peerProfile('parley', way().suite),
      to: service.url,
      establish: 'none',
      reliable: { retransmitAfterMs: 10, retransmitAfterMaxMs: 40, windowMax: 8 },
    });
    const wanted = Array.from({ length: 30 }, (_, index) => `message ${index}`);
    await Promise.all(wanted.map((said) => conversation.call('urn:app/Echo', payload(said))));
    expect(served).toEqual(wanted);
    await conversation.close();
    await proxy.stop();
    await service.stop();
  },
);

test('a sequence is gone on with by its name', async () => {
  const way = WAYS['username over TLS']!;
  const numbers: (number | undefined)[] = [];
  const service = await serve(
    way(),
    undefined,
    {},
    (call) => {
      numbers.push(call.sequence?.number);
      return echo(call);
    },
    undefined,
    LONE,
  );
  const records = new MemoryRecords();
  const { tls } = service;
  for (const [at, said] of ['one', 'two', 'three'].entries()) {
    const reliable = { records, name: 'orders' };
    const conversation = await connect(service.url, {
      ...way().client,
      tls,
      cancel: at === 2,
      establish: 'none',
      reliable,
    });
    expect(await conversation.taken()).toBe(at);
    await conversation.resume();
    await conversation.call('urn:app/Echo', payload(said));
    await conversation.close();
  }
  expect(numbers).toEqual([1, 2, 3]);
  expect(service.refusals).toEqual([]);
  await service.stop();
});

test('what makes no sense without a context is refused', async () => {
  const { client } = WAYS['username over TLS']!();
  const url = 'https://localhost/echo';
  const none = { ...client, establish: 'none' } as const;
  await expect(connect(url, none)).rejects.toThrow('caller.option-invalid');
  await expect(connect(url, { ...none, reliable: true, issuer: url })).rejects.toThrow('caller.option-invalid');
  await expect(connect(url, { ...none, reliable: { acksTo: url } })).rejects.toThrow('caller.option-invalid');
  await expect(connect('http://localhost/echo', { ...none, reliable: true })).rejects.toThrow(
    'caller.channel-not-secure',
  );
  const conversation = await connect(url, { ...none, reliable: true, cancel: false });
  await expect(conversation.renew()).rejects.toThrow('caller.context-unusable');
  await conversation.close();
});
