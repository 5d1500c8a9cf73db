/** A few things between one who has them and one who takes them: `put` resolves when there is room for more. */
export class DeliveryQueue<T> {
  readonly #room: number;
  readonly #items: T[] = [];
  #isOver = false;
  #failure: { readonly error: unknown } | undefined;
  #taken: () => void = () => undefined;
  #put: () => void = () => undefined;

  constructor(room: number) {
    this.#room = room;
  }

  /** Resolves to whether the queue goes on. */
  async put(item: T): Promise<boolean> {
    if (this.#isOver) return false;
    this.#items.push(item);
    this.#put();
    while (this.#items.length >= this.#room && !this.#isOver)
      await new Promise<void>((resolve) => {
        this.#taken = resolve;
      });
    return !this.#isOver;
  }

  /** Forgets what `isOver` says of, and nobody took yet. */
  drop(isOver: (item: T) => boolean): void {
    const left = this.#items.filter((item) => !isOver(item));
    this.#items.splice(0, this.#items.length, ...left);
    this.#taken();
  }

  /** Ends it, once what is in it was taken; with an error, at once. */
  end(failure?: { readonly error: unknown }): void {
    this.#isOver = true;
    this.#failure ??= failure;
    this.#put();
    this.#taken();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.error;
      const item = this.#items.shift();
      if (item !== undefined) {
        this.#taken();
        yield item;
      } else if (this.#isOver) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#put = resolve;
        });
      }
    }
  }
}
