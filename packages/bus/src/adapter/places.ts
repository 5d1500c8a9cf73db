import { createHash, randomUUID } from 'node:crypto';

/** Of one message that came. */
export interface Place {
  readonly name: string;
  /** It came before, and its result is safe: only its acknowledgement was lost. */
  readonly isSafe: boolean;
}

interface Known {
  readonly name: string;
  readonly fingerprint: string;
  /** The link on which it came last. */
  link: object;
  isSafe: boolean;
}

/**
 * Places of messages for a bus that numbers none, but says which ones it has delivered before. What it never delivered is new, however like
 * another it is: a name that its sender chose, or its octets, would let a copy pass for it. What it delivers again on a new link is found
 * by its octets and properties among what came on another.
 */
export class Places {
  readonly #prefix: string;
  readonly #safeMax: number;
  readonly #known = new Map<string, Known[]>();
  readonly #byName = new Map<string, Known>();
  /** Acknowledged, the oldest first. */
  readonly #safe = new Set<Known>();
  #count = 0;

  /**
   * @param source the name of what is read
   * @param unacknowledgedMax how many deliveries the bus leaves unacknowledged on one link: it has read all acknowledgements but the last so many, so
   * that only these may come again. Twice as many are remembered: a link may break before those of the one before it have come again.
   */
  constructor(source: string, unacknowledgedMax: number) {
    this.#prefix = `${source}/${randomUUID()}`;
    this.#safeMax = 2 * unacknowledgedMax;
  }

  of(octets: Uint8Array, properties: string, isRedelivered: boolean, link: object): Place {
    const fingerprint = createHash('sha256').update(octets).update(properties).digest('base64');
    const alike = this.#known.get(fingerprint) ?? [];
    const others = alike.filter((known) => known.link !== link);
    // A broker that died may have forgotten what it delivered: a message that is under way, and looks the same, is better taken for it than for a copy.
    const again = others.find(({ isSafe }) => !isSafe) ?? (isRedelivered ? others[0] : undefined);
    if (again !== undefined) {
      again.link = link;
      return { name: again.name, isSafe: again.isSafe };
    }
    const known = { name: `${this.#prefix}/${this.#count++}`, fingerprint, link, isSafe: false };
    this.#known.set(fingerprint, [...alike, known]);
    this.#byName.set(known.name, known);
    return { name: known.name, isSafe: false };
  }

  /** Its result is safe. */
  settle(name: string): void {
    const known = this.#byName.get(name);
    if (known === undefined) return;
    known.isSafe = true;
    // The last to be acknowledged is the last to be forgotten.
    this.#safe.delete(known);
    this.#safe.add(known);
    if (this.#safe.size <= this.#safeMax) return;
    const [oldest] = this.#safe;
    if (oldest !== undefined) this.#forget(oldest);
  }

  #forget(known: Known): void {
    this.#safe.delete(known);
    this.#byName.delete(known.name);
    const left = (this.#known.get(known.fingerprint) ?? []).filter((each) => each !== known);
    if (left.length === 0) this.#known.delete(known.fingerprint);
    else this.#known.set(known.fingerprint, left);
  }
}
