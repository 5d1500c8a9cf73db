// What an archive needs is away for a while, at any step: it is waited for, and the octets are those of a run where nothing was.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type ArchiveEvent,
  type ArchiveOptions,
  fileSegments,
  folderObjects,
  type SegmentSource,
  type Unit,
  verifyArchive,
  type WorkQueue,
} from '@parley/archive';
import { contextSource, Fault } from '@parley/core';
import { afterAll, expect, test } from 'vitest';
import { objectsOf, writeArchive } from './archive-fixture.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'parley-archive-outage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const archive = writeArchive(path.join(folder, 'archive'), { segments: 2, messagesEach: 10, contexts: 3 });
const source = fileSegments([archive.folder]);

function optionsFor(name: string, changes: Partial<ArchiveOptions>): ArchiveOptions {
  return {
    source,
    store: folderObjects(path.join(folder, name)),
    contexts: contextSource(archive.contexts),
    judging: { profile: 'strict', at: 'message', allowReplays: false },
    shards: 2,
    workers: 0,
    ...changes,
  };
}

/** Fails so often at each step, once where nothing is said of it; `undefined` for ever. */
class Away {
  readonly #left = new Map<string, number>();
  readonly #times: Readonly<Record<string, number>> | undefined;
  readonly #code: 'internal.bus-unavailable' | 'caller.input-unreadable';

  constructor(
    times: Readonly<Record<string, number>> | undefined,
    code: 'internal.bus-unavailable' | 'caller.input-unreadable',
  ) {
    this.#times = times;
    this.#code = code;
  }

  at(step: string): void {
    const left = this.#times && (this.#left.get(step) ?? this.#times[step] ?? 1);
    if (left !== undefined) this.#left.set(step, Math.max(0, left - 1));
    if (left !== 0) throw new Fault(this.#code, { reason: step });
  }

  get steps(): readonly string[] {
    return [...this.#left.keys()].sort((left, right) => (left < right ? -1 : 1));
  }
}

function sourceWith(away: Away): SegmentSource {
  return {
    ...source,
    segments: async () => {
      away.at('segments');
      return await source.segments();
    },
    log: (segment) => {
      away.at('log');
      return source.log(segment);
    },
  };
}

/** Hands out what was offered, one after the other. */
function queueWith(away: Away): WorkQueue {
  let units: Unit[] = [];
  return {
    open: async () => away.at('open'),
    offer: async (offered) => {
      away.at('offer');
      units = [...offered];
    },
    take: async () => {
      away.at('take');
      const unit = units.shift();
      return unit && { unit, done: async () => undefined, giveBack: async () => void units.push(unit) };
    },
    finish: async () => undefined,
  };
}

test('T102: a queue and a source that come back: nothing is missing, and who waits is told from the second time on', {
  timeout: 60_000,
}, async () => {
  const whole = optionsFor('whole', {});
  await verifyArchive(whole);
  const away = new Away({ segments: 2 }, 'internal.bus-unavailable');
  const events: ArchiveEvent[] = [];
  const shared = optionsFor('shared', {
    source: sourceWith(away),
    queue: queueWith(away),
    onEvent: (event) => events.push(event),
  });
  expect((await verifyArchive(shared))?.tally).toMatchObject({ valid: 20 });
  expect(away.steps).toEqual(['log', 'offer', 'open', 'segments', 'take']);
  expect(await objectsOf(shared.store)).toEqual(await objectsOf(whole.store));
  const told = events.filter(({ kind }) => kind === 'waiting');
  expect(told).toContainEqual({ kind: 'waiting', code: 'internal.bus-unavailable', detail: { reason: 'segments' } });
});

test('one process waits, too; not for what does not pass, nor for ever, and not once it is interrupted', async () => {
  const away = new Away({}, 'internal.bus-unavailable');
  await expect(verifyArchive(optionsFor('alone', { source: sourceWith(away) }))).resolves.toMatchObject({
    segments: 2,
  });
  expect(away.steps).toEqual(['log', 'segments']);
  const gone = sourceWith(new Away(undefined, 'internal.bus-unavailable'));
  await expect(verifyArchive(optionsFor('gone', { source: gone, outageMaxMs: 0 }))).rejects.toMatchObject({
    code: 'internal.bus-unavailable',
  });
  const missing = sourceWith(new Away(undefined, 'caller.input-unreadable'));
  await expect(verifyArchive(optionsFor('missing', { source: missing }))).rejects.toMatchObject({
    code: 'caller.input-unreadable',
  });
  const ending = new AbortController();
  const interrupted = optionsFor('interrupted', {
    source: gone,
    signal: ending.signal,
    onEvent: () => ending.abort(),
  });
  await expect(verifyArchive(interrupted)).resolves.toBeUndefined();
});

test.each(['offer', 'take'])(
  'a queue of which %s alone does not come back is not waited for for ever, and said to be away',
  async (step) => {
    const away = new Away({ open: 0, offer: 0, take: 0, [step]: Number.POSITIVE_INFINITY }, 'internal.bus-unavailable');
    const events: ArchiveEvent[] = [];
    const options = { queue: queueWith(away), outageMaxMs: 1500, onEvent: (event: ArchiveEvent) => events.push(event) };
    await expect(verifyArchive(optionsFor(`no ${step}`, options))).rejects.toMatchObject({ detail: { reason: step } });
    expect(events.map(({ kind }) => kind)).toContain('waiting');
  },
  30_000,
);
