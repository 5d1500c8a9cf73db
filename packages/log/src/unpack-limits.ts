import { Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { partOf, whole } from '@parley/core/internal';

/** What compressed logs may unpack to. */
export interface UnpackLimits {
  /** Octets of one file. */
  readonly unpackedBytesMax: number;
  /** Octets out for one octet in, where a file yields more than 64 MiB. gzip reaches 1032. */
  readonly unpackRatioMax: number;
  /** The window of a zstd frame. zstd itself allows 128 MiB unless it is told. */
  readonly unpackWindowBytesMax: number;
}

export const SOME_UNPACK_LIMITS: Kind<Partial<UnpackLimits>> = partOf<UnpackLimits>({
  unpackedBytesMax: whole(1),
  unpackRatioMax: whole(1),
  unpackWindowBytesMax: whole(1),
});

export const DEFAULT_UNPACK_LIMITS: UnpackLimits = Object.freeze({
  unpackedBytesMax: 64 * 1024 ** 3,
  unpackRatioMax: 1000,
  unpackWindowBytesMax: 128 * 1024 ** 2,
});

/** A file that yields no more may have any ratio: small ones of many repetitions do. */
const ANY_RATIO_BYTES = 64 * 1024 ** 2;

/** Whether `name` is one of the limits. */
export function isUnpackLimit(name: string): name is keyof UnpackLimits {
  return typeof name === 'string' && Object.hasOwn(DEFAULT_UNPACK_LIMITS, name);
}

/** Counts what goes in and comes out of a decoder. Time is linear in both, so that the limits bound it too. */
export class UnpackMeter {
  readonly #limits: UnpackLimits;
  #packedBytes = 0;
  #unpackedBytes = 0;

  constructor(limits: UnpackLimits) {
    this.#limits = limits;
  }

  /** `pieces`, counted as what goes in. */
  async *packed(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      this.#packedBytes += piece.length;
      yield piece;
    }
  }

  /** `pieces`, counted as what comes out. @throws Fault `caller.limit-decompression` */
  async *unpacked(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      this.#unpackedBytes += piece.length;
      this.#check();
      yield piece;
    }
  }

  #check(): void {
    const { unpackedBytesMax, unpackRatioMax } = this.#limits;
    const counts = { packedBytes: this.#packedBytes, unpackedBytes: this.#unpackedBytes };
    if (this.#unpackedBytes > unpackedBytesMax)
      throw new Fault('caller.limit-decompression', { limit: 'unpackedBytesMax', most: unpackedBytesMax, ...counts });
    if (this.#unpackedBytes > Math.max(ANY_RATIO_BYTES, this.#packedBytes * unpackRatioMax))
      throw new Fault('caller.limit-decompression', { limit: 'unpackRatioMax', most: unpackRatioMax, ...counts });
  }
}
