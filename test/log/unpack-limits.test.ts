import { gzipSync } from 'node:zlib';
import type { UnpackLimits } from '@parley/log';
import { DEFAULT_UNPACK_LIMITS, readLog } from '@parley/log';
import { describe, expect, test } from 'vitest';

const MIB = 1024 * 1024;
const RUN_BYTES = 128 * 1024;

/** A zstd frame of `count` runs of blanks, each 128 KiB of four octets. */
function runs(count: number): Uint8Array {
  const run = (isLast: boolean): number[] => [
    ((RUN_BYTES << 3) & 0xff) | 2 | Number(isLast),
    ((RUN_BYTES << 3) >> 8) & 0xff,
    RUN_BYTES >> 13,
    0x20,
  ];
  const blocks = Array.from({ length: count }, (_, index) => run(index === count - 1));
  return Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0, 17 << 3, ...blocks.flat()]);
}

async function outcome(octets: Uint8Array, unpack: Partial<UnpackLimits>): Promise<unknown> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield octets;
  }
  try {
    for await (const _ of readLog({ name: 'x.log', octets: pieces() }, { unpack }));
    return 'read';
  } catch (error) {
    return error;
  }
}

describe('T59: what compressed data may unpack to', () => {
  test.each([
    ['gzip', gzipSync(Buffer.alloc(3 * MIB, 0x20))],
    ['zstd', runs(24)],
  ])('%s: up to the limit and not one octet more', async (_, octets) => {
    expect(await outcome(octets, { unpackedBytesMax: 3 * MIB })).toBe('read');
    expect(await outcome(octets, { unpackedBytesMax: 3 * MIB - 1 })).toMatchObject({
      code: 'caller.limit-decompression',
      detail: { file: 'x.log', limit: 'unpackedBytesMax', most: 3 * MIB - 1 },
    });
  });

  test.each([
    ['gzip', gzipSync(Buffer.alloc(80 * MIB, 0x20))],
    ['zstd', runs(8 * 80)],
  ])('%s: any ratio up to 64 MiB, from there that of the limit', async (_, octets) => {
    const ratio = Math.ceil((80 * MIB) / octets.length);
    expect(await outcome(octets, { unpackRatioMax: ratio })).toBe('read');
    expect(await outcome(octets, { unpackRatioMax: 100 })).toMatchObject({
      code: 'caller.limit-decompression',
      detail: { limit: 'unpackRatioMax', most: 100 },
    });
    expect(await outcome(runs(8 * 60), { unpackRatioMax: 1 })).toBe('read');
  });

  test('by default a bomb is refused after 64 MiB', async () => {
    expect(await outcome(runs(8 * 100), {})).toMatchObject({ detail: { most: DEFAULT_UNPACK_LIMITS.unpackRatioMax } });
  });

  test('the window of zstd', async () => {
    expect(await outcome(runs(1), { unpackWindowBytesMax: 128 * MIB - 1 })).toMatchObject({
      code: 'caller.input-invalid',
      detail: { file: 'x.log', windowBytes: 128 * MIB },
    });
  });
});
