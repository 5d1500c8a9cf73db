/** Octets that are the same each time, but for values of known lengths. */
import { bytesEqual } from '@parley/codec/internal';

interface Patch {
  readonly at: number;
  readonly end: number;
  readonly value: number;
}

/** Made once, and filled for each message; holds what it was filled with until it {@link Patched.forget}s it. */
export class Patched {
  /** As they were filled last, behind so many octets that are somebody else's. */
  readonly octets: Uint8Array;
  readonly start: number;
  readonly #patches: readonly Patch[];

  /** Of octets in which the `texts`, of ASCII, stand, each as often as it does. */
  constructor(octets: Uint8Array, texts: readonly string[], start = 0) {
    this.octets = new Uint8Array(start + octets.length);
    this.octets.set(octets, start);
    this.start = start;
    this.#patches = texts.flatMap((text, value) =>
      placesOf(octets, text).map((at) => ({ at: start + at, end: start + at + text.length, value })),
    );
    this.forget();
  }

  /** Puts values in, in the order of the texts. */
  fill(values: readonly string[]): this {
    for (const { at, value } of this.#patches) {
      const text = values[value]!;
      for (let index = 0; index < text.length; index++) this.octets[at + index] = text.charCodeAt(index);
    }
    return this;
  }

  /** Overwrites the values. */
  forget(): void {
    for (const { at, end } of this.#patches) this.octets.fill(0, at, end);
  }
}

function placesOf(octets: Uint8Array, text: string): readonly number[] {
  const wanted = new TextEncoder().encode(text);
  const places: number[] = [];
  if (text === '') return places;
  for (let at = octets.indexOf(wanted[0]!); at >= 0; at = octets.indexOf(wanted[0]!, at + 1))
    if (at + wanted.length <= octets.length && bytesEqual(octets, at, at + wanted.length, wanted)) places.push(at);
  return places;
}
