/** What the fuzzers found to take the longest for its size (test/vectors/fuzz), set against a message of ours. */
import { readdirSync, readFileSync } from 'node:fs';
import { Tape } from '@parley/codec';
import { canonicaliseDocument, OctetSink, scan } from '@parley/codec/internal';
import { contextSource, DEFAULT_LIMITS } from '@parley/core';
import { open, Workspace } from '@parley/engine';
import { BENCH_POLICY } from '../corpus.ts';
import type { SynchronousSubject } from '../measure.ts';

const FOLDER = new URL('../../../test/vectors/fuzz/', import.meta.url);

type Run = (input: Uint8Array) => unknown;

/** By the fuzzer's target. */
const RUNS: Readonly<Record<string, () => Run>> = {
  scanner: () => {
    const tape = new Tape();
    return (input) => refused(() => scan(input, DEFAULT_LIMITS, tape));
  },
  canonicalisation: () => {
    const tape = new Tape();
    const sink = new OctetSink();
    return (input) =>
      refused(() => {
        scan(input, DEFAULT_LIMITS, tape);
        sink.reset();
        canonicaliseDocument(tape, sink);
      });
  },
  messages: () => {
    const request = { atMs: 0, policy: BENCH_POLICY, contexts: contextSource([]), workspace: new Workspace() };
    return (input) => open(input, request);
  },
};

/** One subject for each such input of a target that has a kernel. */
export function slowKernels(): readonly SynchronousSubject[] {
  const names = readdirSync(FOLDER).filter((name) => name.startsWith('slow-'));
  return names.flatMap((name) => {
    const { target, input } = JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Slowest;
    const run = RUNS[target]?.();
    if (run === undefined) return [];
    const octets = new Uint8Array(Buffer.from(input, 'base64'));
    return [{ name: `slowest of ${target}`, message: name, bytes: octets.length, run: () => run(octets) }];
  });
}

interface Slowest {
  readonly target: string;
  /** Base64. */
  readonly input: string;
}

/** Most are refused, and cost what they cost until then. */
function refused(action: () => void): void {
  try {
    action();
  } catch {
    // It is what it takes that is measured.
  }
}
