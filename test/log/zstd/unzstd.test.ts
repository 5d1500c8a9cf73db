import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '@parley/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unzstd } from '../../../packages/log/src/zstd/unzstd.ts';

// What zstd 1.5.4 makes of CONTENT: `--fast=7`, `-1 --no-check`, `-3` of a stream, `-19`, `--ultra -22 --long=27` of a stream.
const FRAMES = fileURLToPath(new URL('frames/', import.meta.url));
const BENCH = fileURLToPath(new URL('../../vectors/bench/', import.meta.url));
const CONTENT = Buffer.concat(
  ['1k', '5k', '20k', '100k', '5k', '20k', '100k'].map((size) => readFileSync(join(BENCH, `signed-${size}.xml`))),
);
const WINDOW_BYTES_MAX = 128 * 1024 * 1024;
const BLOCK_BYTES_MAX = 128 * 1024;

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
const SKIPPED = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 1, 1];
const LARGEST_WINDOW = 17 << 3;

/** A frame without size or checksum, of `blocks` that are whole. */
function frameOf(windowDescriptor: number, blocks: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from([...MAGIC, 0x00, windowDescriptor, ...blocks.flat()]);
}

function block(type: 'raw' | 'run', sizeBytes: number, octets: readonly number[], isLast = false): number[] {
  const header = (sizeBytes << 3) | (type === 'run' ? 2 : 0) | (isLast ? 1 : 0);
  return [header & 0xff, (header >> 8) & 0xff, header >> 16, ...octets];
}

async function* pieces(octets: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < octets.length; start += pieceBytes) yield octets.subarray(start, start + pieceBytes);
}

async function unpacked(octets: Uint8Array, pieceBytes = 1000, windowBytesMax = WINDOW_BYTES_MAX): Promise<Buffer> {
  const out: Uint8Array[] = [];
  for await (const piece of unzstd(pieces(octets, pieceBytes), windowBytesMax)) out.push(piece);
  return Buffer.concat(out);
}

async function refusal(octets: Uint8Array, pieceBytes?: number): Promise<string> {
  const error: unknown = await unpacked(octets, pieceBytes).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Fault && error.code === 'caller.input-invalid') return String(error.detail['reason']);
  throw error ?? new Error('taken');
}

describe('what zstd writes', () => {
  const files = readdirSync(FRAMES);

  test.each(files)('%s, in pieces of any size', async (file) => {
    const octets = readFileSync(join(FRAMES, file));
    expect(files.length).toBe(5);
    for (const pieceBytes of [1, 7, 1000, octets.length])
      expect((await unpacked(octets, pieceBytes)).equals(CONTENT)).toBe(true);
  });

  test('frames one after the other, frames to skip, and nothing', async () => {
    const [one, other] = ['fast.zst', 'long.zst'].map((file) => readFileSync(join(FRAMES, file)));
    const all = Buffer.concat([Uint8Array.from(SKIPPED), one!, Uint8Array.from(SKIPPED), other!]);
    expect((await unpacked(all)).equals(Buffer.concat([CONTENT, CONTENT]))).toBe(true);
    expect(await unpacked(new Uint8Array(0))).toHaveLength(0);
    expect(await unpacked(frameOf(0, [block('raw', 2, [65, 66]), block('run', 3, [67], true)]))).toEqual(
      Buffer.from('ABCCC'),
    );
  });
});

describe('T59: what nobody should write', () => {
  test('cut anywhere it is an error, never a part that passes for the whole', async () => {
    const octets = readFileSync(join(FRAMES, 'level-19.zst'));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: octets.length - 1 }), async (length) => {
        expect(await refusal(octets.subarray(0, length))).toContain('zstd');
      }),
    );
  });

  test('with any octets changed it is refused with its code or yields no more than its blocks can', async () => {
    const frames = readdirSync(FRAMES).map((file) => readFileSync(join(FRAMES, file)));
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...frames),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        async (frame, changes) => {
          const octets = Uint8Array.from(frame);
          for (const [at, octet] of changes) octets[at % octets.length] = octet;
          const out = await unpacked(octets).catch((error: unknown) => {
            if (error instanceof Fault && error.code === 'caller.input-invalid') return undefined;
            throw error;
          });
          expect(out?.length ?? 0).toBeLessThanOrEqual((octets.length / 3) * BLOCK_BYTES_MAX);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a window above the limit, wherever its frame stands', async () => {
    const small = frameOf(0, [block('raw', 1, [65], true)]);
    const tooLarge = [frameOf(LARGEST_WINDOW | 1, []), Uint8Array.from([...MAGIC, 0xe0, 0, 0, 0, 0, 1, 0, 0, 0])];
    for (const octets of tooLarge) {
      expect(await refusal(octets, 1)).toBe('zstd window too large');
      expect(await refusal(Buffer.concat([small, Uint8Array.from(SKIPPED), octets]), 1)).toBe('zstd window too large');
    }
    expect(await unpacked(frameOf(LARGEST_WINDOW, [block('raw', 1, [65], true)]))).toHaveLength(1);
    await expect(unpacked(small, 1, 1023)).rejects.toMatchObject({
      detail: { windowBytes: 1024, windowBytesMax: 1023 },
    });
  });

  test('thousands of frames and blocks that yield nothing cost neither memory nor the event loop', async () => {
    const empty = frameOf(LARGEST_WINDOW, [block('raw', 0, [], true)]);
    const emptyBlocks = frameOf(LARGEST_WINDOW, [
      ...new Array<number[]>(20_000).fill(block('raw', 0, [])),
      block('raw', 0, [], true),
    ]);
    const held = process.memoryUsage().arrayBuffers;
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 0);
    expect(
      await unpacked(Buffer.concat([...new Array<Uint8Array>(20_000).fill(empty), emptyBlocks]), 1 << 20),
    ).toHaveLength(0);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
    expect(process.memoryUsage().arrayBuffers - held).toBeLessThan(32 << 20);
  });

  test('a dictionary, reserved bits, octets after the last frame, an offset before the beginning', async () => {
    expect(await refusal(Uint8Array.from([...MAGIC, 0x01, 0, 7, 1, 0, 0]))).toContain('dictionary');
    expect(await refusal(Uint8Array.from([...MAGIC, 0x08, 0, 1, 0, 0]))).toContain('frame header');
    expect(await refusal(Uint8Array.from([...MAGIC, 0x00, 0, 7, 0, 0]))).toContain('block');
    expect(await refusal(Buffer.concat([frameOf(0, [block('raw', 1, [65], true)]), Buffer.from('more')]))).toContain(
      'frame',
    );
    // One literal, then a match of 3 from offset 4, the second of those that a frame begins with.
    const sequences = [0x08, 65, 1, 0x54, 1, 1, 0, 0x02];
    const compressed = [(sequences.length << 3) | 4 | 1, 0, 0, ...sequences];
    expect(await refusal(frameOf(0, [compressed]))).toContain('offset');
  });
});
