import { Fault } from '@parley/core';

/** What zstd itself allows by default. */
const WINDOW_BYTES_MAX = 128 * 1024 * 1024;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const;
const RUN_LENGTH_BLOCK = 1;

/**
 * Walks over compressed octets from frame to frame (RFC 8878 §3.1) and refuses one that asks for too much memory,
 * before the decoder, which allocates whatever a frame asks for, has seen it. What is no frame is the decoder's to refuse.
 */
export class ZstdWindowGuard {
  readonly #file: string;
  /** Octets of the frame or block header that is being read. */
  #header: number[] = [];
  #skipBytes = 0;
  #inFrame = false;
  #checksumBytes = 0;

  /** `file` is for the refusal. */
  constructor(file: string) {
    this.#file = file;
  }

  /** Looks at the next octets (borrowed). @throws Fault `caller.input-invalid` */
  watch(octets: Uint8Array): void {
    let offset = 0;
    while (offset < octets.length) {
      const skipped = Math.min(this.#skipBytes, octets.length - offset);
      offset += skipped;
      this.#skipBytes -= skipped;
      const octet = octets[offset++];
      if (octet === undefined) return;
      this.#header.push(octet);
      if (this.#inFrame ? this.#readBlockHeader() : this.#readFrameHeader()) this.#header = [];
    }
  }

  /** Whether the header is whole. */
  #readFrameHeader(): boolean {
    const header = this.#header;
    if (header.length < 5) return false;
    if (header[3] === 0x18) {
      // A frame to skip: its size follows the magic number.
      if (header.length < 8) return false;
      this.#skipBytes = littleEndian(header.slice(4));
      return true;
    }
    const descriptor = header[4] ?? 0;
    const isSingle = (descriptor & 0x20) !== 0;
    const sizeFlag = descriptor >> 6;
    const sizeBytes = sizeFlag === 0 ? Number(isSingle) : 1 << sizeFlag;
    const sizeAt = 5 + Number(!isSingle) + (DICTIONARY_ID_BYTES[descriptor & 3] ?? 0);
    if (header.length < sizeAt + sizeBytes) return false;
    // A single segment needs its whole content as window.
    const windowBytes = isSingle ? littleEndian(header.slice(sizeAt)) : windowOf(header[5] ?? 0);
    if (windowBytes > WINDOW_BYTES_MAX) {
      const detail = {
        file: this.#file,
        reason: 'zstd window too large',
        windowBytes,
        windowBytesMax: WINDOW_BYTES_MAX,
      };
      throw new Fault('caller.input-invalid', detail);
    }
    this.#inFrame = true;
    this.#checksumBytes = (descriptor & 4) === 0 ? 0 : 4;
    return true;
  }

  #readBlockHeader(): boolean {
    if (this.#header.length < 3) return false;
    const header = littleEndian(this.#header);
    const isLast = (header & 1) !== 0;
    const isRunLength = ((header >> 1) & 3) === RUN_LENGTH_BLOCK;
    this.#skipBytes = (isRunLength ? 1 : header >> 3) + (isLast ? this.#checksumBytes : 0);
    this.#inFrame = !isLast;
    return true;
  }
}

function littleEndian(octets: readonly number[]): number {
  return octets.reduceRight((value, octet) => value * 256 + octet, 0);
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}
