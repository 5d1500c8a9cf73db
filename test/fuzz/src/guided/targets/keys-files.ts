/** Keys files: contexts with keys, or one code; and no fault says what a key is. */
import { readFileSync } from 'node:fs';
import { Fault } from '@parley/core';
import { parseKeys } from '@parley/log';
import type { Target } from '../target.ts';
import { demand } from '../target.ts';

const SECRET = 'NN0s3++TKS/lzPNIcTCZ1Q==';
const CONTEXTS = new URL('../../../../vectors/wssc-valid/contexts.json', import.meta.url);
const encoder = new TextEncoder();
const entries = JSON.parse(readFileSync(CONTEXTS, 'utf8')) as readonly object[];

export const KEYS_FILES: Target = {
  name: 'keys-files',
  share: 20,
  inputBytesMax: 600,
  seeds: [
    JSON.stringify(entries.slice(0, 1)),
    JSON.stringify({ contexts: entries.slice(1, 2) }),
    JSON.stringify(
      [1, 2].map((instance) => ({ identifier: 'a', instance: `${instance}`, secret: SECRET, suite: 'Basic128' })),
    ),
  ].map((text) => encoder.encode(text)),
  dictionary: [
    ...['identifier', 'instance', 'secret', 'suite', 'version', 'created', 'expires', 'cancelled', 'principal'],
    ...[
      '200512',
      '200502',
      'Basic256Sha256',
      '__proto__',
      'null',
      '{}',
      '[]',
      '\\u0000',
      SECRET,
      '2026-01-15T12:00:00Z',
    ],
  ],
  answers: 'caller.',
  run,
};

function run(input: Uint8Array): void {
  try {
    for (const { identifier, keys } of parseKeys(input)) {
      demand(identifier !== '' && keys.length > 0, 'no-key', () => identifier);
      for (const { secret } of keys) demand(secret.lengthBytes > 0, 'empty-key', () => identifier);
    }
  } catch (error) {
    // A field that is not known is called by its name, whatever that is.
    const isTold = error instanceof Fault && error.detail['reason'] !== 'unknown';
    const says = isTold ? JSON.stringify([error.message, error.detail]) : '';
    demand(!says.includes(SECRET), 'secret-in-fault', () => says.replaceAll(SECRET, '…'));
    throw error;
  }
}
