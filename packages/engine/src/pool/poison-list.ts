import { hash } from 'node:crypto';

const MESSAGES_MAX = 256;
const REMEMBERED_MS = 600_000;

/** Messages that ended workers, by digest: the same octets are not tried again for a while. */
export class PoisonList {
  readonly #entries = new Map<string, { readonly lengthBytes: number; readonly untilMs: number }>();

  /** Remembers `message` (borrowed). `nowMs` is of any steady clock. */
  add(message: Uint8Array, nowMs: number): void {
    if (this.#entries.size >= MESSAGES_MAX) this.#forgetOldest();
    this.#entries.set(hash('sha256', message, 'hex'), {
      lengthBytes: message.length,
      untilMs: nowMs + REMEMBERED_MS,
    });
  }

  /** Whether `message` (borrowed) is remembered. */
  has(message: Uint8Array, nowMs: number): boolean {
    // perf: the list is nearly always empty; a digest is made for a length that is on it.
    for (const { lengthBytes } of this.#entries.values()) {
      if (lengthBytes === message.length) return this.#isOn(hash('sha256', message, 'hex'), nowMs);
    }
    return false;
  }

  #isOn(digest: string, nowMs: number): boolean {
    const entry = this.#entries.get(digest);
    if (entry === undefined) return false;
    if (nowMs < entry.untilMs) return true;
    this.#entries.delete(digest);
    return false;
  }

  #forgetOldest(): void {
    const oldest = this.#entries.keys().next();
    if (oldest.done !== true) this.#entries.delete(oldest.value);
  }
}
