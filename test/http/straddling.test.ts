// Calls that are under way while their context ends: each is worked on once, and its caller has the answer.
import type { PoolMaker } from '@parley/conversation';
import { Fault, unwrap } from '@parley/core';
import { createPool } from '@parley/engine';
import type { Conversation } from '@parley/http';
import { connect } from '@parley/http';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Place } from './held-line.ts';
import { actionOf, HeldLine } from './held-line.ts';
import { AMBIENT, echo, payload, serve, WAYS } from './http-fixture.ts';

const LIFETIME_MS = 60_000;

interface SceneOptions {
  readonly renew?: boolean;
  readonly pool?: PoolMaker;
}

/** A service and a client of one clock, and the line between them. */
async function scene({ renew = false, pool }: SceneOptions = {}) {
  const clock = { nowMs: Date.now() };
  const ambient = { ...AMBIENT, nowMs: () => clock.nowMs };
  const line = new HeldLine();
  const way = WAYS['the service’s certificate']!();
  const contextLifetimeMs = LIFETIME_MS;
  const service = await serve(way, undefined, {}, line.holding(echo), pool, { ambient, contextLifetimeMs });
  const conversation = await connect(service.url, {
    ...way.client,
    ...(pool && { pool }),
    ambient,
    renew,
    dispatcher: line.dispatcher,
  });
  return {
    clock,
    line,
    service,
    conversation,
    end: async () => {
      line.open();
      await conversation.close();
      await line.close();
      await service.stop();
    },
  };
}

type Scene = Awaited<ReturnType<typeof scene>>;

/** What came of a call: the text that was sent, or the code it was refused with. */
async function call(conversation: Conversation, name: string): Promise<string> {
  try {
    const answer = await conversation.call(actionOf(name), payload(`text of ${name}`));
    return /text of \w+/.exec(new TextDecoder().decode(answer?.message.body))?.[0] ?? 'another answer';
  } catch (error) {
    return error instanceof Fault ? error.code : String(error);
  }
}

/** Lets a call on as far as to that place. */
async function letTo({ line }: Scene, name: string, place: Place): Promise<void> {
  await line.until(() => line.placeOf(name) !== undefined);
  while (line.placeOf(name) !== place) {
    line.let(name);
    await line.until(() => line.placeOf(name) !== undefined);
  }
}

const sorted = (names: readonly string[]): string[] => names.toSorted((a, b) => a.localeCompare(b));

const THREADS: PoolMaker = (needs) => createPool({ ...needs, workers: 1 });

describe.each([
  ['here', undefined],
  ['on threads', THREADS],
] as const)('a call is answered, and worked on once, when its context ends: %s', (_, pool) => {
  test.each(['out', 'work', 'back'] as const)('at its time, the call at: %s', async (place) => {
    const here = await scene({ ...(pool && { pool }) });
    const { clock, line, conversation } = here;
    const first = call(conversation, 'first');
    await letTo(here, 'first', place);
    clock.nowMs += LIFETIME_MS;
    // The next call finds that the context is over.
    const second = call(conversation, 'second');
    await letTo(here, 'second', 'out');
    line.open();
    expect(await Promise.all([first, second])).toEqual(['text of first', 'text of second']);
    expect(sorted(line.worked)).toEqual(['first', 'second']);
    await here.end();
  });

  test.each(['work', 'back'] as const)(
    'because the service lost it, as another finds; the call at: %s',
    async (place) => {
      const here = await scene({ ...(pool && { pool }) });
      const { line, service, conversation } = here;
      const first = call(conversation, 'first');
      await letTo(here, 'first', place);
      const second = call(conversation, 'second');
      await letTo(here, 'second', 'out');
      await service.store.cancel(String(conversation.context?.identifier), Date.now());
      // Refused, and made again under another context.
      line.let('second');
      await letTo(here, 'second', 'out');
      line.open();
      // What the service has lost, it cannot answer under; what it had answered before counts.
      expect(await first).toBe(place === 'back' ? 'text of first' : 'peer.http-answer');
      expect(await second).toBe('text of second');
      expect(sorted(line.worked)).toEqual(['first', 'second']);
      await here.end();
    },
  );
});

/** What happens next: a call begins, one goes on to its next place, time passes, the key is renewed. */
type Step = { readonly begin: true } | { readonly go: number } | { readonly passMs: number } | { readonly renew: true };

