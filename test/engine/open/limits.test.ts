// Ceilings of what takes more than a count: cost, labels, offsets. Each limit by itself: attacks/limit-walls.test.ts.
import type { Limits } from '@parley/core';
import { contextSource, deriveKey, Secret } from '@parley/core';
import { MacKey, macAlgorithm } from '@parley/core/internal';
import { open, policyOf } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import {
  NOW_MS,
  replaced,
  sampleContext,
  sampleEnvelope,
  sampleRequest,
  sampleSecret,
  sealed,
  text,
} from '../support/sample.ts';

const signedMessage = sealed(sampleEnvelope(), sampleRequest());

function codeWith(message: Uint8Array, limits: Partial<Limits>): string {
  const reply = open(message, {
    atMs: NOW_MS,
    policy: policyOf('strict', { limits }),
    contexts: contextSource([sampleContext()]),
  });
  return reply.ok ? 'ok' : reply.code;
}

test('T28: canonical octets are counted against the size of the message, with room for small ones', () => {
  const large = sealed(sampleEnvelope(`<x>${'y'.repeat(80_000)}</x>`), sampleRequest());
  expect(codeWith(large, { canonicalFactorMax: 1 })).toBe('ok');
  expect(codeWith(large, { canonicalFactorMax: 0 })).toBe('peer.limit-cost');
  expect(codeWith(signedMessage, { canonicalFactorMax: 0 })).toBe('ok');
});

test('a SignedInfo that repeats a long namespace is refused before its MAC is made', () => {
  const repeated = ['DigestMethod ', 'Transform '].reduce(
    (text, name) => text.replaceAll(`<ds:${name}`, `<ds:${name}p:a="" `),
    new TextDecoder().decode(signedMessage),
  );
  const declared = (lengthBytes: number): Uint8Array =>
    new TextEncoder().encode(repeated.replace('<s:Envelope', `<s:Envelope xmlns:p="urn:${'p'.repeat(lengthBytes)}"`));
  expect(codeWith(declared(100), {})).toBe('peer.signature-invalid');
  expect(codeWith(declared(60_000), {})).toBe('peer.limit-cost');
});

describe('label and offset', () => {
  const rows: ReadonlyArray<readonly [written: string, limits: Partial<Limits>, code: string]> = [
    ['<c:Label>four</c:Label>', { labelBytesMax: 4 }, 'ok'],
    ['<c:Label>fours</c:Label>', { labelBytesMax: 4 }, 'peer.dk-limit'],
    ['<c:Label></c:Label>', { labelBytesMax: 0 }, 'ok'],
    ['<c:Label>f&#111;ur</c:Label>', {}, 'ok'],
    ['<c:Offset>40</c:Offset>', { derivedKeyOffsetMax: 40 }, 'ok'],
    ['<c:Offset>41</c:Offset>', { derivedKeyOffsetMax: 40 }, 'peer.dk-limit'],
    ['<c:Generation>2</c:Generation>', { derivedKeyOffsetMax: 48 }, 'ok'],
    ['<c:Generation>2</c:Generation>', { derivedKeyOffsetMax: 47 }, 'peer.dk-limit'],
    ['<c:Generation>99999999999999999999</c:Generation>', {}, 'peer.dk-limit'],
  ];
  test.each(rows)('%s with %j: %s', (written, limits, code) => {
    expect(codeWith(resigned(written), limits)).toBe(code);
  });
});

/** The signed message with another derivation, and the MAC that its key makes. */
function resigned(written: string): Uint8Array {
  const isLabel = written.startsWith('<c:Label>');
  const from = isLabel ? '<c:Nonce>' : '<c:Offset>0</c:Offset>';
  const message = replaced(signedMessage, from, isLabel ? `${written}<c:Nonce>` : written);
  const label = isLabel ? written.slice(9, -10).replace('&#111;', 'o') || undefined : undefined;
  const number = Math.min(Number(/\d+(?=<)/.exec(isLabel ? '0<' : written)?.[0]), 1000);
  const offsetBytes = written.startsWith('<c:Generation>') ? number * 24 : number;
  const nonce = Buffer.from(/<c:Nonce>([^<]+)</.exec(text(message))?.[1] as string, 'base64');
  const key = Secret.filledBy(24, (out) =>
    sampleSecret().lend((secret) => deriveKey(secret, { label, nonce, offsetBytes }, out)),
  );
  const content = /<ds:SignedInfo>(.*)<\/ds:SignedInfo>/s.exec(text(message))?.[1] as string;
  const canonical = `<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${content}</ds:SignedInfo>`;
  const mac = key.lend((bytes) =>
    new MacKey(macAlgorithm('hmac-sha256'), bytes).sign(new TextEncoder().encode(canonical)),
  );
  const value = `<ds:SignatureValue>${Buffer.from(mac).toString('base64')}<`;
  return new TextEncoder().encode(text(message).replace(/<ds:SignatureValue>[^<]+</, value));
}
