// A source of randomness that has yet to fill has left zeros, and `seal` waits for nothing.
import { type SealRequest, seal, Workspace } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { sampleContext, sampleEnvelope, sampleRandom, sampleRequest } from '../support/sample.ts';
import { certificateRequest, sampleKey } from '../support/sample-keys.ts';

type FillRandom = SealRequest['fillRandom'];

const context = sampleContext();
const fill = sampleRandom();
const bob = sampleKey('bob', 'rsa');
const PROMISING: readonly (readonly [name: string, fillRandom: FillRandom])[] = [
  ['fills later', (out) => Promise.resolve().then(() => fill(out))],
  ['fills, and promises', async (out) => fill(out)],
  ['breaks its promise', async () => Promise.reject(new Error('out of order'))],
];

describe.each(PROMISING)('T90: one that %s', (_, fillRandom) => {
  const refused = { ok: false, code: 'caller.option-invalid', detail: { option: 'fillRandom()' } };

  test.each<[string, SealRequest]>([
    ['a derived key', sampleRequest({ context })],
    ['a Body encrypted', sampleRequest({ context, encrypt: 'body-and-signature' })],
  ])('for %s', (_what, request) => {
    expect(seal(sampleEnvelope(), { ...request, fillRandom })).toMatchObject(refused);
  });

  test('for a session key', () => {
    const recipient = { certificate: bob.certificate, reference: 'thumbprint' } as const;
    const request = certificateRequest({ encrypt: 'body', recipient, fillRandom });
    expect(seal(sampleEnvelope(), request)).toMatchObject(refused);
  });

  test('where a template is at hand', () => {
    const workspace = new Workspace();
    for (let time = 0; time < 3; time++)
      expect(seal(sampleEnvelope(), sampleRequest({ context, workspace })).ok).toBe(true);
    expect(workspace.templates.sealed).toBe(1);
    expect(seal(sampleEnvelope(), sampleRequest({ context, workspace, fillRandom }))).toMatchObject(refused);
  });
});

test('what it answers otherwise does not matter', () => {
  const answering = (out: Uint8Array): Uint8Array => crypto.getRandomValues(out);
  expect(seal(sampleEnvelope(), sampleRequest({ fillRandom: answering }))).toMatchObject({ ok: true });
});
