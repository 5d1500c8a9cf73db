import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unreadable } from './unreadable.ts';

/** What is read inside directories; everything else there is skipped and counted. */
const LOG_NAME = /\.(?:xml|ndjson|jsonl|log)(?:\.gz|\.zst)?$/i;

/** The files behind a list of paths. */
export interface FoundFiles {
  readonly files: readonly FoundFile[];
  /** Entries of directories that are not logs by their name, or not files. */
  readonly skipped: number;
}

export interface FoundFile {
  readonly path: string;
  /** On disk, compressed or not; 0 for what has no size (a pipe). */
  readonly sizeBytes: number;
}

/**
 * The files that `paths` mean: a file stands for itself whatever its name, a directory for the logs in it and below,
 * sorted by name. Links to files are followed, links to directories are not.
 * @throws Fault `caller.input-unreadable`
 */
export async function findLogFiles(paths: readonly string[]): Promise<FoundFiles> {
  const found: Collected = { files: [], skipped: 0 };
  for (const path of paths) {
    const status = await statusOf(path);
    if (status.isDirectory()) await collect(path, found);
    else found.files.push({ path, sizeBytes: status.size });
  }
  return found;
}

interface Collected {
  readonly files: FoundFile[];
  skipped: number;
}

async function collect(directory: string, found: Collected): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) =>
    unreadable(directory, error),
  );
  entries.sort((left, right) => (left.name < right.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await collect(path, found);
    else if (LOG_NAME.test(entry.name)) await add(path, found);
    else found.skipped += 1;
  }
}

async function add(path: string, found: Collected): Promise<void> {
  const status = await statusOf(path);
  if (status.isFile()) found.files.push({ path, sizeBytes: status.size });
  else found.skipped += 1;
}

async function statusOf(path: string): Promise<Stats> {
  return stat(path).catch((error: unknown) => unreadable(path, error));
}
