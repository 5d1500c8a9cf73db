/** Texts that return in every message of a batch (names, URIs, identifiers) travel once. */
export class StringTable {
  readonly texts: string[] = [];
  readonly #indexes = new Map<string, number>();

  /** The index of `text`; -1 for `undefined`. */
  indexOf(text: string | undefined): number {
    if (text === undefined) return -1;
    let index = this.#indexes.get(text);
    if (index === undefined) {
      index = this.texts.push(text) - 1;
      this.#indexes.set(text, index);
    }
    return index;
  }
}
