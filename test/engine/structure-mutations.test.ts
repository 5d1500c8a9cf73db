// Every element and attribute of valid messages taken out, doubled or swapped with its neighbour: refused, or nothing that
// counts has changed.
import { readFileSync } from 'node:fs';
import { type Patch, scan, splice, Tape } from '@parley/codec';
import { contextSource, Secret, type SecurityContext } from '@parley/core';
import { type OpenedMessage, open, policyOf, Workspace } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { A, ATTRIBUTE_WORDS, E, ELEMENT_WORDS } from '../../packages/codec/src/tape.ts';
import { text } from './support/sample.ts';

const SUITE = new URL('../vectors/wssc-valid/', import.meta.url);
interface Vector {
  readonly id: string;
  readonly file: string;
  readonly now: string;
}
const { vectors } = JSON.parse(readFileSync(new URL('manifest.json', SUITE), 'utf8')) as { vectors: readonly Vector[] };
const contexts = contextSource(
  (JSON.parse(readFileSync(new URL('contexts.json', SUITE), 'utf8')) as Record<string, string>[]).map(contextOf),
);
const policy = policyOf('strict', { requiredHeaders: ['Action', 'MessageID', 'To'] });
const workspace = new Workspace();
const NOTHING = new Uint8Array(0);

describe.each(['v0', 'wss4j-m', ''])('messages called %s…', (prefix) => {
  const chosen = vectors.filter(({ id }) => groupOf(id) === prefix);
  test('say the same or nothing at all', () => {
    expect(chosen.length).toBeGreaterThan(2);
    for (const { id, file, now } of chosen) {
      const message = new Uint8Array(readFileSync(new URL(file, SUITE)));
      const request = { atMs: Date.parse(now), policy, contexts, workspace };
      const original = open(message, request);
      if (!original.ok) throw new Error(`${id}: ${original.code}`);
      const expected = meaning(original.value);
      for (const [change, patches] of changes(message)) {
        const reply = open(splice(message, patches), request);
        if (reply.ok ? meaning(reply.value) !== expected : !reply.code.startsWith('peer.')) {
          throw new Error(`${id}, ${change}: ${reply.ok ? 'another meaning' : reply.code}`);
        }
      }
    }
  });
});

function groupOf(id: string): string {
  return ['v0', 'wss4j-m'].find((prefix) => new RegExp(`^${prefix}\\d`).test(id)) ?? '';
}

function* changes(message: Uint8Array): Generator<readonly [change: string, patches: readonly Patch[]]> {
  const tape = new Tape();
  scan(message, policy.limits, tape);
  const word = (element: number, offset: number): number => tape.elements[element * ELEMENT_WORDS + offset] as number;
  for (let element = 1; element < tape.elementCount; element++) {
    const start = word(element, E.start);
    const end = word(element, E.end);
    const own = message.subarray(start, end);
    yield [`without element ${element}`, [{ start, end, with: NOTHING }]];
    yield [`element ${element} twice`, [{ start: end, end, with: own }]];
    const next = word(element, E.next);
    if (next >= tape.elementCount || word(next, E.parent) !== word(element, E.parent)) continue;
    const other = { start: word(next, E.start), end: word(next, E.end) };
    const swapped = [
      { start, end, with: message.subarray(other.start, other.end) },
      { ...other, with: own },
    ];
    yield [`element ${element} after the next`, swapped];
  }
  for (let attribute = 0; attribute < tape.attributeCount; attribute++) {
    const start = tape.attributes[attribute * ATTRIBUTE_WORDS + A.name] as number;
    const end = (tape.attributes[attribute * ATTRIBUTE_WORDS + A.valueEnd] as number) + 1;
    yield [`without attribute ${attribute}`, [{ start, end, with: NOTHING }]];
  }
}

function meaning(value: OpenedMessage): string {
  const parts = value.signed.map((part) => [part.role, part.namespace, part.localName, text(part.bytes)]);
  const { identifier, instance, action, messageId, to, createdAtMs, expiresAtMs } = value;
  return JSON.stringify([
    parts,
    text(value.body),
    identifier,
    instance,
    action,
    messageId,
    to,
    createdAtMs,
    expiresAtMs,
  ]);
}

function contextOf(entry: Record<string, string>): SecurityContext {
  const expiresAtMs = Date.parse(entry['expires'] as string);
  const secret = Secret.copyOf(Buffer.from(entry['secret'] as string, 'base64'));
  return {
    identifier: entry['identifier'] as string,
    version: entry['wscNamespace']?.includes('200512') === true ? '200512' : '200502',
    suite: 'Basic256',
    keys: [{ instance: entry['instance'], secret, createdAtMs: 0, expiresAtMs }],
    createdAtMs: 0,
    expiresAtMs,
    cancelledAtMs: undefined,
    principal: undefined,
  };
}
