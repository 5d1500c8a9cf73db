// The law under everything: a flipped bit in a protected part is refused, wherever it is.
import { contextSource } from '@parley/core';
import { type OpenedMessage, open, policyOf, Workspace } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { NOW_MS, sampleContext, sampleEnvelope, sampleRequest, sealed, text } from './support/sample.ts';

const context = sampleContext();
const workspace = new Workspace();
const request = { atMs: NOW_MS, policy: policyOf(), contexts: contextSource([context]), workspace };

const messages: ReadonlyArray<readonly [name: string, message: Uint8Array]> = [
  ['signed, explicit key', sealed(sampleEnvelope(), sampleRequest())],
  ['signed, then encrypted with CBC', sealed(sampleEnvelope(), sampleRequest({ encrypt: 'body' }))],
  [
    'signed, then encrypted with GCM, signature too',
    sealed(
      sampleEnvelope(),
      sampleRequest({ encrypt: 'body-and-signature', suite: 'Basic256GCMSha256', keys: 'implied', token: 'external' }),
    ),
  ],
];

describe.each(messages)('%s', (_name, message) => {
  test('every bit of every octet: refused, or nothing that counts has changed', () => {
    const original = open(message, request);
    if (!original.ok) throw new Error(original.code);
    let harmless = 0;
    for (let offset = 0; offset < message.length; offset++) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = message.slice();
        flipped[offset] = (flipped[offset] as number) ^ (1 << bit);
        const reply = open(flipped, request);
        if (!reply.ok) {
          if (!reply.code.startsWith('peer.'))
            throw new Error(`${reply.code} ${JSON.stringify(reply.detail)} at ${offset}.${bit}`);
          continue;
        }
        harmless++;
        // What is accepted hands over exactly what was signed.
        if (meaning(reply.value) !== meaning(original.value)) throw new Error(`another meaning at ${offset}.${bit}`);
      }
    }
    // Prefixes, Ids of tokens, white space between attributes: a few of several thousand positions.
    expect(harmless).toBeLessThan(message.length * 8 * 0.05);
  }, 300_000);
});

function meaning(value: OpenedMessage): string {
  const parts = value.signed.map((part) => `${part.role} ${part.namespace} ${part.localName} ${text(part.bytes)}`);
  return JSON.stringify([
    parts,
    text(value.body),
    value.identifier,
    value.instance,
    value.action,
    value.messageId,
    value.to,
    value.createdAtMs,
    value.expiresAtMs,
  ]);
}
