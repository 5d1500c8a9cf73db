/** Takes in the bodies of requests: bounded in octets and time each, and in octets all together. */
import type { Readable } from 'node:stream';
import { Fault } from '@parley/core';
import { joined } from '../binding/joined.ts';

export interface BodyBounds {
  readonly bodyBytesMax: number;
  /** From the first look at the request to the last octet of its body. */
  readonly bodyTimeoutMs: number;
  /** Octets of bodies that are not complete yet, of all requests together. */
  readonly incompleteBytesMax: number;
}

interface Reading {
  bytes: number;
  readonly end: (error: Fault) => void;
}

/** All bodies that are being taken in. */
export class BodyReader {
  readonly #bounds: BodyBounds;
  /** In the order in which they began. */
  readonly #readings = new Set<Reading>();
  #incompleteBytes = 0;

  constructor(bounds: BodyBounds) {
    this.#bounds = bounds;
  }

  /**
   * The octets of `request`, all of them, the caller's own.
   *
   * @param declared value of Content-Length, if there is one
   * @throws Fault `peer.http-body-too-large`; `peer.http-body-incomplete` it was cut or took too long; `internal.busy` it was
   *   among the slowest when there was no more room
   */
  async read(request: Readable, declared: string | undefined): Promise<Uint8Array> {
    const { bodyBytesMax, bodyTimeoutMs } = this.#bounds;
    const lengthBytes = declared === undefined ? 0 : Number(declared);
    if (lengthBytes > bodyBytesMax) throw tooLarge(lengthBytes, bodyBytesMax);
    return await new Promise<Uint8Array>((resolve, reject) => {
      const chunks: Uint8Array[] = [];
      // At once: a stream says `close` right after `end`, before anybody who awaits this is asked.
      const forget = (): void => {
        // Once: one that is too long may have been ended before, as the oldest.
        if (!this.#readings.delete(reading)) return;
        clearTimeout(timer);
        request.off('data', take).off('end', whole).off('error', cut).off('close', cut);
        this.#incompleteBytes -= reading.bytes;
      };
      const end = (error: Fault): void => {
        forget();
        reject(error);
      };
      const reading: Reading = { bytes: 0, end };
      const cut = (): void => end(new Fault('peer.http-body-incomplete', { reason: 'cut', found: reading.bytes }));
      const slow = (): void =>
        end(new Fault('peer.http-body-incomplete', { reason: 'slow', found: reading.bytes, max: bodyTimeoutMs }));
      const whole = (): void => {
        forget();
        resolve(joined(chunks));
      };
      const take = (chunk: Uint8Array): void => {
        chunks.push(chunk);
        this.#count(reading, chunk.length);
        if (reading.bytes > bodyBytesMax) end(tooLarge(reading.bytes, bodyBytesMax));
      };
      const timer = setTimeout(slow, bodyTimeoutMs);
      this.#readings.add(reading);
      request.on('data', take).on('end', whole).on('error', cut).on('close', cut);
    });
  }

  /** Whoever is honest has sent a body long before others began; so the oldest make room. */
  #count(reading: Reading, bytes: number): void {
    reading.bytes += bytes;
    this.#incompleteBytes += bytes;
    let excess = this.#incompleteBytes - this.#bounds.incompleteBytesMax;
    for (const oldest of this.#readings) {
      if (excess <= 0) return;
      excess -= oldest.bytes;
      oldest.end(new Fault('internal.busy', { limit: 'incompleteBytesMax', max: this.#bounds.incompleteBytesMax }));
    }
  }
}

function tooLarge(found: number, max: number): Fault {
  return new Fault('peer.http-body-too-large', { limit: 'bodyBytesMax', max, found });
}
