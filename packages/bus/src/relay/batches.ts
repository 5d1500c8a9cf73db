/**
 * Gathers what `source` gives: what is there by the time that `isFree` resolves, and at most `most` at once. So a quick bus gets
 * large batches, and a single message waits for nothing.
 */
export async function* batchesOf<T>(
  source: AsyncIterable<T>,
  most: number,
  isFree: () => Promise<void>,
): AsyncGenerator<readonly T[], void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let reading: Promise<IteratorResult<T>> | undefined;
  let batch: T[] = [];
  let isOver = false;
  try {
    while (!isOver) {
      reading ??= iterator.next();
      const read = batch.length === 0 ? await reading : await firstOf(reading, isFree());
      if (read !== undefined) {
        reading = undefined;
        if (read.done === true) isOver = true;
        else batch.push(read.value);
      }
      if (batch.length > 0 && (read === undefined || isOver || batch.length >= most)) {
        yield batch;
        batch = [];
      }
    }
  } finally {
    const closing = isOver ? undefined : iterator.return?.();
    // As in `inOrder`.
    if (reading === undefined) await closing;
    else for (const promise of [reading, closing]) promise?.catch(() => undefined);
  }
}

/** What is read, if it is there before the bus is free and this turn of the event loop is over; `undefined` if not. */
async function firstOf<T>(
  reading: Promise<IteratorResult<T>>,
  isFree: Promise<void>,
): Promise<IteratorResult<T> | undefined> {
  const idle = isFree.then(
    async () => await new Promise<undefined>((resolve) => void setImmediate(resolve, undefined)),
    () => undefined,
  );
  return await Promise.race([reading, idle]);
}
