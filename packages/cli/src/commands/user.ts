import { randomBytes } from 'node:crypto';
import { realpath, rename, rm, writeFile } from 'node:fs/promises';
import { Fault } from '@parley/core';
import { Users, userLine } from '@parley/gateway';
import { readInput, readWhole } from '../options/read-input.ts';
import { ExitStatus } from '../terminal/exit-status.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** `parley user`: the file is replaced in one step, for a gateway may be reading it. */
export async function user(file: string, name: string, { stdin }: Terminal): Promise<ExitStatus> {
  const before = await readUsers(file);
  // What is there must be a file of users, or it is left alone.
  new Users(before, file);
  const password = await passwordFrom(stdin);
  const others = before.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith(`${name}:`));
  const text = `${[...others, await userLine(name, password)].join('\n')}\n`;
  password.fill(0);
  await replace(file, text).catch((error: unknown) => {
    throw new Fault('caller.output-unwritable', { file, reason: String((error as { code?: string }).code) });
  });
  return ExitStatus.ok;
}

/** What is there and cannot be read is not taken for empty. */
async function readUsers(file: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readInput(file));
  } catch (error) {
    if (error instanceof TypeError) throw new Fault('caller.input-invalid', { path: file, reason: 'not UTF-8' });
    if (error instanceof Fault && error.detail['reason'] === 'ENOENT') return '';
    throw error;
  }
}

/** What a link leads to is replaced, not the link; and nothing else that is there. */
async function replace(file: string, text: string): Promise<void> {
  const target = await realpath(file).catch(() => file);
  const temporary = `${target}.${randomBytes(6).toString('hex')}.new`;
  await writeFile(temporary, text, { mode: 0o600, flag: 'wx', flush: true });
  try {
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function passwordFrom(stdin: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const octets = await readWhole(stdin);
  // What ends a line is not part of it.
  const text = octets.at(-1) === 0x0a ? octets.subarray(0, octets.at(-2) === 0x0d ? -2 : -1) : octets;
  if (text.length === 0) throw new Fault('caller.input-invalid', { reason: 'no password on standard input' });
  return text;
}
