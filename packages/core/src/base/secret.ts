import { Fault } from './fault.ts';

/**
 * Key octets with one owner. They live in a buffer of their own, never in a pool and never in a string; printing,
 * logging or serialising a `Secret` shows its length only (`inspect` does not see private fields).
 */
export class Secret {
  readonly lengthBytes: number;
  #bytes: Uint8Array | undefined;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.lengthBytes = bytes.length;
  }

  /** Copies `bytes` (borrowed; the caller wipes its own copy). */
  static copyOf(bytes: Uint8Array): Secret {
    const own = new Uint8Array(bytes.length);
    own.set(bytes);
    return new Secret(own);
  }

  /** A secret of `lengthBytes`, filled by `fill` (which borrows the octets). */
  static filledBy(lengthBytes: number, fill: (out: Uint8Array) => void): Secret {
    const own = new Uint8Array(lengthBytes);
    fill(own);
    return new Secret(own);
  }

  /** Lends the octets to `use`, which must not keep them. @throws Fault `caller.context-unusable` after {@link wipe} */
  lend<T>(use: (bytes: Uint8Array) => T): T {
    if (this.#bytes === undefined) throw new Fault('caller.context-unusable', { reason: 'secret was wiped' });
    return use(this.#bytes);
  }

  /** Overwrites the octets; the secret is unusable from here on. */
  wipe(): void {
    this.#bytes?.fill(0);
    this.#bytes = undefined;
  }

  toString(): string {
    return `Secret(${this.lengthBytes} octets)`;
  }

  toJSON(): string {
    return this.toString();
  }
}
