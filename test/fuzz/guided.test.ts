import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Fault } from '@parley/core';
import { expect, test } from 'vitest';
import { runFuzzer } from './run-fuzzer.ts';
import { Random } from './src/documents/random.ts';
import { ALL_TARGETS } from './src/guided/all-targets.ts';
import { kindOf } from './src/guided/fuzz-target.ts';
import { Mutator } from './src/guided/mutator.ts';
import { Violation } from './src/guided/target.ts';

test('a short run over every target finds nothing', { timeout: 180_000 }, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'parley-fuzz-'));
  const corpus = path.join(folder, 'corpus');
  const { status, output } = await runFuzzer('guided', [
    ...['--executions', '6000', '--seed', '1', '--findings', path.join(folder, 'findings'), '--corpus', corpus],
  ]);
  expect(output).toMatch(/\n0 findings\n$/u);
  expect(status, output).toBe(0);
  for (const { name } of ALL_TARGETS) expect(output).toMatch(new RegExp(`^${name}: [1-9]\\d* executions`, 'mu'));
  // Coverage leads somewhere: inputs that reached new code were kept.
  expect(readdirSync(path.join(corpus, 'scanner')).length).toBeGreaterThan(5);
});

test('an unknown target is a usage error', async () => {
  expect((await runFuzzer('guided', ['--target', 'nothing'])).status).toBe(2);
});

test('what is a finding', () => {
  const target = ALL_TARGETS[0]!;
  expect(target.answers).toBe('peer.');
  expect(kindOf(new Fault('peer.xml-malformed'), target)).toBeUndefined();
  expect(kindOf(new Fault('internal.invariant'), target)).toBe('fault internal.invariant');
  expect(kindOf(new Fault('caller.option-invalid'), target)).toBe('fault caller.option-invalid');
  expect(kindOf(new RangeError('offset 17 is outside'), target)).toBe('thrown RangeError: offset N is outside');
  expect(kindOf(new Violation('slices', 'they differ'), target)).toBe('slices');
});

test.each(ALL_TARGETS.map((target) => [target.name, target] as const))(
  'the seeds of %s show nothing',
  async (_, target) => {
    expect(target.seeds.length).toBeGreaterThan(2);
    for (const seed of target.seeds) {
      expect(seed.length).toBeLessThanOrEqual(target.inputBytesMax);
      try {
        await target.run(seed);
        target.secondOpinion?.(seed);
      } catch (error) {
        expect(kindOf(error, target)).toBeUndefined();
      }
    }
  },
);

test('the shares are thousandths', () => {
  expect(ALL_TARGETS.reduce((sum, { share }) => sum + share, 0)).toBe(1000);
});

test('mutations depend on the seed and keep to the length', () => {
  const parent = new TextEncoder().encode('<a b="12"><c>text</c></a>');
  const other = new TextEncoder().encode('<d><e f="g">h</e></d>');
  const inputs = (seed: number): string[] => {
    const mutator = new Mutator(new Random(seed), ['&amp;', '<![CDATA['], 40);
    const out = new Uint8Array(50);
    return Array.from({ length: 2_000 }, () => {
      const length = mutator.write(parent, other, out, 7);
      expect(length).toBeLessThanOrEqual(40);
      return Buffer.from(out.subarray(7, 7 + length)).toString('latin1');
    });
  };
  expect(inputs(1)).toEqual(inputs(1));
  expect(inputs(1)).not.toEqual(inputs(2));
  expect(new Set(inputs(1)).size).toBeGreaterThan(1_500);
  expect(new TextDecoder().decode(parent)).toBe('<a b="12"><c>text</c></a>');
});
