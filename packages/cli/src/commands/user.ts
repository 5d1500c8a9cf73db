import { chmod, rename, writeFile } from 'node:fs/promises';
import { Fault } from '@parley/core';
import { Users, userLine } from '@parley/gateway';
import { readInput, readWhole } from '../options/read-input.ts';
import { ExitStatus } from '../terminal/exit-status.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** `parley user`: the file is replaced in one step, for a gateway may be reading it. */
export async function user(file: string, name: string, { stdin }: Terminal): Promise<ExitStatus> {
  const before = await readInput(file).then(
    (octets) => new TextDecoder().decode(octets),
    () => '',
  );
  // What is there must be a file of users, or it is left alone.
  new Users(before, file);
  const password = await passwordFrom(stdin);
  const others = before.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith(`${name}:`));
  const text = `${[...others, await userLine(name, password)].join('\n')}\n`;
  password.fill(0);
  try {
    await writeFile(`${file}.new`, text, { mode: 0o600 });
    await chmod(`${file}.new`, 0o600);
    await rename(`${file}.new`, file);
  } catch (error) {
    throw new Fault('caller.output-unwritable', { file, reason: String((error as { code?: string }).code) });
  }
  return ExitStatus.ok;
}

async function passwordFrom(stdin: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const octets = await readWhole(stdin);
  // What ends a line is not part of it.
  const text = octets.at(-1) === 0x0a ? octets.subarray(0, octets.at(-2) === 0x0d ? -2 : -1) : octets;
  if (text.length === 0) throw new Fault('caller.input-invalid', { reason: 'no password on standard input' });
  return text;
}
