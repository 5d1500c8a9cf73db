/** What becomes of each of `items`, in their order, of which so many are under way at once. Nothing is when it ends. */
export async function* inOrder<Item, T>(
  items: Iterable<Item> | AsyncIterable<Item>,
  atOnce: number,
  make: (item: Item) => Promise<T>,
): AsyncGenerator<T, void, undefined> {
  const underWay: Promise<T>[] = [];
  try {
    for await (const item of items) {
      const made = make(item);
      // It fails when its turn comes.
      made.catch(() => undefined);
      underWay.push(made);
      const first = underWay.length < atOnce ? undefined : underWay.shift();
      if (first !== undefined) yield await first;
    }
    for (let first = underWay.shift(); first !== undefined; first = underWay.shift()) yield await first;
  } finally {
    await Promise.allSettled(underWay);
  }
}
