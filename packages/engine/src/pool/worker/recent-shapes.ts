// Of a conversation two or three; more than a few would be compared in vain.
const SHAPES_MAX = 8;

/** The shapes of a batch that were used last. */
export class RecentShapes<Shape> {
  readonly #isSame: (known: Shape, other: Shape) => boolean;
  readonly #known: (readonly [index: number, shape: Shape])[] = [];

  constructor(isSame: (known: Shape, other: Shape) => boolean) {
    this.#isSame = isSame;
  }

  /** The index of that shape, and as what it was kept, if it is one of these. */
  find(shape: Shape): readonly [index: number, shape: Shape] | undefined {
    const place = this.#known.findIndex(([, known]) => this.#isSame(known, shape));
    if (place <= 0) return this.#known[place];
    const [found] = this.#known.splice(place, 1);
    this.#known.unshift(found!);
    return found;
  }

  keep(shape: Shape, index: number): readonly [index: number, shape: Shape] {
    const kept = [index, shape] as const;
    this.#known.unshift(kept);
    if (this.#known.length > SHAPES_MAX) this.#known.pop();
    return kept;
  }
}
