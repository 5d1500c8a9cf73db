import { PassThrough, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Fault } from '@parley/core';
import type { UnpackLimits } from './unpack-limits.ts';
import { UnpackMeter } from './unpack-limits.ts';
import { systemReason } from './unreadable.ts';
import { unzstd } from './zstd/unzstd.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

/** How `head`, the first octets of a file, is compressed: by its magic number. */
export function compressionOf(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd';
  // A zstd file may begin with a frame to skip (RFC 8878 §3.1.2).
  if (((head[0] ?? 0) & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18) return 'zstd';
  return 'none';
}

/**
 * `octets` decompressed, piece by piece, and no further than `limits` allow. Borrows the pieces; owns what it yields.
 * @throws Fault naming `file`: `caller.input-invalid` when the data are corrupt or end early, `caller.limit-decompression`
 */
export async function* decompress(
  octets: AsyncIterable<Uint8Array>,
  compression: Compression,
  file: string,
  limits: UnpackLimits,
): AsyncGenerator<Uint8Array> {
  if (compression === 'none') {
    yield* octets;
    return;
  }
  const meter = new UnpackMeter(limits);
  const packed = meter.packed(octets);
  const pieces = compression === 'gzip' ? gunzip(packed) : unzstd(packed, limits.unpackWindowBytesMax);
  try {
    yield* meter.unpacked(pieces);
  } catch (error) {
    if (error instanceof Fault) throw new Fault(error.code, { file, ...error.detail }, error.cause);
    throw new Fault('caller.input-invalid', { file, reason: `compressed data: ${systemReason(error)}` });
  }
}

/** Throws what was thrown first: by `octets`, else by zlib. */
async function* gunzip(octets: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const output = new PassThrough({ highWaterMark: 256 * 1024 });
  let broken: Error | undefined;
  pipeline(octets, createGunzip(), output, (error) => {
    broken = error ?? undefined;
  });
  try {
    for await (const piece of output) yield piece as Uint8Array;
  } catch (error) {
    throw broken ?? error;
  } finally {
    output.destroy();
  }
}
