import { Fault } from '@parley/core';

/** Stops the scan. @throws Fault `peer.xml-malformed` with the offset and a short reason, always */
export function malformed(offset: number, reason: string): never {
  throw new Fault('peer.xml-malformed', { offset, reason });
}
