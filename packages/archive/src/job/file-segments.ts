import { Fault } from '@parley/core';
import { listOf, requireKind, TEXT } from '@parley/core/internal';
import { findLogFiles } from '@parley/log';
import type { Segment, SegmentSource } from './segment.ts';

const PATHS = listOf(TEXT);

/**
 * The logs that `paths` mean, as `findLogFiles` of @parley/log finds them: each is a segment.
 * @throws Fault `caller.option-invalid`; its methods `caller.input-unreadable`
 */
export function fileSegments(paths: readonly string[]): SegmentSource {
  requireKind(PATHS, paths, 'paths');
  return { segments: () => found(paths), log: ({ name }) => name };
}

async function found(paths: readonly string[]): Promise<readonly Segment[]> {
  const { files, odd } = await findLogFiles(paths);
  const [unreadable] = odd;
  // An archive is whole, or it is not verified.
  if (unreadable !== undefined)
    throw new Fault('caller.input-unreadable', { file: unreadable.path, reason: unreadable.reason });
  return files.map(({ path, sizeBytes }) => ({ name: path, sizeBytes }));
}
