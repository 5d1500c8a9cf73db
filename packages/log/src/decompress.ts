import { PassThrough, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Fault } from '@parley/core';
import { Decompress } from 'fzstd';
import { systemReason } from './unreadable.ts';
import { ZstdWindowGuard } from './zstd-window-guard.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

// safety: one octet of a run-length block can ask for 128 KiB, so little is pushed at a time.
const ZSTD_SLICE_BYTES = 2048;

/** How `head`, the first octets of a file, is compressed: by its magic number. */
export function compressionOf(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd';
  // A zstd file may begin with a frame to skip (RFC 8878 §3.1.2).
  if (((head[0] ?? 0) & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18) return 'zstd';
  return 'none';
}

/**
 * `octets` decompressed, piece by piece. Borrows the pieces; owns what it yields.
 * @throws Fault `caller.input-invalid` naming `file` when the data are corrupt or end early.
 */
export function decompress(
  octets: AsyncIterable<Uint8Array>,
  compression: Compression,
  file: string,
): AsyncIterable<Uint8Array> {
  if (compression === 'none') return octets;
  return compression === 'gzip' ? gunzipOf(octets, file) : zstdOf(octets, file);
}

async function* gunzipOf(octets: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  const output = new PassThrough({ highWaterMark: 256 * 1024 });
  let broken: Error | undefined;
  pipeline(octets, createGunzip(), output, (error) => {
    broken = error ?? undefined;
  });
  try {
    for await (const piece of output) yield piece as Uint8Array;
  } catch (error) {
    throw corrupt(file, broken ?? error);
  } finally {
    output.destroy();
  }
}

/** Not by Node's own zstd (22.15 and later): it ends, without a word, after the first frame of a file. */
async function* zstdOf(octets: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const decoder = new Decompress((piece) => {
    if (piece.length > 0) pieces.push(piece);
  });
  const guard = new ZstdWindowGuard(file);
  for await (const octetsIn of octets) {
    guard.watch(octetsIn);
    for (let start = 0; start < octetsIn.length; start += ZSTD_SLICE_BYTES) {
      push(decoder, octetsIn.subarray(start, start + ZSTD_SLICE_BYTES), file);
      yield* pieces.splice(0);
    }
  }
  try {
    decoder.push(new Uint8Array(0), true);
  } catch (error) {
    throw corrupt(file, error);
  }
  yield* pieces.splice(0);
}

function push(decoder: Decompress, slice: Uint8Array, file: string): void {
  try {
    decoder.push(slice);
  } catch (error) {
    throw corrupt(file, error);
  }
}

function corrupt(file: string, error: unknown): Fault {
  if (error instanceof Fault) return error;
  return new Fault('caller.input-invalid', { file, reason: `compressed data: ${systemReason(error)}` });
}
