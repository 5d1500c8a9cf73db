/** One key for both uses, for peers without derived keys: only where both sides say so. */
import { policyOf } from '@parley/engine';
import { expect, test } from 'vitest';
import { openedBy, sampleContext, sampleEnvelope, sampleRequest, sampleSecret, sealed } from '../support/sample.ts';

const BOTH = { keys: 'direct', encrypt: 'body-and-signature', oneKeyForBoth: true } as const;
const context = sampleContext();

test.each(['sign-then-encrypt', 'encrypt-then-sign'] as const)('%s: sealed and opened by who says so', (order) => {
  const message = sealed(sampleEnvelope(), sampleRequest({ ...BOTH, context, order }));
  const policy = policyOf('cxf', { requireSeparateKeys: false, requireEncryptedBody: true });
  expect(openedBy(message, context, policy)).toMatchObject({ ok: true });
  for (const strict of [policyOf('strict'), policyOf('cxf')])
    expect(openedBy(message, context, strict)).toMatchObject({ ok: false, code: 'peer.key-usage' });
});

test('never by default, nor with a secret of another length', () => {
  const { oneKeyForBoth: _, ...silent } = BOTH;
  const short = sampleContext({ keys: context.keys.map((key) => ({ ...key, secret: sampleSecret(0, 16) })) });
  for (const request of [sampleRequest({ ...silent, context }), sampleRequest({ ...BOTH, context: short })])
    expect(() => sealed(sampleEnvelope(), request)).toThrow(/option-invalid/);
});

test('without encryption it says nothing', () => {
  const message = sealed(sampleEnvelope(), sampleRequest({ ...BOTH, context, encrypt: 'none' }));
  expect(openedBy(message, context)).toMatchObject({ ok: true });
});
