import type { Dirent, Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '@parley/core';
import { listOf, requireKind, TEXT } from '@parley/core/internal';
import { unreadable } from './unreadable.ts';

/** What is read inside directories; everything else there is skipped and counted. */
const LOG_NAME = /\.(?:xml|ndjson|jsonl|log)(?:\.gz|\.zst)?$/i;

/** Whether what is called so is read as a log where nobody named it. */
export function isLogName(name: string): boolean {
  return LOG_NAME.test(name);
}

/** The files behind a list of paths. */
export interface FoundFiles {
  readonly files: readonly FoundFile[];
  /** Entries of directories that are not logs by their name, and links to directories. */
  readonly skipped: number;
  /** Entries of directories that are logs by their name, or directories, and cannot be read. */
  readonly odd: readonly OddFile[];
}

export interface OddFile {
  readonly path: string;
  /** `ENOENT` (a link that leads nowhere), `EACCES`, …, or `not a file` (a pipe, a socket, a device). */
  readonly reason: string;
}

export interface FoundFile {
  readonly path: string;
  /** On disk, compressed or not; 0 for what has no size (a pipe). */
  readonly sizeBytes: number;
}

/**
 * The files that `paths` mean: a file stands for itself whatever its name, a directory for the logs in it and below,
 * sorted by name. Links to files are followed, links to directories are not.
 * @throws Fault `caller.input-unreadable` for one of `paths` itself
 */
export async function findLogFiles(paths: readonly string[]): Promise<FoundFiles> {
  requireKind(PATHS, paths, 'paths');
  const found: Collected = { files: [], skipped: 0, odd: [] };
  for (const path of paths) {
    const status = await statusOf(path);
    if (status.isDirectory()) await collect(path, await entriesOf(path), found);
    else found.files.push({ path, sizeBytes: status.size });
  }
  return found;
}

const PATHS = listOf(TEXT);

interface Collected {
  readonly files: FoundFile[];
  skipped: number;
  readonly odd: OddFile[];
}

async function collect(directory: string, entries: readonly Dirent[], found: Collected): Promise<void> {
  for (const entry of entries) {
    const path = join(directory, entry.name);
    try {
      if (entry.isDirectory()) await collect(path, await entriesOf(path), found);
      else if (isLogName(entry.name)) await add(path, found);
      else found.skipped += 1;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      found.odd.push({ path, reason: String(error.detail['reason']) });
    }
  }
}

async function entriesOf(directory: string): Promise<readonly Dirent[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) =>
    unreadable(directory, error),
  );
  return entries.sort((left, right) => (left.name < right.name ? -1 : 1));
}

async function add(path: string, found: Collected): Promise<void> {
  const status = await statusOf(path);
  if (status.isFile()) found.files.push({ path, sizeBytes: status.size });
  else if (status.isDirectory()) found.skipped += 1;
  else found.odd.push({ path, reason: 'not a file' });
}

async function statusOf(path: string): Promise<Stats> {
  return stat(path).catch((error: unknown) => unreadable(path, error));
}
