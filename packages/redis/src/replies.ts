/** What the server replied, as what it must be. */
import { Fault } from '@parley/core';

/** @throws Fault `internal.store-corrupt` */
export function numberReply(reply: unknown): number {
  if (typeof reply !== 'number') throw strange('number');
  return reply;
}

/** Octets, or `undefined` where there is nothing. @throws Fault `internal.store-corrupt` */
export function octetsReply(reply: unknown): Uint8Array | undefined {
  if (reply === null || reply === undefined) return undefined;
  if (!(reply instanceof Uint8Array)) throw strange('octets');
  return reply;
}

/** @throws Fault `internal.store-corrupt` */
export function listReply(reply: unknown): readonly unknown[] {
  if (!Array.isArray(reply)) throw strange('list');
  return reply;
}

export function textOf(octets: Uint8Array | undefined): string {
  return octets === undefined ? '' : new TextDecoder('utf-8', { ignoreBOM: true }).decode(octets);
}

function strange(wanted: string): Fault {
  return new Fault('internal.store-corrupt', { reason: 'reply', wanted });
}
