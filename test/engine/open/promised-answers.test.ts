// `open` waits for nothing: a callback that answers with a promise has not said yes.
import { contextSource } from '@parley/core';
import { open, policyOf } from '@parley/engine';
import { expect, test } from 'vitest';
import { NOW_MS, sampleContext, sampleEnvelope, sampleRequest, sealed } from '../support/sample.ts';

test('T57: a replay memory that promises has not remembered', () => {
  const context = sampleContext();
  const message = sealed(sampleEnvelope(), sampleRequest({ context }));
  const opened = (insertIfAbsent: () => boolean) =>
    open(message, {
      atMs: NOW_MS,
      policy: policyOf('strict'),
      contexts: contextSource([context]),
      replays: { insertIfAbsent },
    });
  expect(opened(() => true)).toMatchObject({ ok: true });
  const promising = async (): Promise<boolean> => true;
  expect(opened(promising as unknown as () => boolean)).toMatchObject({ ok: false, code: 'caller.option-invalid' });
});
