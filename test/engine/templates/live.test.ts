// What live peers sent under one context, in the order in which they did: at the second message of a shape a template is made, and all that come
// then are opened by it.
import { readFileSync } from 'node:fs';
import type { SuiteName, Version } from '@parley/core';
import { contextSource, Secret } from '@parley/core';
import { open, policyOf, Workspace } from '@parley/engine';
import { expect, test } from 'vitest';
import { sampleContext } from '../support/sample.ts';

interface Recorded {
  readonly context: {
    readonly identifier: string;
    readonly version: Version;
    readonly suite: SuiteName;
    readonly secret: string;
  };
  readonly judgedAt: string;
  readonly messages: readonly string[];
}

// `.` opened in full, `L` so that a template was made, `T` by a template; each line is all messages once.
test.each([
  { peer: 'cxf', profile: 'cxf', rounds: ['..LL', 'TTTT', 'TTTT'] },
  { peer: 'wcf', profile: 'wcf-message', rounds: ['..LLTT..', 'TTTTTTLL', 'TTTTTTTT'] },
] as const)('messages of a live $peer are known again', ({ peer, profile, rounds }) => {
  const url = new URL(`../../../benchmarks/messages/live/${peer}.json`, import.meta.url);
  const { context: recorded, judgedAt, messages } = JSON.parse(readFileSync(url, 'utf8')) as Recorded;
  const { identifier, version, suite, secret } = recorded;
  const atMs = Date.parse(judgedAt);
  const span = { createdAtMs: atMs - 1, expiresAtMs: atMs + 1000 };
  const keys = [{ instance: undefined, secret: Secret.copyOf(Buffer.from(secret, 'base64')), ...span }];
  const contexts = contextSource([sampleContext({ identifier, version, suite, keys, ...span })]);
  const workspace = new Workspace();
  const policy = policyOf(profile);
  const seen = rounds.map(() =>
    messages.map((text) => {
      const { opened, learned } = { ...workspace.templates };
      const reply = open(new TextEncoder().encode(text), { atMs, policy, contexts, workspace });
      if (!reply.ok) return reply.code;
      if (workspace.templates.opened > opened) return 'T';
      return workspace.templates.learned > learned ? 'L' : '.';
    }),
  );
  expect(seen.map((marks) => marks.join(''))).toEqual(rounds);
});
