// Whatever a bus does: nothing is lost, nothing doubled where the bus takes a message once, order is kept, and what is refused is with
// the dead letters.
import { fc, test as lawTest } from '@fast-check/vitest';
import type { Delivery } from '@parley/bus';
import { opening, relay, sendThenAcknowledge, verifying } from '@parley/bus';
import { Fault } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { LooseBus } from './loose-bus.ts';
import { AT_MS, contextNamed, inlinePool, secured } from './secured.ts';

const CONTEXT = contextNamed('urn:uuid:bus');
const MESSAGES = Array.from({ length: 40 }, (_, index) => secured(CONTEXT, `urn:uuid:${index}`));
const RETRY = { attemptsMax: 50, pauseMs: 0 };

const forged = (octets: Uint8Array): Uint8Array =>
  octets.map((octet, index) => (index === octets.length - 60 ? octet ^ 1 : octet));

/** A delivery per message; `kinds` says which are forged, or copies of the one before. */
function deliveries(kinds: readonly ('good' | 'forged' | 'copy')[]): Delivery[] {
  let last = MESSAGES[0] ?? new Uint8Array(0);
  return kinds.map((kind, index) => {
    const message = MESSAGES[index] ?? last;
    const octets = kind === 'good' ? message : kind === 'copy' ? last : forged(message);
    if (kind === 'good') last = message;
    return { octets, headers: { 'parley-verdict': 'valid', kept: 'yes' }, place: `in/${index}`, atMs: AT_MS };
  });
}

const calm = (): boolean => false;

async function relayed(bus: LooseBus, claims = undefined as undefined, signal?: AbortSignal): Promise<void> {
  await using pool = inlinePool(CONTEXT);
  const stage = opening({ pool, nowMs: () => AT_MS, retry: RETRY, claims, concurrency: 7 });
  const options = { inlet: bus.inlet(), outlet: bus.outlet(), deadLetters: bus.outlet(bus.dead) };
  await relay({ ...options, stage, retry: RETRY, batchMessagesMax: 5, signal });
}

