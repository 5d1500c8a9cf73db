import { BitReader } from './bit-reader.ts';
import { damaged } from './damaged.ts';
import type { HuffmanTable } from './huffman-table.ts';
import { readHuffmanTable } from './huffman-table.ts';

/** The literals of a block (RFC 8878 §3.1.1.3.1). */
export interface Literals {
  readonly octets: Uint8Array;
  /** The code for later blocks that bring none. */
  readonly table: HuffmanTable | undefined;
  /** Where the sequences begin. */
  readonly end: number;
}

/** Of a header by its two bits of format: its octets, and the bits of each size. */
const COMPRESSED_HEADERS: readonly (readonly [octets: number, bits: number])[] = [
  [3, 10],
  [3, 10],
  [4, 14],
  [5, 18],
];

/** Reads the literals of `block`, at most `sizeMax` octets. @throws Fault `caller.input-invalid` */
export function readLiterals(block: Uint8Array, table: HuffmanTable | undefined, sizeMax: number): Literals {
  const first = block[0] ?? 0;
  if (block.length === 0) throw damaged('block without literals');
  return (first & 2) === 0 ? plainLiterals(block, table, sizeMax) : compressedLiterals(block, table, sizeMax);
}

function plainLiterals(block: Uint8Array, table: HuffmanTable | undefined, sizeMax: number): Literals {
  const first = block[0] ?? 0;
  const format = (first >> 2) & 3;
  const headerBytes = format === 1 ? 2 : format === 3 ? 3 : 1;
  const header = littleEndian(block, 0, headerBytes);
  const sizeBytes = headerBytes === 1 ? header >> 3 : header >> 4;
  const isRun = (first & 1) !== 0;
  const end = headerBytes + (isRun ? 1 : sizeBytes);
  if (sizeBytes > sizeMax || end > block.length) throw damaged('literals');
  const octets = isRun ? new Uint8Array(sizeBytes).fill(block[headerBytes] ?? 0) : block.subarray(headerBytes, end);
  return { octets, table, end };
}

function compressedLiterals(block: Uint8Array, kept: HuffmanTable | undefined, sizeMax: number): Literals {
  const first = block[0] ?? 0;
  const format = (first >> 2) & 3;
  const [headerBytes, sizeBits] = COMPRESSED_HEADERS[format] ?? [5, 18];
  const header = littleEndian(block, 0, headerBytes);
  const sizeBytes = Math.floor(header / 16) % 2 ** sizeBits;
  const end = headerBytes + Math.floor(header / 2 ** (4 + sizeBits));
  if (sizeBytes > sizeMax || end > block.length) throw damaged('literals');
  const table = (first & 1) === 0 ? readHuffmanTable(block, headerBytes, end) : kept;
  if (table === undefined) throw damaged('literals without a table');
  const start = (first & 1) === 0 ? table.end : headerBytes;
  const octets = new Uint8Array(sizeBytes);
  if (format === 0) decodeStream(block, start, end, table, octets);
  else decodeStreams(block, start, end, table, octets);
  return { octets, table, end };
}

/** Four streams; the sizes of three stand before them. */
function decodeStreams(block: Uint8Array, start: number, end: number, table: HuffmanTable, out: Uint8Array): void {
  const part = (out.length + 3) >> 2;
  let at = start + 6;
  if (at > end || 3 * part > out.length) throw damaged('literals');
  for (let index = 0; index < 4; index++) {
    const next = index === 3 ? end : at + littleEndian(block, start + 2 * index, 2);
    if (next > end) throw damaged('literals');
    decodeStream(block, at, next, table, out.subarray(index * part, index === 3 ? out.length : (index + 1) * part));
    at = next;
  }
}

function decodeStream(block: Uint8Array, start: number, end: number, table: HuffmanTable, out: Uint8Array): void {
  const { log, symbols, bits } = table;
  const reader = new BitReader(block, start, end);
  for (let index = 0; index < out.length; index++) {
    const code = reader.peek(log);
    out[index] = symbols[code] ?? 0;
    reader.left -= bits[code] ?? 0;
  }
  if (reader.left !== 0) throw damaged('literals');
}

function littleEndian(octets: Uint8Array, start: number, count: number): number {
  let value = 0;
  for (let index = count - 1; index >= 0; index--) value = value * 256 + (octets[start + index] ?? 0);
  return value;
}
