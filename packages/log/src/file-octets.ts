import { constants, createReadStream, openSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { requireKind, TEXT } from '@parley/core/internal';
import { unreadable } from './unreadable.ts';

/** How much of a file is read at a time. */
export const READ_BYTES: number = 256 * 1024;

/** The octets of a file or named pipe, piece by piece; whoever takes a piece owns it. @throws Fault `caller.input-unreadable` */
export async function* fileOctets(path: string): AsyncGenerator<Uint8Array> {
  requireKind(TEXT, path, 'path');
  try {
    const isPipe = (await stat(path)).isFIFO();
    const stream = isPipe ? openPipe(path) : createReadStream(path, { highWaterMark: READ_BYTES });
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    unreadable(path, error);
  }
}

/** Without waiting for a writer: a thread that waits in the kernel would keep the process from ending. */
function openPipe(path: string): Readable {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}
