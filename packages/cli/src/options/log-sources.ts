import { Fault } from '@parley/core';
import type { LogEntry, LogSource, ReadLogOptions } from '@parley/log';
import { findLogFiles, readLog } from '@parley/log';
import type { Terminal } from '../terminal/terminal.ts';

/** What the command was told to read. */
export interface LogSources {
  readonly sources: readonly LogSource[];
  /** Size on disk of them all; `undefined` when a pipe is among them. */
  readonly sizeBytes: number | undefined;
  /** Entries of directories that are no logs by their names. */
  readonly skipped: number;
}

/** `paths` as sources, `-` being standard input. @throws Fault `caller.input-unreadable`, `caller.input-invalid` */
export async function findSources(paths: readonly string[], terminal: Terminal): Promise<LogSources> {
  if (paths.filter((path) => path === '-').length > 1)
    throw new Fault('caller.option-invalid', { reason: '- may be given once' });
  const sources: LogSource[] = [];
  let sizeBytes: number | undefined = 0;
  let skipped = 0;
  for (const path of paths) {
    if (path === '-') {
      sources.push({ name: '-', octets: terminal.stdin });
      sizeBytes = undefined;
      continue;
    }
    const found = await findLogFiles([path]);
    if (found.files.length === 0) throw new Fault('caller.input-invalid', { path, reason: 'no logs in this folder' });
    sources.push(...found.files.map((file) => file.path));
    if (sizeBytes !== undefined) for (const file of found.files) sizeBytes += file.sizeBytes;
    skipped += found.skipped;
  }
  return { sources, sizeBytes, skipped };
}

/** The entries of all `sources`, one after the other. */
export async function* readSources(sources: readonly LogSource[], options: ReadLogOptions): AsyncGenerator<LogEntry> {
  for (const source of sources) yield* readLog(source, options);
}
