import { fileOctets } from '@parley/log';

/** A file or named pipe as a whole, owned by the caller. @throws Fault `caller.input-unreadable` */
export async function readInput(path: string): Promise<Uint8Array> {
  return await readWhole(fileOctets(path));
}

/** What a file says, without the end of its last line: a password. @throws Fault `caller.input-unreadable` */
export async function readPassword(path: string): Promise<string> {
  const octets = await readInput(path);
  try {
    return new TextDecoder().decode(octets).replace(/\r?\n$/, '');
  } finally {
    octets.fill(0);
  }
}

/** A stream as a whole, owned by the caller; its pieces are wiped. @throws what the stream does */
export async function readWhole(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
    // It may be keys.
    piece.fill(0);
  }
  return whole;
}
