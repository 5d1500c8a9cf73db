import { contextSource } from '@parley/core';
import type { OpenedMessage, OpenRequest } from '@parley/engine';
import { open, Workspace } from '@parley/engine';
import type { BenchMessage } from '../corpus.ts';
import { BENCH_POLICY, must, withFreshNonces } from '../corpus.ts';
import type { SynchronousSubject } from '../measure.ts';
import { FLOOR } from './floor.ts';

// Enough that a key is forgotten before its message comes again, few enough to stay small.
const COLD_MESSAGES = 64;
const COLD_BYTES = 2_000_000;

/** `open` as a worker calls it, its derived keys known from messages before. */
export function openKernel(message: BenchMessage): SynchronousSubject {
  const { octets } = message;
  const request = requestFor(message);
  const run = (): OpenedMessage => must(open(octets, request));
  return { name: 'open, known key', message: message.name, bytes: octets.length, against: FLOOR, run };
}

/** `open` of messages whose keys nobody has derived yet: a fresh nonce in each. */
export function openColdKernel(message: BenchMessage): SynchronousSubject {
  const count = Math.max(8, Math.min(COLD_MESSAGES, Math.floor(COLD_BYTES / message.octets.length)));
  const messages = withFreshNonces(message, count);
  const request = requestFor(message);
  let next = 0;
  const run = (): OpenedMessage => {
    if (next === count) {
      next = 0;
      request.workspace.keys.clear(); // costs what a full cache costs: one key wiped per message
    }
    return must(open(messages[next++]!, request));
  };
  return { name: 'open, new key', message: message.name, bytes: message.octets.length, against: FLOOR, run };
}

function requestFor({ context, atMs }: BenchMessage): OpenRequest & { readonly workspace: Workspace } {
  const contexts = contextSource([context]);
  return { atMs, policy: BENCH_POLICY, contexts, workspace: new Workspace(), borrow: true };
}
