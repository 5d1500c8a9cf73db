import type { MsgHdrs } from '@nats-io/transport-node';
import { headers as newHeaders } from '@nats-io/transport-node';
import { headerText } from '@parley/bus';

/** Those of a message; several values of one name with commas between, and what is NATS's own left out. */
export function headersOf(given: MsgHdrs | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  if (given === undefined) return headers;
  for (const [name, values] of given) {
    if (!name.toLowerCase().startsWith(OWN_PREFIX)) headers[name.toLowerCase()] = values.join(', ');
  }
  return headers;
}

/**
 * The same as NATS carries them: what it cannot, a name is left out for, and a value percent-encoded. safety: NATS's own are not the sender's to say: they choose
 * ids and what the stream refuses.
 */
export function natsHeaders(given: Readonly<Record<string, string>>): MsgHdrs {
  const headers = newHeaders();
  for (const [name, value] of Object.entries(given)) {
    if (NAME.test(name) && !name.toLowerCase().startsWith(OWN_PREFIX))
      headers.set(name, UNFIT.test(value) ? headerText(value) : value);
  }
  return headers;
}

const OWN_PREFIX = 'nats-';
const NAME = /^[!-9;-~]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a header cannot have.
const UNFIT = /[\x00-\x1f\x7f]/;
