import type { Ambient } from '../exchange/ambient.ts';
import { randomUrn } from '../exchange/ambient.ts';
import type { Lease, Shift } from '../sequence/lease.ts';

/** Renewed so often, that a store that is away for a moment costs no lease. */
const RENEWALS_PER_LEASE = 3;

/** Leases of others that are watched at a time: of a clock that was set back, all that there were. */
const WATCHED_MAX = 4096;

/** The shifts of one node: which are going on, and their leases, which are renewed for as long as the application takes. */
export class Shifts {
  readonly #ambient: Ambient;
  readonly #leaseMs: number;
  readonly #life: string;
  readonly #node: string;
  readonly #goingOn = new Set<string>();
  readonly #renewals = new Map<string, () => Promise<void>>();
  /** Leases of others, until when they say to be, and since when that was seen; by shift. */
  readonly #seen = new Map<string, { readonly untilMs: number; readonly sinceMs: number }>();
  #count = 0;
  #isWatched = false;

  constructor(ambient: Ambient, { leaseMs, node }: { readonly leaseMs: number; readonly node: string | undefined }) {
    this.#ambient = ambient;
    this.#leaseMs = leaseMs;
    this.#life = randomUrn(ambient);
    this.#node = node ?? this.#life;
  }

  begin(): Shift {
    const shift = `${this.#life} ${this.#count++}`;
    this.#goingOn.add(shift);
    return {
      node: this.#node,
      shift,
      leaseMs: this.#leaseMs,
      isGoingOn: (each) => this.#goingOn.has(each),
      isAbandoned: (lease, atMs) => this.#isAbandoned(lease, atMs),
    };
  }

  end({ shift }: Shift): void {
    this.#goingOn.delete(shift);
    this.#renewals.delete(shift);
  }

  #isAbandoned({ shift, untilMs, lengthMs }: Lease, atMs: number): boolean {
    const seen = this.#seen.get(shift);
    if (seen?.untilMs === untilMs && seen.sinceMs <= atMs) return atMs - seen.sinceMs >= lengthMs;
    // safety: what is forgotten is waited for a little longer.
    if (this.#seen.size >= WATCHED_MAX) this.#seen.clear();
    this.#seen.set(shift, { untilMs, sinceMs: atMs });
    return false;
  }

  /** `renew` is called now and then, until the shift is over. */
  keep({ shift }: Shift, renew: () => Promise<void>): void {
    this.#renewals.set(shift, renew);
    this.#watch();
  }

  /** One timer for all: most shifts are over before it. */
  #watch(): void {
    if (this.#isWatched || this.#renewals.size === 0) return;
    this.#ambient.wakeAfter?.(Math.ceil(this.#leaseMs / RENEWALS_PER_LEASE), () => {
      this.#isWatched = false;
      // One that fails is tried again; one that cannot be renewed runs out.
      for (const renew of this.#renewals.values()) void renew().catch(() => undefined);
      this.#watch();
    });
    this.#isWatched = true;
  }
}
