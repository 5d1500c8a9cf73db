/** Parties whose work runs on a pool answer as parties without one do, whatever has happened to the contexts meanwhile. */
import type { PoolMaker, Received } from '@parley/conversation';
import { peerProfile } from '@parley/conversation';
import type { SuiteName } from '@parley/core';
import type { Pool } from '@parley/engine';
import { createPool } from '@parley/engine';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { TestInitiator, World } from './conversation-fixture.ts';
import {
  applicationEnvelope,
  granted,
  issue,
  must,
  refusal,
  renew,
  sent,
  TLS,
  text,
  world,
} from './conversation-fixture.ts';

const pools: Pool[] = [];
const onPool =
  (workers: number): PoolMaker =>
  (needs) => {
    const pool = createPool({ ...needs, workers });
    pools.push(pool);
    return pool;
  };

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

/** Two responders of one kind with the same contexts, the second with a pool; a node that issues these; and who talks to both. */
interface Twins {
  readonly issuer: World;
  readonly places: readonly [World, World];
  readonly initiator: TestInitiator;
  readonly identifier: string;
  readonly messages: Uint8Array[];
}

type Kind = readonly [SuiteName, 'sign-then-encrypt' | 'encrypt-then-sign', 'none' | 'body' | 'body-and-signature'];

async function twins([suite, order, encrypt]: Kind, workers: number): Promise<Twins> {
  const profile = peerProfile('parley', suite, { order, encrypt });
  const issuer = world('200512', '1.2', { profile });
  const places = [
    world('200512', '1.2', { profile, store: issuer.store }),
    world('200512', '1.2', { profile, pool: onPool(workers) }),
  ] as const;
  const initiator = issuer.initiator({ profile });
  const identifier = await issue(issuer, initiator);
  const twin = { issuer, places, initiator, identifier, messages: [] };
  await share(twin);
  return twin;
}

/** What the first store has, the second has, too; nobody tells the pool. */
async function share({ issuer, places: [, second], identifier }: Twins): Promise<void> {
  const context = await issuer.store.get(identifier);
  if (context !== undefined && context.cancelledAtMs === undefined) await second.store.put(context);
}

function outcome(received: Received): unknown {
  if (received.kind === 'refused') return [received.failure.code, received.failure.detail];
  if (received.kind !== 'message') return received.kind;
  const { identifier, instance, principal, action, messageId, replayKey, body } = received.message;
  return { identifier, instance, principal, action, messageId, replayKey, body: text(body) };
}

/** Both answer to it, and the same. */
async function sameAnswer({ places }: Twins, bytes: Uint8Array, soapAction?: string): Promise<void> {
  const channel = { ...TLS, soapAction };
  const [first, second] = await Promise.all(places.map(({ responder }) => responder.receive(bytes, channel)));
  expect(outcome(second!)).toEqual(outcome(first!));
}

type Step = (twin: Twins, chance: number) => Promise<void>;

const STEPS: Readonly<Record<string, Step>> = {
  call: async (twin) => {
    const request = twin.initiator.requestCall(applicationEnvelope('1.2', 'hello'));
    if (!request.ok) return;
    twin.messages.push(request.value.octets);
    await sameAnswer(twin, request.value.octets);
  },
  'an octet that is not what it was': async (twin, chance) => {
    const request = twin.initiator.requestCall(applicationEnvelope('1.2', 'to be changed'));
    if (!request.ok) return;
    twin.messages.push(request.value.octets);
    const changed = request.value.octets.slice();
    const at = chance % changed.length;
    changed[at] = changed[at] === 0x41 ? 0x42 : 0x41;
    await sameAnswer(twin, changed);
  },
  'what came before': async (twin, chance) => {
    const bytes = twin.messages[chance % Math.max(1, twin.messages.length)];
    if (bytes !== undefined) await sameAnswer(twin, bytes);
  },
  'the transport says another action': async (twin) => {
    const request = twin.initiator.requestCall(applicationEnvelope('1.2', 'action'));
    if (request.ok) await sameAnswer(twin, request.value.octets, 'urn:another');
  },
  'the clock goes on': async ({ issuer, places }, chance) => {
    for (const { ambient } of [issuer, ...places]) ambient.now += (chance % 20) * 60_000;
  },
  'the clock goes back': async ({ issuer, places }, chance) => {
    for (const { ambient } of [issuer, ...places]) ambient.now -= (chance % 20) * 60_000;
  },
  'renewed by another node': async (twin) => {
    const request = twin.initiator.requestRenew(TLS);
    if (!request.ok) return;
    const received = await twin.issuer.responder.receive(request.value.octets, TLS);
    if (received.kind === 'renewed') granted(twin.initiator.take(received.reply));
    await share(twin);
  },
  'cancelled by another node': async ({ places, identifier }) => {
    for (const { store, ambient } of places) await store.cancel(identifier, ambient.now + 1000);
  },
};

