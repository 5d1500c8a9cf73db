import { Fault } from './fault.ts';
import { got } from './got.ts';
import { requireInput } from './input.ts';

// No key is longer, and no slip of a digit shall cost the memory of the process.
const LENGTH_BYTES_MAX = 65_536;

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

  /** Copies `bytes` (borrowed; the caller wipes its own copy). @throws Fault `caller.input-invalid` no octets */
  static copyOf(bytes: Uint8Array): Secret {
    requireInput(bytes, 'bytes');
    const own = new Uint8Array(bytes.length);
    own.set(bytes);
    return new Secret(own);
  }

  /**
   * A secret of `lengthBytes`, filled by `fill` (which borrows the octets); what `fill` throws comes through.
   * @throws Fault `caller.option-invalid` no length, no function, or one that answers a promise
   */
  static filledBy(lengthBytes: number, fill: (out: Uint8Array) => void): Secret {
    const isLength = Number.isSafeInteger(lengthBytes) && lengthBytes >= 0 && lengthBytes <= LENGTH_BYTES_MAX;
    if (!isLength) throw invalid('lengthBytes', lengthBytes, `a whole number up to ${LENGTH_BYTES_MAX}`);
    if (typeof fill !== 'function') throw invalid('fill', fill, 'a function');
    const own = new Uint8Array(lengthBytes);
    const answer: unknown = fill(own);
    if (answer instanceof Promise) {
      // safety: until it is filled, it is a secret of zeros; and a promise that nobody waits for, and that is broken, would end the process.
      answer.catch(() => undefined);
      throw invalid('fill()', answer, 'nothing, at once');
    }
    return new Secret(own);
  }

  /**
   * Lends the octets to `use`, which must not keep them; what `use` throws comes through.
   * @throws Fault `caller.context-unusable` after {@link wipe}; `caller.option-invalid` no function
   */
  lend<T>(use: (bytes: Uint8Array) => T): T {
    if (typeof use !== 'function') throw invalid('use', use, 'a function');
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

function invalid(option: string, value: unknown, wanted: string): Fault {
  return new Fault('caller.option-invalid', { option, got: got(value), wanted });
}
