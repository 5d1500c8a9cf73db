/** What a message of AMQP 1.0 carries, as octets and texts. */
import { HEADER_PREFIX } from '@parley/bus';
import type { Message } from 'rhea';

/** Application properties as texts; what is no text, number or flag is left out. */
export function headersOf({ application_properties: given = {} }: Message): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given as Readonly<Record<string, unknown>>)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      headers[name.toLowerCase()] = String(value);
  }
  return headers;
}

/** The same for a broker: ours, and as many of the sender's as there is room for, so that a sender cannot make a message that none takes. */
export function applicationProperties(given: Readonly<Record<string, string>>): Record<string, string> {
  let left = FOREIGN_CHARACTERS_MAX;
  const fit = ([name, value]: readonly [string, string]): boolean => {
    if (name.startsWith(HEADER_PREFIX)) return true;
    if (name.length + value.length > left) return false;
    left -= name.length + value.length;
    return true;
  };
  return Object.fromEntries(Object.entries(given).filter(fit));
}

/**
 * The octets of a JMS byte message (data sections) or text message (a string); none of anything else, which no stage takes then. The client
 * reads a single data section as octets with a type code, and several as a list of these.
 */
export function octetsOf({ body }: Message): Uint8Array {
  if (typeof body === 'string') return UTF8.encode(body);
  if (body instanceof Uint8Array) return body;
  const content: unknown = isObject(body) ? body['content'] : undefined;
  if (content instanceof Uint8Array) return content;
  if (typeof content === 'string') return UTF8.encode(content);
  if (!Array.isArray(content)) return new Uint8Array(0);
  const sections = content.filter((section): section is Uint8Array => section instanceof Uint8Array);
  const octets = new Uint8Array(sections.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const section of sections) {
    octets.set(section, at);
    at += section.length;
  }
  return octets;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

const FOREIGN_CHARACTERS_MAX = 16_384;
const UTF8 = new TextEncoder();
