import { fileURLToPath } from 'node:url';
import { createPool } from '@parley/engine';
import { expect, test } from 'vitest';
import { workerFile } from '../../../packages/engine/src/pool/worker/file.ts';
import { SampleResolver, STRICT } from './sample-messages.ts';

const OWN = workerFile(undefined);

test.each([OWN, new URL(OWN), fileURLToPath(OWN)])('%s is a worker', (given) => {
  expect(workerFile(given)).toBe(OWN);
});

test.each(['https://example.org/worker.js', 'worker.js', '', new URL('data:text/javascript,1')])(
  '%s is no file',
  (workerUrl) => {
    expect(() => workerFile(workerUrl)).toThrow(
      expect.objectContaining({ code: 'caller.option-invalid', detail: { option: 'workerUrl', reason: 'no file' } }),
    );
  },
);

test('a worker that is not there is told of when the pool is made, and no thread is started', () => {
  const options = { policy: STRICT, contexts: new SampleResolver(), workerUrl: '/nowhere/worker.js' };
  expect(() => createPool({ ...options, workers: 2 })).toThrow(
    expect.objectContaining({
      code: 'caller.option-invalid',
      detail: expect.objectContaining({ option: 'workerUrl', path: '/nowhere/worker.js' }),
    }),
  );
  expect(() => createPool({ ...options, workers: 0 })).not.toThrow();
});
