import { resolve } from 'node:path';
import { Fault } from '@parley/core';
import { readPassword } from '../options/read-input.ts';
import type { BusAddress } from './bus-address.ts';
import { busAddress } from './bus-address.ts';

/** An address as somebody wrote it. */
export interface GivenAddress {
  readonly text: string;
  /** Where it was written: the flag of a command, or the member of a file. */
  readonly option: string;
  /** That file. */
  readonly file?: string;
  /** The folder that files in it are named from. */
  readonly folder: string;
}

/** What an address may say instead of a password, which others would read in a list of processes. */
const PASSWORD_FILE = 'password-file';

/** With the password of the file that it names, if it names one. @throws Fault `caller.option-invalid`, `caller.input-unreadable` */
export async function addressOf({ text, option, folder }: GivenAddress): Promise<BusAddress> {
  const { settings, ...address } = busAddress(text, option);
  const { [PASSWORD_FILE]: file, ...rest } = settings;
  if (file === undefined) return { ...address, settings };
  if (address.user === undefined || address.password !== undefined)
    throw new Fault('caller.option-invalid', {
      option,
      reason: `${PASSWORD_FILE} goes with a user that has no password`,
    });
  return { ...address, password: await readPassword(resolve(folder, file)), settings: rest };
}
