/** Which contexts changed lately: what other processes and pools may still hold in caches. */

import type { ContextChanges } from '@parley/engine';

/** Changes that are remembered. Who was away longer takes everything for changed. */
export const CHANGES_KEPT = 256;

/** The numbers of the changes in `[since, count)`; `undefined` when they are not all remembered. */
export function changesSince(since: number, count: number): readonly number[] | undefined {
  if (since > count || count - since > CHANGES_KEPT) return undefined;
  return Array.from({ length: count - since }, (_, index) => since + index);
}

/** The changes of a store, as one process knows them. */
export class ChangeRing {
  readonly #identifiers: string[] = [];
  #count = 0;

  append(identifier: string): void {
    this.#identifiers[this.#count % CHANGES_KEPT] = identifier;
    this.#count++;
  }

  /** A change that was told; of one that is not known by name, that there was some. */
  hear(identifier: string | undefined): void {
    if (identifier === undefined) this.skip();
    else this.append(identifier);
  }

  /** Changes may have been missed, nobody knows which. */
  skip(): void {
    this.#count += CHANGES_KEPT + 1;
  }

  since(position: number | undefined): ContextChanges {
    if (position === undefined) return { position: this.#count, identifiers: [] };
    const numbers = changesSince(position, this.#count);
    return {
      position: this.#count,
      identifiers: numbers?.map((number) => this.#identifiers[number % CHANGES_KEPT] ?? ''),
    };
  }
}
