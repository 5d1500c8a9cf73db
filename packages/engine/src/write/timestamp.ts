import type { XmlWriter } from '@parley/codec';
import { formatInstant } from '@parley/core/internal';
import { WSU, WSU_ID } from './names.ts';

const TIMESTAMP = WSU.name('Timestamp');
const CREATED = WSU.name('Created');
const EXPIRES = WSU.name('Expires');

/** wsu:Timestamp (WSS §3.3). */
export function writeTimestamp(writer: XmlWriter, id: string, createdAtMs: number, expiresAtMs: number): void {
  writer.open(TIMESTAMP, [[WSU_ID, id]]);
  writer.element(CREATED, formatInstant(createdAtMs)).element(EXPIRES, formatInstant(expiresAtMs)).close();
}
