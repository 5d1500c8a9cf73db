import { readSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Fault } from '@parley/core';
import { listOf, requireKind, TEXT } from '@parley/core/internal';
import { findLogFiles } from '@parley/log';
import type { ObjectRange } from '../objects/object-store.ts';
import type { Segment, SegmentSource } from './segment.ts';

const PATHS = listOf(TEXT);

/**
 * The logs that `paths` mean, as `findLogFiles` of @parley/log finds them: each is a segment.
 * @throws Fault `caller.option-invalid`; its methods `caller.input-unreadable`
 */
export function fileSegments(paths: readonly string[]): SegmentSource {
  requireKind(PATHS, paths, 'paths');
  return { segments: () => found(paths), log: ({ name }) => name, ranges };
}

async function found(paths: readonly string[]): Promise<readonly Segment[]> {
  const { files, odd } = await findLogFiles(paths);
  const [unreadable] = odd;
  // An archive is whole, or it is not verified.
  if (unreadable !== undefined)
    throw new Fault('caller.input-unreadable', { file: unreadable.path, reason: unreadable.reason });
  return files.map(({ path, sizeBytes }) => ({ name: path, sizeBytes }));
}

async function ranges({ name, sizeBytes }: Segment, wanted: readonly ObjectRange[]): Promise<Uint8Array> {
  const status = await stat(name).catch(() => undefined);
  if (status?.size !== sizeBytes) throw changed(name);
  const octets = new Uint8Array(wanted.reduce((sum, { start, end }) => sum + end - start, 0));
  const handle = await open(name, 'r');
  try {
    let filled = 0;
    for (const { start, end } of wanted) {
      // perf: a read of a line that waits for its turn on another thread takes ten times as long.
      const count = readSync(handle.fd, octets, filled, end - start, start);
      if (count !== end - start) throw changed(name);
      filled += count;
    }
  } finally {
    await handle.close();
  }
  return octets;
}

function changed(file: string): Fault {
  return new Fault('caller.input-unreadable', { file, reason: 'it has changed' });
}
