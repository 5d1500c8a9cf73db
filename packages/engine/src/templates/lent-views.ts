/**
 * Views of octets that are lent until the next message: the same ones for all messages that have their parts in the same places, as those of
 * one peer mostly have. perf: making a view, and hashing one for the first time, costs a quarter of the digest of a header.
 */
export class LentViews {
  readonly #views: Uint8Array[] = [];
  #octets: Uint8Array = new Uint8Array(0);

  /** octets[start, end) as view number `place`; in memory of the lender, of whom only the last such octets are wanted. */
  at(place: number, octets: Uint8Array, start: number, end: number): Uint8Array {
    if (octets !== this.#octets) {
      this.#octets = octets;
      this.#views.length = 0;
    }
    const view = this.#views[place];
    if (view !== undefined && view.byteOffset === octets.byteOffset + start && view.length === end - start) return view;
    const made = octets.subarray(start, end);
    this.#views[place] = made;
    return made;
  }
}