const KINDS: readonly Kind[] = [
  ['Basic256', 'sign-then-encrypt', 'body'],
  ['Basic256', 'sign-then-encrypt', 'body-and-signature'],
  ['Basic256', 'encrypt-then-sign', 'body'],
  ['Basic128', 'sign-then-encrypt', 'none'],
];

describe.each(KINDS)('%s, %s, %s', (...kind) => {
  test('whatever happens, a responder with a pool answers as one without', async () => {
    const step = fc.record({ name: fc.constantFrom(...Object.keys(STEPS)), chance: fc.nat(1_000_000) });
    const law = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 10 }), async (steps) => {
      const twin = await twins(kind, 0);
      for (const { name, chance } of steps) await STEPS[name]!(twin, chance);
      await STEPS['call']!(twin, 0);
      await twin.places[1].responder.close();
    });
    await fc.assert(law, { numRuns: 20 });
  });

  test('T37: one answer to each signature, on threads, too', async () => {
    const twin = await twins(kind, 1);
    const original = sent(twin.initiator.requestCall(applicationEnvelope('1.2', 'secret')));
    const [, { responder }] = twin.places;
    const altered = original.slice();
    const last = text(original).lastIndexOf('CipherValue>', text(original).indexOf(':Body'));
    const at = last > 0 ? last - 40 : text(original).lastIndexOf('secret');
    altered[at] = altered[at] === 0x41 ? 0x42 : 0x41;
    const answers = await Promise.all([altered, altered, original].map((bytes) => responder.receive(bytes, TLS)));
    const inline = [];
    for (const bytes of [altered, altered, original])
      inline.push(refusal(await twin.places[0].responder.receive(bytes, TLS)));
    expect(answers.map(refusal)).toEqual(inline);
  });
});

test('both parties on pools: calls at once, renewed in the middle, and the end', async () => {
  const place = world('200512', '1.2', { pool: onPool(1) });
  const initiator = place.initiator({ pool: onPool(1) });
  await issue(place, initiator);
  const call = async (body: string): Promise<string> => {
    const request = granted(await initiator.requestCallAsync(applicationEnvelope('1.2', body)));
    const { message } = must(await place.responder.receive(request.octets, TLS), 'message');
    const answer = applicationEnvelope('1.2', `${body} answered`, message.messageId);
    const secured = granted(await place.responder.secure(answer, message));
    const outcome = granted(await initiator.receiveAsync(secured, request, TLS));
    expect(await initiator.receiveAsync(secured, request, TLS)).toMatchObject({ code: 'caller.context-unusable' });
    return outcome.kind === 'answer' ? text(outcome.message.body) : outcome.kind;
  };
  const bodies = Array.from({ length: 20 }, (_, index) => `call ${index}`);
  const answers = Promise.all(bodies.map(call));
  await renew(place, initiator);
  const texts = await answers;
  bodies.forEach((body, index) => {
    expect(texts[index]).toContain(`${body} answered`);
  });
  expect(await call('afterwards')).toContain('afterwards answered');
  const late = initiator.requestCallAsync(applicationEnvelope('1.2', 'late'));
  initiator.abandon();
  expect(await late).toMatchObject({ code: 'caller.context-unusable' });
  expect(pools.map((pool) => pool.stats.messages)).toEqual([expect.any(Number), expect.any(Number)]);
  for (const pool of pools) expect(pool.stats.messages).toBeGreaterThan(40);
  initiator.close();
  await place.responder.close();
  const [, { responder }] = (await twins(KINDS[0]!, 0)).places;
  await responder.close();
});
