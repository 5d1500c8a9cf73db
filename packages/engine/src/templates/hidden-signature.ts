/**
 * A ds:Signature that is encrypted. With CBC, nothing of it may be looked at before it is proven (T37), and it is what proves. So it is
 * read without a look: where each of its values stands is known by the length of the plaintext, and all other octets by
 * the message in clear, whose Ids it names. They are compared, its SignedInfo is made canonical and its values are taken, whatever
 * they are; what that takes depends on lengths alone.
 */
import type { Piece } from '@parley/codec/internal';
import { equalConstantTime } from '@parley/core/internal';

/** Octets that are the same in all signatures of the shape, and the value behind them. */
export interface SignatureSegment {
  readonly constant: Uint8Array;
  /** The hole with the Id that the value names, in the message in clear; -1 for none. */
  readonly names: number;
  /** Octets of a value that names nothing. */
  readonly bytes: number;
}

export interface SignatureShape {
  /** The last one has an empty value. */
  readonly segments: readonly SignatureSegment[];
  /** Of SignedInfo in its canonical form; holes are numbers of segments, whose values they are. */
  readonly signedInfo: readonly Piece[];
  /** The segment whose value may be longer or shorter: the Id of the Signature. -1 for none. */
  readonly elastic: number;
}

/** The message that the matcher compared last, in which the Ids stand. */
export interface ClearMessage {
  readonly octets: Uint8Array;
  /** Start and end of each hole. */
  readonly holes: Int32Array;
}

/** Octets of the elastic value, at most. */
const ELASTIC_MAX = 256;
const HASH = 0x23;

/** Signatures of one shape, and the one that was read last: {@link HiddenSignature.mayBe} by lengths, then `read`. */
export class HiddenSignature {
  readonly #shape: SignatureShape;
  readonly #constantBytes: number;
  /** Start and end of each value in {@link octets}. */
  readonly places: Int32Array;
  /** The plaintext that was read last. */
  octets: Uint8Array = new Uint8Array(0);
  /** Octets of its SignedInfo. */
  signedInfoBytes = 0;
  #bytes = 0;

  constructor(shape: SignatureShape) {
    this.#shape = shape;
    this.#constantBytes = shape.segments.reduce((sum, { constant }) => sum + constant.length, 0);
    this.places = new Int32Array(shape.segments.length * 2);
  }

  /** Whether plaintext of at least so many octets, and of less than `lessThan`, may be one beside that message. */
  mayBe(leastBytes: number, lessThan: number, { holes }: ClearMessage): boolean {
    const { segments, signedInfo, elastic } = this.#shape;
    const bytesOf = (segment: number): number => {
      const { names, bytes } = segments[segment]!;
      if (segment === elastic) return 0;
      return names < 0 ? bytes : holes[names * 2 + 1]! - holes[names * 2]! + 1;
    };
    this.#bytes = segments.reduce((sum, _, segment) => sum + bytesOf(segment), this.#constantBytes);
    this.signedInfoBytes = signedInfo.reduce(
      (sum, { constant, hole }) => sum + constant.length + (hole < 0 ? 0 : bytesOf(hole)),
      0,
    );
    return this.#bytes < lessThan && this.#bytes + (elastic < 0 ? 0 : ELASTIC_MAX) >= leastBytes;
  }

  /** Takes plaintext that {@link mayBe} one; whether all of it is as it has to be, but for its values. */
  read(plaintext: Uint8Array, message: ClearMessage): boolean {
    const elasticBytes =
      this.#shape.elastic < 0 ? 0 : Math.min(Math.max(plaintext.length - this.#bytes, 0), ELASTIC_MAX);
    const length = this.#bytes + elasticBytes;
    const octets = new Uint8Array(length);
    octets.set(plaintext.subarray(0, length));
    const expected = octets.slice();
    this.#expect(expected, elasticBytes, message);
    this.octets = octets;
    const isSame = equalConstantTime(expected, octets);
    const isAll = plaintext.length === length;
    return isSame && isAll;
  }

  /** Writes into `expected`, which holds the plaintext, all that is known, and notes where the values are. */
  #expect(expected: Uint8Array, elasticBytes: number, { octets, holes }: ClearMessage): void {
    const { segments, elastic } = this.#shape;
    let at = 0;
    for (let segment = 0; segment < segments.length; segment++) {
      const { constant, names, bytes } = segments[segment]!;
      expected.set(constant, at);
      at += constant.length;
      this.places[segment * 2] = at;
      if (names >= 0) {
        const id = octets.subarray(holes[names * 2], holes[names * 2 + 1]);
        expected[at] = HASH;
        expected.set(id, at + 1);
        at += id.length + 1;
      } else at += segment === elastic ? elasticBytes : bytes;
      this.places[segment * 2 + 1] = at;
    }
  }

  /** Writes the canonical octets of the SignedInfo that was read last. */
  writeSignedInfo(to: Uint8Array, start: number): void {
    let at = start;
    for (const { constant, hole } of this.#shape.signedInfo) {
      to.set(constant, at);
      at += constant.length;
      if (hole < 0) continue;
      const value = this.octets.subarray(this.places[hole * 2], this.places[hole * 2 + 1]);
      to.set(value, at);
      at += value.length;
    }
  }
}
