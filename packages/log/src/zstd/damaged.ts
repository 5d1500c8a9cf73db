import { Fault } from '@parley/core';

/** What is thrown for octets that no encoder writes; whoever knows the file adds it. */
export function damaged(what: string): Fault {
  return new Fault('caller.input-invalid', { reason: `compressed data: zstd ${what}` });
}