describe('relay', () => {
  test('hands on what is proven, and puts the rest with the dead letters, with the reason', async () => {
    const bus = new LooseBus({ happens: calm, takesOnce: true });
    bus.put(...deliveries(['good', 'forged', 'good', 'copy']));
    bus.end();
    await relayed(bus);
    expect(bus.left).toBe(0);
    expect(bus.results.map(({ id }) => id)).toEqual(['in/0', 'in/2']);
    expect(new TextDecoder().decode(bus.results[0]?.octets)).toMatch(
      /^<\w+:Body .*<Ping xmlns="urn:m"><\/Ping><\/\w+:Body>$/,
    );
    expect(bus.results[0]?.headers).toMatchObject({
      'parley-verdict': 'valid',
      'parley-context': 'urn:uuid:bus',
      'parley-action': 'urn:m/Ping',
      'parley-place': 'in/0',
      kept: 'yes',
    });
    expect(bus.dead.map(({ headers }) => [headers['parley-verdict'], headers['parley-code']])).toEqual([
      ['refused', expect.stringMatching(/^peer\./)],
      ['refused', 'peer.replay'],
    ]);
    expect(bus.dead[0]?.octets).toEqual(forged(MESSAGES[1] ?? new Uint8Array(0)));
  });

  lawTest.prop(
    [
      fc.array(fc.constantFrom('good', 'good', 'good', 'forged', 'copy' as const), { minLength: 1, maxLength: 20 }),
      fc.infiniteStream(fc.nat(3)),
    ],
    { numRuns: 30 },
  )('loses and doubles nothing on a bus that fails at any place', async (kinds, draws) => {
    // Failures at first, calm at the end: a bus that is never there is another test.
    let failures = 60;
    const happens = (): boolean => failures > 0 && draws.next().value === 0 && failures-- > 0;
    const bus = new LooseBus({ happens, takesOnce: true });
    const given = deliveries(['good', ...kinds] as const);
    bus.put(...given);
    bus.end();
    await relayed(bus);
    expect(bus.left).toBe(0);
    const good = given.filter((_, index) => index === 0 || kinds[index - 1] === 'good').map(({ place }) => place);
    expect(new Set(bus.results.map(({ id }) => id))).toEqual(new Set(good));
    expect(bus.results).toHaveLength(good.length);
    expect(bus.dead).toHaveLength(given.length - good.length);
  });

  test('ends with what does not pass, and has acknowledged nothing that is not safe', async () => {
    const bus = new LooseBus({ happens: calm, takesOnce: true });
    bus.put(...deliveries(['good', 'good', 'good']));
    await using pool = inlinePool(CONTEXT);
    const stage = verifying({ pool, nowMs: () => AT_MS });
    const away = {
      send: async () => Promise.reject(new Fault('internal.bus-unavailable')),
      close: async () => undefined,
    };
    const relaying = relay({
      inlet: bus.inlet(),
      stage,
      outlet: away,
      deadLetters: bus.outlet(bus.dead),
      retry: { attemptsMax: 3, pauseMs: 0 },
    });
    await expect(relaying).rejects.toMatchObject({ code: 'internal.bus-unavailable' });
    expect(bus.left).toBe(3);
  });

  test('ends when a store that it asks is away for good, and leaves the messages where they are', async () => {
    const bus = new LooseBus({ happens: calm, takesOnce: true });
    bus.put(...deliveries(['good', 'good']));
    let asked = 0;
    const pool = {
      open: async () => {
        asked++;
        return { ok: false, code: 'internal.store-unavailable', detail: {} } as const;
      },
    };
    const stage = verifying({ pool, nowMs: () => AT_MS, retry: { attemptsMax: 4, pauseMs: 0 } });
    const outlets = { outlet: bus.outlet(), deadLetters: bus.outlet(bus.dead) };
    await expect(relay({ inlet: bus.inlet(), stage, ...outlets })).rejects.toMatchObject({
      code: 'internal.store-unavailable',
    });
    expect([bus.left, bus.dead.length, bus.results.length]).toEqual([2, 0, 0]);
    expect(asked).toBe(8);
  });

  test('finishes what is under way when it is told to end', async () => {
    const bus = new LooseBus({ happens: calm, takesOnce: true });
    const ending = new AbortController();
    bus.put(...deliveries(['good', 'good', 'good']));
    const relaying = relayed(bus, undefined, ending.signal);
    while (bus.results.length < 3) await new Promise((resolve) => void setTimeout(resolve, 1));
    ending.abort();
    await relaying;
    expect(bus.left).toBe(0);
  });

  test('puts with the dead letters what a bus will never take', async () => {
    const bus = new LooseBus({ happens: calm, takesOnce: true });
    bus.put(...deliveries(['good', 'good']));
    bus.end();
    await using pool = inlinePool(CONTEXT);
    const outlet = bus.outlet();
    const narrow = {
      ...outlet,
      send: async (messages: Parameters<typeof outlet.send>[0]) => {
        await outlet.send(messages.slice(1));
        return messages
          .slice(0, 1)
          .map((message) => ({ message, code: 'internal.bus-refused' as const, reason: 'too large' }));
      },
    };
    const inlet = bus.inlet();
    const deadLetters = bus.outlet(bus.dead);
    const commit = sendThenAcknowledge({ inlet, outlet: narrow, deadLetters });
    await relay({ inlet, stage: verifying({ pool, nowMs: () => AT_MS }), outlet: narrow, deadLetters, commit });
    expect(bus.dead.length).toBeGreaterThan(0);
    expect(bus.dead[0]?.headers).toMatchObject({ 'parley-verdict': 'refused', 'parley-code': 'internal.bus-refused' });
    expect(bus.left).toBe(0);
  });
});
