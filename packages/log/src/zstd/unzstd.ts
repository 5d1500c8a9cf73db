import { setImmediate } from 'node:timers/promises';
import { Fault } from '@parley/core';
import type { BlockState } from './block.ts';
import { decodeBlock, newBlockState } from './block.ts';
import { damaged } from './damaged.ts';
import { BLOCK_BYTES_MAX, History } from './history.ts';
import { OctetSource } from './octet-source.ts';

const MAGIC = 0xfd2fb528;
/** Magic numbers of frames to skip, without their last four bits. */
const SKIPPABLE = 0x184d2a50;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;
const CHECKSUM_BYTES = 4;
/** Blocks and frames between two turns of the event loop: some 2 MiB, a few milliseconds. */
const STEPS_PER_TURN = 16;

interface FrameHeader {
  readonly windowBytes: number;
  /** `undefined` when the frame does not say. */
  readonly contentBytes: number | undefined;
  readonly hasChecksum: boolean;
}

/**
 * The content of all frames of `octets`, one after the other (RFC 8878 §3.1), in pieces that the caller owns. Checksums are
 * passed over.
 * @throws Fault `caller.input-invalid` for data that are damaged, need a dictionary, or a window above `windowBytesMax`
 */
export async function* unzstd(octets: AsyncIterable<Uint8Array>, windowBytesMax: number): AsyncGenerator<Uint8Array> {
  const source = new OctetSource(octets);
  const history = new History();
  let steps = 0;
  const step = async (): Promise<void> => {
    // safety: whoever interrupts is heard, also between blocks that yield nothing.
    if (++steps % STEPS_PER_TURN === 0) await setImmediate();
  };
  try {
    while (!(await source.isAtEnd())) {
      await step();
      const magic = littleEndian(await source.take(4));
      if (magic - (magic % 16) === SKIPPABLE) await source.skip(littleEndian(await source.take(4)));
      else if (magic === MAGIC) yield* frame(source, history, windowBytesMax, step);
      else throw damaged('frame');
    }
  } finally {
    await source.close();
  }
}

async function* frame(
  source: OctetSource,
  history: History,
  windowBytesMax: number,
  step: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  const { windowBytes, contentBytes, hasChecksum } = await frameHeader(source, windowBytesMax);
  history.begin(windowBytes);
  const state = newBlockState();
  let totalBytes = 0;
  for (let isLast = false; !isLast; ) {
    await step();
    const header = littleEndian(await source.take(3));
    isLast = (header & 1) !== 0;
    history.makeRoom();
    const start = history.end;
    await block(source, header, { state, history, sizeMax: Math.min(windowBytes, BLOCK_BYTES_MAX) });
    totalBytes += history.end - start;
    if (history.end > start) yield history.octets.slice(start, history.end);
  }
  if (contentBytes !== undefined && contentBytes !== totalBytes) throw damaged('frame of another size than it says');
  if (hasChecksum) await source.skip(CHECKSUM_BYTES);
}

interface Decoding {
  readonly state: BlockState;
  readonly history: History;
  readonly sizeMax: number;
}

async function block(source: OctetSource, header: number, { state, history, sizeMax }: Decoding): Promise<void> {
  const sizeBytes = header >> 3;
  if (sizeBytes > sizeMax) throw damaged('block too large');
  switch ((header >> 1) & 3) {
    case 0:
      return history.append(await source.take(sizeBytes));
    case 1:
      return history.append(new Uint8Array(sizeBytes).fill((await source.take(1))[0] ?? 0));
    case 2:
      return decodeBlock(await source.take(sizeBytes), state, history, sizeMax);
    default:
      throw damaged('block');
  }
}

async function frameHeader(source: OctetSource, windowBytesMax: number): Promise<FrameHeader> {
  const [descriptor = 0] = await source.take(1);
  if ((descriptor & 8) !== 0) throw damaged('frame header');
  const isSingle = (descriptor & 0x20) !== 0;
  const [windowDescriptor = 0] = isSingle ? [] : await source.take(1);
  const dictionaryId = littleEndian(await source.take(DICTIONARY_ID_BYTES[descriptor & 3] ?? 0));
  if (dictionaryId !== 0) throw damaged('frame that needs a dictionary');
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? Number(isSingle) : 2 ** sizeFlag;
  // Two octets count from 256.
  const size = littleEndian(await source.take(sizeBytes)) + (sizeBytes === 2 ? 256 : 0);
  // A single segment needs its whole content as window.
  const windowBytes = isSingle ? size : windowOf(windowDescriptor);
  if (windowBytes > windowBytesMax)
    throw new Fault('caller.input-invalid', { reason: 'zstd window too large', windowBytes, windowBytesMax });
  const contentBytes = sizeBytes === 0 ? undefined : size;
  return { windowBytes, contentBytes, hasChecksum: (descriptor & 4) !== 0 };
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function littleEndian(octets: Uint8Array): number {
  return octets.reduceRight((value, octet) => value * 256 + octet, 0);
}
