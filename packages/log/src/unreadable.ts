import { Fault } from '@parley/core';

/** Turns what a file system call threw into a fault that names the file. @throws Fault `caller.input-unreadable` */
export function unreadable(file: string, error: unknown): never {
  throw new Fault('caller.input-unreadable', { file, reason: systemReason(error) }, error);
}

/** `ENOENT`, `EACCES`, … or the message of an error that has no such name. */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