const STEP: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ begin: fc.constant(true as const) }) },
  { weight: 5, arbitrary: fc.record({ go: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ passMs: fc.integer({ min: 1000, max: LIFETIME_MS + 1 }) }) },
  { weight: 1, arbitrary: fc.record({ renew: fc.constant(true as const) }) },
);

// What a message says of its own time holds for longer.
const PASSED_MS_MAX = 4 * LIFETIME_MS;

async function play(here: Scene, steps: readonly Step[]): Promise<readonly (readonly [name: string, came: string])[]> {
  const { clock, line, conversation } = here;
  const calls = new Map<string, Promise<string>>();
  const settled = new Set<string>();
  const rests = (name: string): boolean => settled.has(name) || line.placeOf(name) !== undefined;
  let leftMs = PASSED_MS_MAX;
  for (const step of steps) {
    if ('begin' in step) {
      const name = `call${calls.size}`;
      const outcome = call(conversation, name).finally(() => {
        settled.add(name);
        line.look();
      });
      calls.set(name, outcome);
      await line.until(() => rests(name));
    } else if ('go' in step) {
      const waiting = [...calls.keys()].filter((name) => line.placeOf(name) !== undefined);
      const name = waiting[step.go % waiting.length];
      if (name === undefined) continue;
      line.let(name);
      await line.until(() => rests(name));
    } else if ('renew' in step) {
      await conversation.renew().catch(() => undefined);
    } else if (step.passMs <= leftMs) {
      leftMs -= step.passMs;
      clock.nowMs += step.passMs;
    }
  }
  line.open();
  return await Promise.all([...calls].map(async ([name, outcome]) => [name, await outcome] as const));
}

test('LAW: whatever calls are under way when, and wherever they are: each is answered, and worked on once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { minLength: 4, maxLength: 24 }), fc.boolean(), async (steps, renew) => {
      const here = await scene({ renew });
      const came = await play(here, steps);
      expect(came).toEqual(came.map(([name]) => [name, `text of ${name}`]));
      expect(sorted(here.line.worked)).toEqual(sorted(came.map(([name]) => name)));
      await here.end();
    }),
    { numRuns: Number(process.env['PARLEY_RUNS'] ?? 40) },
  );
});

test('a conversation that is cancelled or closed lets calls under way come to their end, and begins no other', async () => {
  for (const way of ['cancel', 'close'] as const) {
    const here = await scene();
    const { line, service, conversation } = here;
    const identifier = String(conversation.context?.identifier);
    const first = call(conversation, 'first');
    await letTo(here, 'first', 'work');
    const ended = conversation[way]();
    expect(await call(conversation, 'second')).toBe('caller.closed');
    expect((await service.store.get(identifier))?.cancelledAtMs).toBeUndefined();
    line.open();
    expect(await first).toBe('text of first');
    await ended;
    expect((await service.store.get(identifier))?.cancelledAtMs).toBeDefined();
    expect(line.worked).toEqual(['first']);
    await here.end();
  }
});

test('a conversation that its service ends refuses the calls under way at once, and hangs at none', async () => {
  const here = await scene();
  const { line, conversation } = here;
  const { responder } = here.service;
  const first = call(conversation, 'first');
  await letTo(here, 'first', 'work');
  const identifier = String(conversation.context?.identifier);
  const request = unwrap(await responder.requestCancel(identifier, { to: 'urn:client' }));
  const told = await conversation.receiveRequest(request.octets, { secure: false });
  expect(told.ok && responder.receiveAnswer(told.value, request, { secure: false })).toMatchObject({ ok: true });
  line.open();
  expect(await first).toBe('peer.http-answer');
  expect(await call(conversation, 'second')).toBe('caller.closed');
  await here.end();
});

test('a renewal that is slower than the rest of the context’s life is waited for, and keeps the context', async () => {
  const here = await scene({ renew: true });
  const { clock, line, conversation } = here;
  const identifier = conversation.context?.identifier;
  line.holdTrust = true;
  clock.nowMs += LIFETIME_MS - 1;
  const first = call(conversation, 'first');
  await line.arrives('Renew', 'out');
  line.let('Renew');
  await line.arrives('Renew', 'back');
  clock.nowMs += 2;
  const second = call(conversation, 'second');
  line.open();
  expect(await Promise.all([first, second])).toEqual(['text of first', 'text of second']);
  expect(conversation.context?.identifier).toBe(identifier);
  expect(conversation.context?.keys.at(-1)?.instance).toBeDefined();
  await here.end();
});
