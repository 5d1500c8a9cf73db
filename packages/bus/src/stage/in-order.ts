/**
 * Works on what `source` gives, at most `concurrency` at one time, and gives the results in order, each as soon as it and those before
 * it are there. Reads on only while there is room. What `source` or `work` throws is heard of after all results before it.
 */
export async function* inOrder<Given, Result>(
  source: AsyncIterable<Given>,
  concurrency: number,
  work: (given: Given) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  const underWay: Promise<Result>[] = [];
  let reading: Promise<IteratorResult<Given>> | undefined;
  let isOver = false;
  try {
    while (!isOver || underWay.length > 0) {
      if (!isOver && underWay.length < concurrency) reading ??= quiet(iterator.next());
      const [first] = underWay;
      if (reading === undefined || (first !== undefined && (await isBefore(first, reading)))) {
        void underWay.shift();
        if (first !== undefined) yield await first;
        continue;
      }
      try {
        const read = await reading;
        if (read.done === true) isOver = true;
        else underWay.push(quiet(work(read.value)));
      } catch (error) {
        isOver = true;
        underWay.push(quiet(Promise.reject(error)));
      }
      reading = undefined;
    }
  } finally {
    const closing = isOver ? undefined : iterator.return?.();
    // A source that is waiting for its next message closes when that has come.
    if (reading === undefined) await closing;
    else closing?.catch(() => undefined);
    await Promise.allSettled(underWay);
  }
}

async function isBefore(first: Promise<unknown>, second: Promise<unknown>): Promise<boolean> {
  const isFirst = (): boolean => true;
  const isSecond = (): boolean => false;
  return await Promise.race([first.then(isFirst, isFirst), second.then(isSecond, isSecond)]);
}

/** A promise whose turn has not come must not count as an unhandled rejection. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
