import { statSync } from 'node:fs';
import { Fault } from '@parley/core';

/** What is known of a database file. */
export interface FileState {
  readonly dev: bigint;
  readonly ino: bigint;
  /** The file never gets shorter. */
  readonly size: bigint;
  /** Of the file's content; a commit changes both, and whoever overwrites pages this one alone. */
  readonly ctimeNs: bigint;
  readonly transaction: bigint;
}

/** @throws Fault `internal.store-unavailable` */
export function statusOf(path: string): Omit<FileState, 'transaction'> {
  try {
    const { dev, ino, size, ctimeNs } = statSync(path, { bigint: true });
    return { dev, ino, size, ctimeNs };
  } catch (error) {
    throw unavailable(path, error);
  }
}

export function unavailable(path: string, error: unknown): Fault {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new Fault('internal.store-unavailable', { path, reason });
}
