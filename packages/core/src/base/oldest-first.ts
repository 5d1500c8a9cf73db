/** An entry, between the one that was put before it and the one after it. */
interface Link<K, V> {
  readonly key: K;
  readonly value: V;
  before: Link<K, V> | undefined;
  after: Link<K, V> | undefined;
}

/**
 * A map that knows which entry was put first. perf: a `Map` knows it, too, but to find it passes over the room of all that was deleted before it, which
 * in a memory of a hundred thousand costs more than a signature, each time.
 */
export class OldestFirst<K, V> {
  readonly #links = new Map<K, Link<K, V>>();
  #oldest: Link<K, V> | undefined;
  #newest: Link<K, V> | undefined;

  get size(): number {
    return this.#links.size;
  }

  get(key: K): V | undefined {
    return this.#links.get(key)?.value;
  }

  has(key: K): boolean {
    return this.#links.has(key);
  }

  /** From now on the newest, also if it was there. */
  put(key: K, value: V): void {
    this.delete(key);
    const link: Link<K, V> = { key, value, before: this.#newest, after: undefined };
    if (this.#newest === undefined) this.#oldest = link;
    else this.#newest.after = link;
    this.#newest = link;
    this.#links.set(key, link);
  }

  delete(key: K): void {
    const link = this.#links.get(key);
    if (link === undefined) return;
    const { before, after } = link;
    if (before === undefined) this.#oldest = after;
    else before.after = after;
    if (after === undefined) this.#newest = before;
    else after.before = before;
    this.#links.delete(key);
  }

  clear(): void {
    this.#links.clear();
    this.#oldest = undefined;
    this.#newest = undefined;
  }

  /** The key that was put first of all that are there. */
  get oldest(): K | undefined {
    return this.#oldest?.key;
  }

  /** From the oldest on; what it has given may be deleted meanwhile, and nothing else. */
  *[Symbol.iterator](): Generator<readonly [key: K, value: V], void> {
    for (let link = this.#oldest; link !== undefined; link = link.after) yield [link.key, link.value];
  }
}
