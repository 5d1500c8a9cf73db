import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parley, temporaryDirectory, VECTORS } from './run-parley.ts';

const directory = temporaryDirectory();

function keys(name: string, identifier: string, secret: string): string {
  const path = directory.join(name);
  writeFileSync(path, JSON.stringify({ contexts: [{ identifier, instance: null, secret, suite: 'Basic256' }] }));
  return path;
}

async function verified(...words: string[]): Promise<unknown> {
  return JSON.parse((await parley(['verify', ...words, '--json', '--workers', '0'])).stdout);
}

describe('what other stacks recorded', () => {
  test('WCF: the application request and the cancel request of a session over TLS', async () => {
    const folder = join(VECTORS, 'wcf', 'corewcf-designdoc');
    const { identifier, sessionKey } = JSON.parse(readFileSync(join(folder, 'vector.json'), 'utf8')) as {
      identifier: string;
      sessionKey: string;
    };
    const file = keys('wcf.json', identifier, sessionKey);
    const messages = ['03-app-request.min.xml', '05-cancel-request.min.xml'].map((name) => join(folder, name));
    expect(await verified(...messages, '--keys', file, '--profile', 'wcf-mixed')).toMatchObject({
      messages: 2,
      valid: 2,
    });
    expect(await verified(...messages, '--keys', file)).toMatchObject({
      messages: 2,
      valid: 0,
      refused: { 'peer.coverage-missing': 2 },
    });
  });

  test('the golden message of the protocol reference', async () => {
    const message = join(VECTORS, 'protocol', 'golden-v23.xml');
    const secret = Buffer.from(Uint8Array.from({ length: 32 }, (_, index) => index)).toString('base64');
    const file = keys('golden.json', 'urn:uuid:00000000-0000-4000-8000-000000000001', secret);
    expect(await verified(message, '--keys', file)).toMatchObject({ messages: 1, valid: 1 });
  });
});
