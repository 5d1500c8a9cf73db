import type { IHeaders } from 'kafkajs';

/** Those of a message as texts; several values of one name with commas between. */
export function headersOf(given: IHeaders | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value !== undefined)
      headers[name.toLowerCase()] = (Array.isArray(value) ? value : [value]).map(String).join(', ');
  }
  return headers;
}
