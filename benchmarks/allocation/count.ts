/**
 * Counts what scanning and canonicalising allocates; started by allocation.ts with `--expose-gc` and the number of
 * messages, answers with JSON. Tape and sink are kept, as a worker keeps them.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { Tape } from '@parley/codec';
import { canonicalise, OctetSink, scan } from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';
import { spreadOf } from '../measure.ts';
import type { AllocationMeasurement } from './allocation.ts';
import type { AllocatingMessage } from './messages.ts';
import { allocatingMessages } from './messages.ts';

const WARM_UP_MESSAGES = 4000;
/** Messages between two looks at the heap: too few to fill the young generation, so mostly nothing is collected. */
const BATCH_MESSAGES = 20;

const collectGarbage = (globalThis as { gc?: () => void }).gc!;

const messages = Number(process.argv[2]);
const measurements: AllocationMeasurement[] = [];
for (const message of allocatingMessages()) measurements.push(await count(message));
console.log(JSON.stringify(measurements));

async function count({ form, elements, octets }: AllocatingMessage): Promise<AllocationMeasurement> {
  const tape = new Tape();
  const sink = new OctetSink();
  const handle = (): void => {
    scan(octets, DEFAULT_LIMITS, tape);
    sink.reset();
    canonicalise(tape, 0, sink);
  };
  for (let warmUp = 0; warmUp < WARM_UP_MESSAGES; warmUp++) handle();
  collectGarbage();
  await setImmediate();
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  });
  observer.observe({ entryTypes: ['gc'] });
  const buffersBefore = process.memoryUsage().arrayBuffers;
  const perMessage: number[] = [];
  for (let done = 0; done < messages; done += BATCH_MESSAGES) {
    // Looking allocates too: the second look, with nothing done since the first, tells how much.
    const looked = usedOctets();
    const before = usedOctets();
    for (let index = 0; index < BATCH_MESSAGES; index++) handle();
    perMessage.push((usedOctets() - before - (before - looked)) / BATCH_MESSAGES);
  }
  const bufferOctets = process.memoryUsage().arrayBuffers - buffersBefore;
  await setImmediate();
  await setImmediate();
  observer.disconnect();
  const { median } = spreadOf(perMessage);
  return { form, elements, bytes: octets.length, messages, heapBytesPerMessage: median, collections, bufferOctets };
}

function usedOctets(): number {
  return getHeapStatistics().used_heap_size;
}
