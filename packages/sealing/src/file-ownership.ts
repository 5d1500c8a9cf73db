import type { Stats } from 'node:fs';
import { Fault } from '@parley/core';

const GROUP_AND_OTHERS = 0o077;

/** @throws Fault `caller.store-permissions` unless owned by this user and closed to group and others */
export function checkOwnership(path: string, status: Stats): void {
  // Windows has no such bits: there the folder's access list must do it.
  if (process.getuid === undefined) return;
  if (status.uid !== process.getuid()) throw new Fault('caller.store-permissions', { path, reason: 'other owner' });
  if ((status.mode & GROUP_AND_OTHERS) !== 0) {
    throw new Fault('caller.store-permissions', {
      path,
      reason: 'open to group or others',
      mode: (status.mode & 0o777).toString(8),
    });
  }
}
