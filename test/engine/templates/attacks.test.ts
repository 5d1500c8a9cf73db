// Attacks on messages that are known again: templates are warmed with the original of each, under the same policy.
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { contextSource } from '@parley/core';
import { type OpenRequest, open, policyOf, Workspace } from '@parley/engine';
import { expect, test } from 'vitest';
import { instantField, recordOf, requiredText } from '../../vector-runner/src/json-record.ts';
import { strictPolicy } from '../../vector-runner/src/manifest-policy.ts';
import { changesOf, suiteContexts } from '../../vector-runner/src/message-vector.ts';
import { openSuite } from '../../vector-runner/src/suite-folder.ts';
import { EXTENT } from '../attacks/extent.ts';
import { type Keys, wrappings } from '../attacks/wrapping.ts';
import { NOW_MS, sampleContext, sampleEnvelope, sampleRequest, sealed } from '../support/sample.ts';

const whole = new Workspace({ templatesMax: 0 });

function expectAsWhole(message: Uint8Array, request: OpenRequest, name: string): void {
  const known = open(message, request);
  const full = open(message, { ...request, workspace: whole });
  if (!isDeepStrictEqual(known, full)) expect(known, name).toEqual(full);
}

test('T01 T02 T03 T04 T91: wrapped messages, with templates of what was wrapped', () => {
  const step = EXTENT === 'all' ? 1 : 23;
  for (const keys of ['direct', 'explicit', 'implied'] satisfies readonly Keys[]) {
    const policy = policyOf('strict', { layout: 'lax' });
    const workspace = new Workspace();
    const request = { atMs: NOW_MS, policy, contexts: contextSource([sampleContext()]), workspace };
    let base: Uint8Array | undefined;
    let count = 0;
    for (const wrapping of wrappings(keys)) {
      if (count++ % step !== 0) continue;
      if (wrapping.base !== base) {
        base = wrapping.base;
        const before = workspace.templates.opened;
        for (let time = 0; time < 3; time++) expect(open(base, request).ok).toBe(true);
        expect(workspace.templates.opened, keys).toBeGreaterThan(before);
      }
      expectAsWhole(wrapping.message, request, wrapping.name);
      expect(open(wrapping.message, request).ok).toBe(false);
    }
  }
}, 600_000);

test('T91: adversarial vectors, with templates of all messages of the suite that are good', () => {
  const suite = openSuite(fileURLToPath(new URL('../../vectors/wssc-adversarial/', import.meta.url)));
  const valid = openSuite(fileURLToPath(new URL('../../vectors/wssc-valid/', import.meta.url)));
  const validMessages = valid.vectors.map((entry) => valid.bytes(requiredText(recordOf(entry, 'vector'), 'file')));
  const policies = new Map<string, OpenRequest>();
  let warm = 0;
  for (const entry of suite.vectors) {
    const vector = recordOf(entry, 'vector');
    const changes = changesOf(suite, vector);
    const key = JSON.stringify(changes);
    let request = policies.get(key);
    if (request === undefined) {
      const workspace = new Workspace();
      const contexts = contextSource([...suiteContexts(suite, vector), ...suiteContexts(valid, vector)]);
      request = { atMs: instantField(vector, 'now') ?? NOW_MS, policy: strictPolicy(changes), contexts, workspace };
      policies.set(key, request);
      const adversarial = suite.vectors.map((other) => suite.bytes(requiredText(recordOf(other, 'vector'), 'file')));
      for (const message of [...validMessages, ...adversarial])
        for (let time = 0; time < 3; time++) open(message, { ...request, atMs: 'message' });
      warm += workspace.templates.learned;
    }
    const message = suite.bytes(requiredText(vector, 'file'));
    for (const atMs of [request.atMs, 'message'] as const)
      expectAsWhole(message, { ...request, atMs }, requiredText(vector, 'id'));
  }
  expect(warm).toBeGreaterThan(0);
});

test('T91: the message of one context sealed for another, with templates of both', () => {
  const contexts = [1, 2].map((number) =>
    sampleContext({ identifier: `urn:uuid:00000000-0000-4000-8000-00000000000${number}` }),
  );
  const workspace = new Workspace();
  const request = { atMs: NOW_MS, policy: policyOf(), contexts: contextSource(contexts), workspace };
  const [first, second] = contexts.map((context) => sealed(sampleEnvelope(), sampleRequest({ context }))) as [
    Uint8Array,
    Uint8Array,
  ];
  for (const message of [first, first, second, second]) expect(open(message, request).ok).toBe(true);
  expect(workspace.templates).toEqual({ opened: 2, learned: 1, sealed: 0 });
  const { identifier } = contexts[1]!;
  const renamed = new TextEncoder().encode(
    new TextDecoder().decode(first).replaceAll(contexts[0]!.identifier, identifier),
  );
  expectAsWhole(renamed, request, 'renamed');
});
