/** `pnpm bench:flame`: what `open` and `seal` spend their time on, as pictures. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { contextSource } from '@parley/core';
import { open, Workspace } from '@parley/engine';
import type { BenchMessage } from '../corpus.ts';
import { BENCH_POLICY, must, sealedMessage, vectorMessages } from '../corpus.ts';
import { sealKernel } from '../kernels/seal.ts';
import { wholeNumber } from '../number-option.ts';
import { flameGraph } from './flame-graph.ts';
import { profiled } from './profiled.ts';

const HELP = `Usage: pnpm bench:flame [options]

Writes a flame graph of each of some calls, as SVG: by template and in full, signed and encrypted, and of seal.

  --out <folder>  where they go (default: docs/flames)
  --ms <n>        how long each is watched (default: 3000), after half as long uncounted
  --help          this text
`;

try {
  await main();
} catch (error) {
  console.error(`bench:flame: ${(error as Error).message}`);
  process.exitCode = 2;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: 'docs/flames' },
      ms: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const ms = wholeNumber('--ms', values.ms, 3000);
  mkdirSync(values.out, { recursive: true });
  for (const [name, title, run] of subjects()) {
    const file = path.join(values.out, `${name}.svg`);
    writeFileSync(file, flameGraph(title, await profiled(run, ms / 2, ms)));
    console.log(file);
  }
}

function subjects(): readonly (readonly [name: string, title: string, run: () => unknown])[] {
  const signed = vectorMessages().find(({ name }) => name === 'vector/signed-5k')!;
  const encrypted = sealedMessage('cbc', 5);
  const sealing = sealKernel(encrypted, encrypted.making!);
  return [
    ['open-signed', 'open, 5 KB signed, by template', opening(signed, 64)],
    ['open-signed-in-full', 'open, 5 KB signed, in full', opening(signed, 0)],
    ['open-cbc', 'open, 5 KB signed and encrypted with CBC, by template', opening(encrypted, 64)],
    ['open-cbc-in-full', 'open, 5 KB signed and encrypted with CBC, in full', opening(encrypted, 0)],
    ['seal-cbc', 'seal, 5 KB signed and encrypted with CBC', sealing.run],
  ];
}

function opening({ octets, context, atMs }: BenchMessage, templatesMax: number): () => unknown {
  const workspace = new Workspace({ templatesMax });
  const request = { atMs, policy: BENCH_POLICY, contexts: contextSource([context]), workspace, borrow: true };
  return () => must(open(octets, request));
}
