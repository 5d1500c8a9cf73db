import { callback, instanceOf, optional, requireInput, requireKind, TEXT, whole } from '@parley/core/internal';
import type { Drain } from '../hot/octets/octet-sink.ts';
import { OctetSink as HotSink } from '../hot/octets/octet-sink.ts';

const SIZE = whole(0, 2 ** 31 - 1);
const DRAIN = callback<Drain>();
const SOME_DRAIN = optional(DRAIN);
const VIEW = instanceOf<DataView>(DataView);
const OCTET = whole(0, 0xff);
const CODE_POINT = whole(0, 0x10ffff);

/**
 * A growing run of octets: what canonicalisation and writing append to. Reused; the octets are the sink's own.
 *
 * A {@link OctetSink.streaming} sink holds a few at a time and hands on the rest, so that a digest of any size needs no
 * memory for what is digested; long runs go from the document to the drain without being copied.
 *
 * Every method throws the Fault `caller.option-invalid` or `caller.input-invalid` for what it cannot use.
 */
export class OctetSink extends HotSink {
  /**
   * @param capacityBytes octets to make room for at first
   * @param drain see {@link OctetSink.streaming}
   */
  constructor(capacityBytes: number = 4096, drain?: Drain) {
    requireKind(SIZE, capacityBytes, 'capacityBytes');
    requireKind(SOME_DRAIN, drain, 'drain');
    super(capacityBytes, drain);
  }

  /**
   * A sink that hands over to `drain` what does not fit into `chunkBytes`, and the rest on {@link flush}. What comes
   * out is the concatenation of all that `drain` gets; while nothing was drained it is `bytes[0, length)`.
   */
  static override streaming(drain: Drain, chunkBytes: number = 64 * 1024): OctetSink {
    requireKind(DRAIN, drain, 'drain');
    requireKind(SIZE, chunkBytes, 'chunkBytes');
    return new OctetSink(chunkBytes, drain);
  }

  override reserve(more: number): void {
    requireKind(SIZE, more, 'more');
    super.reserve(more);
  }

  override write(bytes: Uint8Array, start: number, end: number): void {
    requireRange(bytes, start, end);
    super.write(bytes, start, end);
  }

  override copy(bytes: Uint8Array, from: DataView, start: number, end: number): void {
    requireKind(VIEW, from, 'from');
    requireRange(bytes, start, end);
    requireKind(whole(end), from.byteLength, 'from.byteLength');
    super.copy(bytes, from, start, end);
  }

  override writeText(ascii: string): void {
    requireKind(TEXT, ascii, 'ascii');
    super.writeText(ascii);
  }

  override writeOctet(octet: number): void {
    requireKind(OCTET, octet, 'octet');
    super.writeOctet(octet);
  }

  override writeCodePoint(code: number): void {
    requireKind(CODE_POINT, code, 'code');
    super.writeCodePoint(code);
  }

  override reset(bytesMax: number = Number.POSITIVE_INFINITY): void {
    if (bytesMax !== Number.POSITIVE_INFINITY) requireKind(whole(), bytesMax, 'bytesMax');
    super.reset(bytesMax);
  }
}

function requireRange(bytes: Uint8Array, start: number, end: number): void {
  requireInput(bytes, 'bytes');
  requireKind(whole(0, bytes.length), start, 'start');
  requireKind(whole(start, bytes.length), end, 'end');
}
