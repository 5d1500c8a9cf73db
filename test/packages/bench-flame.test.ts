// A flame graph says of each call what share of the time it took, and is XML whatever functions are called.

import { Tape } from '@parley/codec';
import { scan } from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';
import { expect, test } from 'vitest';
import { flameGraph } from '../../benchmarks/dist/flame/flame-graph.js';
import type { ProfileNode } from '../../benchmarks/dist/flame/profiled.js';
import { frameOf, profiled } from '../../benchmarks/dist/flame/profiled.js';

const node = (id: number, functionName: string, hitCount: number, children: number[] = [], url = ''): ProfileNode => ({
  id,
  callFrame: { functionName, url },
  hitCount,
  children,
});

const OURS = 'file:///x/packages/engine/dist/open.js';
const NODES = [
  node(1, '(root)', 5, [2, 3, 4, 7]),
  node(2, 'open', 10, [5], OURS),
  // The same function from the same place, compiled anew.
  node(3, 'open', 20, [6], OURS),
  node(4, '(idle)', 1000),
  node(5, '<a & "b">', 30, [], 'wasm://wasm/1'),
  node(6, '<a & "b">', 40, [], 'wasm://wasm/1'),
  node(7, '(garbage collector)', 100),
];

test('calls from one place are one frame, and what is no work is left out', () => {
  const root = frameOf(NODES);
  expect(root.samples).toBe(200);
  expect(root.callees.map(({ name, samples, origin }) => [name, samples, origin])).toEqual([
    ['open', 100, 'parley'],
    ['(garbage collector)', 100, 'collector'],
  ]);
  expect(root.callees[0]?.callees).toEqual([{ name: '<a & "b">', samples: 70, origin: 'wasm', callees: [] }]);
});

test('the picture is well-formed, and its boxes are as wide as their shares', () => {
  const picture = flameGraph('<title>', frameOf(NODES));
  scan(new TextEncoder().encode(picture), DEFAULT_LIMITS, new Tape());
  expect(picture).toContain('&lt;a &amp; &quot;b&quot;&gt;: 35.0 %');
  const widths = [...picture.matchAll(/<rect x="[^"]*" y="[^"]*" width="([\d.]+)"[^>]*stroke/g)].map(([, width]) =>
    Number(width),
  );
  expect(widths).toEqual([1200, 600, 420, 600]);
});

test('what a program does is seen', async () => {
  const busy = (): number => {
    let sum = 0;
    for (let index = 0; index < 50_000; index++) sum += Math.sqrt(index);
    return sum;
  };
  const root = await profiled(busy, 50, 300);
  const names = (frame: typeof root): string[] => [frame.name, ...frame.callees.flatMap(names)];
  expect(root.samples).toBeGreaterThan(0);
  expect(names(root)).toContain('busy');
});
