import type { Terminal } from './terminal.ts';

/** When a command that runs until it is told to end is told so. */
export interface Ending extends Disposable {
  readonly signal: AbortSignal;
}

/** SIGINT is the terminal's; SIGTERM is how services are ended. What is under way may then take as long as it does; a second signal ends all at once. */
export function endingOf({ interrupted, finishesFirst }: Terminal): Ending {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  finishesFirst();
  if (interrupted.aborted) end();
  interrupted.addEventListener('abort', end, { once: true });
  process.once('SIGTERM', end);
  return {
    signal: ending.signal,
    [Symbol.dispose]() {
      process.off('SIGTERM', end);
      interrupted.removeEventListener('abort', end);
    },
  };
}
