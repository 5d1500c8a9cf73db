import { HEADER_PREFIX } from '@parley/bus';
import type { MessageProperties } from 'amqplib';

/** Those of a message as texts; what is RabbitMQ's own, and what is no text, number or flag, is left out. */
export function headersOf({ headers: given = {} }: MessageProperties): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (OWN.test(name)) continue;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      headers[name.toLowerCase()] = String(value);
  }
  return headers;
}

/**
 * The same as RabbitMQ carries them, in one frame: ours, and as many of the sender's as there is room for. safety: with more, a sender could
 * make a message that not even a queue of dead letters takes.
 */
export function rabbitHeaders(given: Readonly<Record<string, string>>): Record<string, string> {
  const headers: Record<string, string> = {};
  let left = FOREIGN_BYTES_MAX;
  for (const [name, value] of Object.entries(given)) {
    if (!name.startsWith(HEADER_PREFIX)) {
      const sizeBytes = bytesOf(name) + bytesOf(value);
      if (bytesOf(name) > SHORT_TEXT_BYTES_MAX || sizeBytes > left) continue;
      left -= sizeBytes;
    }
    headers[name] = value;
  }
  return headers;
}

const OWN = /^x-(?:death|first-death-.*|last-death-.*|delivery-count|acquired-count|stream-.*)$/i;
const FOREIGN_BYTES_MAX = 16_384;
/** Of the name of a header, of a routing key. */
export const SHORT_TEXT_BYTES_MAX = 255;
const UTF8 = new TextEncoder();

/** How many octets `text` takes on the wire. */
export function bytesOf(text: string): number {
  return UTF8.encode(text).length;
}
