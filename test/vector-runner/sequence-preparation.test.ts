import { expect, test } from 'vitest';
import { preparationsOf } from './src/sequence-preparation.ts';

const URN = 'urn:uuid:aa8ff6bd-67e8-4ce3-a37c-2c19e84b71fb';

test.each([
  [undefined, []],
  ['cancel', [{ action: 'cancel', identifier: undefined }]],
  [`cancel ${URN}`, [{ action: 'cancel', identifier: URN }]],
  [`cancel:${URN}`, [{ action: 'cancel', identifier: URN }]],
  [`Cancel: ${URN}`, [{ action: 'cancel', identifier: URN }]],
  [`cancel-context:${URN}`, [{ action: 'cancel', identifier: URN }]],
  ['cancel:http://example.org/contexts/7', [{ action: 'cancel', identifier: 'http://example.org/contexts/7' }]],
  [
    [`cancel:${URN}`, 'restart'],
    [{ action: 'cancel', identifier: URN }, { action: 'restart' }],
  ],
  ['cancel-context', [{ action: 'cancel', identifier: undefined }]],
  [{ action: 'cancel', identifier: URN }, [{ action: 'cancel', identifier: URN }]],
  [{ cancel: URN }, [{ action: 'cancel', identifier: URN }]],
  [{ action: 'cancel' }, [{ action: 'cancel', identifier: undefined }]],
  [
    ['restart', 'cancel'],
    [{ action: 'restart' }, { action: 'cancel', identifier: undefined }],
  ],
  ['dance', [{ action: 'unknown', text: 'dance' }]],
  [7, [{ action: 'unknown', text: '7' }]],
])('%j', (before, preparations) => {
  expect(preparationsOf(before)).toEqual(preparations);
});
