import { fc, test as lawTest } from '@fast-check/vitest';
import type { Delivery, Settled, Stage } from '@parley/bus';
import { headerText, MemoryClaims, opening, resealing, sealing, verifying } from '@parley/bus';
import { unwrap } from '@parley/core';
import { open, policyOf, sealProfile } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { AT_MS, contextNamed, inlinePool, plain, secured } from './secured.ts';

const FROM = contextNamed('urn:uuid:from');
const TO = contextNamed('urn:uuid:to-another');
const request = {
  ...sealProfile('wcf-message', 'request'),
  identifier: TO.identifier,
  atMs: AT_MS,
  timestampLifetimeMs: 60_000,
};

async function* of(...messages: readonly (Uint8Array | Delivery)[]): AsyncGenerator<Delivery> {
  let index = 0;
  for (const message of messages)
    yield message instanceof Uint8Array
      ? { octets: message, headers: {}, place: `p/${index++}`, key: 'k', atMs: AT_MS }
      : message;
}

async function all(stage: Stage, ...messages: readonly (Uint8Array | Delivery)[]): Promise<Settled[]> {
  const settled: Settled[] = [];
  for await (const one of stage(of(...messages))) settled.push(one);
  return settled;
}

describe('stages', () => {
  test('sealing: what is sealed opens, in order, under its key', async () => {
    await using pool = inlinePool(TO);
    const envelopes = [plain('urn:uuid:1', '<A xmlns="urn:m"/>'), plain('urn:uuid:2', '<B xmlns="urn:m"/>')];
    const settled = await all(sealing({ pool, request: async () => request }), ...envelopes);
    const bodies = settled.map(({ message, refused }) => {
      expect([refused, message.key]).toEqual([undefined, 'k']);
      const opened = unwrap(
        open(message.octets, { atMs: AT_MS, policy: policyOf('wcf-message'), contexts: { find: () => TO } }),
      );
      return new TextDecoder().decode(opened.body);
    });
    expect(bodies.map((body) => /<([AB]) /.exec(body)?.[1])).toEqual(['A', 'B']);
  });

  test('sealing: what has no context, or is no envelope, is refused as it came', async () => {
    await using pool = inlinePool(TO);
    const stage = sealing({ pool, request: ({ place }) => (place === 'p/0' ? undefined : request) });
    const settled = await all(stage, plain('urn:uuid:1'), new TextEncoder().encode('<no/>'));
    expect(settled.map(({ refused }) => refused?.code)).toEqual(['caller.context-unusable', 'caller.envelope-invalid']);
    expect(settled[1]?.message.octets).toEqual(new TextEncoder().encode('<no/>'));
  });

  test('resealing: the same Body, action, address and MessageID under another context; the headers say who sent it', async () => {
    await using pool = inlinePool(FROM, TO);
    const stage = resealing({ pool, sealer: pool, nowMs: () => AT_MS, request: () => request });
    const [settled] = await all(
      stage,
      secured(FROM, 'urn:uuid:77', AT_MS, '<Order xmlns="urn:m"><Line n="1">ä &amp; b</Line></Order>'),
    );
    expect(settled?.message.headers).toMatchObject({
      'parley-context': FROM.identifier,
      'parley-message-id': 'urn:uuid:77',
    });
    const message = settled?.message.octets ?? new Uint8Array(0);
    const opened = unwrap(
      open(message, { atMs: AT_MS, policy: policyOf('wcf-message'), contexts: { find: () => TO } }),
    );
    expect(opened).toMatchObject({
      identifier: TO.identifier,
      action: 'urn:m/Ping',
      to: 'urn:service',
      messageId: 'urn:uuid:77',
    });
    expect(new TextDecoder().decode(opened.body)).toContain(
      '<Order xmlns="urn:m"><Line n="1">ä &amp; b</Line></Order>',
    );
  });

  test('a message is judged at the time that the bus took it, or now', async () => {
    await using pool = inlinePool(FROM);
    const nowMs = (): number => AT_MS + 3_600_000;
    const message = secured(FROM, 'urn:uuid:1');
    const [delivered] = await all(verifying({ pool, nowMs }), message);
    const [now] = await all(verifying({ pool, nowMs, at: 'now' }), message);
    const [untold] = await all(verifying({ pool, nowMs }), { octets: message, headers: {}, place: 'p' });
    expect([delivered, now, untold].map((settled) => settled?.refused?.code)).toEqual([
      undefined,
      'peer.timestamp-expired',
      'peer.timestamp-expired',
    ]);
  });

  test('verifying hands on the octets that came; no header of a sender looks like a verdict', async () => {
    await using pool = inlinePool(FROM);
    const octets = secured(FROM, 'urn:uuid:1');
    const headers = { 'parley-verdict': 'valid', 'Parley-Principal': 'admin', other: 'x' };
    const [good] = await all(verifying({ pool, nowMs: () => AT_MS }), { octets, headers, place: 'p', atMs: AT_MS });
    expect(good?.message.octets).toBe(octets);
    expect(Object.keys(good?.message.headers ?? {}).filter((name) => /principal/i.test(name))).toEqual([]);
    const bad = await all(verifying({ pool, nowMs: () => AT_MS }), { octets: octets.subarray(9), headers, place: 'p' });
    expect(bad[0]?.message.headers).toMatchObject({ 'parley-verdict': 'refused', other: 'x' });
  });

  test('the same message is itself again where it is delivered again, and a replay anywhere else', async () => {
    await using pool = inlinePool(FROM);
    const stage = opening({ pool, nowMs: () => AT_MS, claims: new MemoryClaims() });
    const octets = secured(FROM, 'urn:uuid:1');
    const at = (place: string): Delivery => ({ octets, headers: {}, place, atMs: AT_MS });
    const codes = (await all(stage, at('a/1'), at('a/1'), at('a/2'), at('a/1'))).map(({ refused }) => refused?.code);
    expect(codes).toEqual([undefined, undefined, 'peer.replay', undefined]);
  });
});

describe('header texts', () => {
  lawTest.prop([fc.string({ unit: 'binary' })])('are printable ASCII, and decode to what they were', (text) => {
    const written = headerText(text);
    expect(written).toMatch(/^[\x20-\x7e]*$/);
    expect(decodeURIComponent(written)).toBe(text);
  });
});
