import type { Terminal } from '../terminal/terminal.ts';
import { readPassword } from './read-input.ts';
import { isAddress } from './store-place.ts';

/** The environment variable that may hold the password of a server. */
export const PASSWORD_VARIABLE = 'PARLEY_STORE_PASSWORD';

/** The password for the server at `place`: of the file that is named, else of the environment, else none. @throws Fault `caller.input-unreadable` */
export async function storePassword(
  place: string,
  file: string | undefined,
  { environment }: Pick<Terminal, 'environment'>,
): Promise<string | undefined> {
  if (file === undefined) return isAddress(place) ? environment[PASSWORD_VARIABLE] || undefined : undefined;
  return await readPassword(file);
}
