import { asyncIterable, instanceOf, optional, requireKind } from '@parley/core/internal';

const ITEMS = asyncIterable<unknown>();
const SIGNAL = optional(instanceOf<AbortSignal>(AbortSignal));

/** `items` until they end or `signal` is aborted, even while the next one is being waited for. */
export async function* untilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  requireKind(ITEMS, items, 'items');
  requireKind(SIGNAL, signal, 'signal');
  if (signal === undefined) {
    yield* items;
    return;
  }
  const iterator = items[Symbol.asyncIterator]();
  try {
    while (!signal.aborted) {
      const next = await nextOrAborted(iterator, signal);
      if (next === undefined || next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not awaited: it may hang in the very read that was given up.
    iterator.return?.().catch(() => undefined);
  }
}

// One listener per step, taken off again: racing against one long-lived promise would keep every step in memory.
function nextOrAborted<T>(iterator: AsyncIterator<T>, signal: AbortSignal): Promise<IteratorResult<T> | undefined> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve(undefined);
    signal.addEventListener('abort', onAbort, { once: true });
    iterator
      .next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}
