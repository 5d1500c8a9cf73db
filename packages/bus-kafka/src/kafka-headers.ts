import type { IHeaders } from 'kafkajs';

/** Those of a message as texts; several values of one name with commas between. */
export function headersOf(given: IHeaders | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given ?? {})) {
    // One without a value has null, which the types do not say.
    if (value !== undefined && value !== null)
      headers[name.toLowerCase()] = (Array.isArray(value) ? value : [value]).map(String).join(', ');
  }
  return headers;
}
