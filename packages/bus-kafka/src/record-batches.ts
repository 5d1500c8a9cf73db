import type { OutgoingMessage, Unsendable } from '@parley/bus';
import type { Message } from 'kafkajs';

export const MESSAGE_BYTES_MAX = 1_000_000;

/** What brokers say of records that they will never take, by whether it is for their size. */
const REFUSALS: ReadonlyMap<unknown, { readonly isForSize: boolean }> = new Map([
  ['MESSAGE_TOO_LARGE', { isForSize: true }],
  ['RECORD_LIST_TOO_LARGE', { isForSize: true }],
  // A compacted topic wants keys.
  ['INVALID_RECORD', { isForSize: false }],
  ['INVALID_TIMESTAMP', { isForSize: false }],
]);

/** Batches as topics take them, as far as is known: a broker refuses a whole batch for one record, and does not say which. */
export class RecordBatches {
  readonly #messageBytesMax: number;
  /** By topic, of what was found to be less than we were told. */
  readonly #messageLimits = new Map<string, number>();
  readonly #batchLimits = new Map<string, number>();
  /** Until all is sent: those by topic and id that are refused, and limits by which they are looked for. */
  readonly #refused = new Map<string, string>();
  readonly #narrowed = new Map<string, number>();

  constructor(messageBytesMax: number = MESSAGE_BYTES_MAX) {
    this.#messageBytesMax = messageBytesMax;
  }

  /** Messages for a topic, and those that it does not take. kafkajs makes one record batch for each partition, and a topic takes none that is larger than a message may be. */
  of(
    topic: string,
    messages: readonly OutgoingMessage[],
  ): { readonly batches: readonly OutgoingMessage[][]; readonly unsendable: readonly Unsendable[] } {
    const batches: OutgoingMessage[][] = [];
    const unsendable: Unsendable[] = [];
    const batchBytesMax = this.#narrowed.get(topic) ?? this.#batchLimits.get(topic) ?? this.#messageBytesMax;
    let sizeBytes = 0;
    for (const message of messages) {
      const reason = this.#misfit(topic, message);
      if (reason !== undefined) {
        unsendable.push({ message, code: 'internal.bus-refused', reason });
        continue;
      }
      if (batches.length === 0 || sizeBytes + sizeOf(message) > batchBytesMax) {
        batches.push([]);
        sizeBytes = 0;
      }
      batches.at(-1)?.push(message);
      sizeBytes += sizeOf(message);
    }
    return { batches, unsendable };
  }

  /** Makes of a batch that was refused smaller ones next time, and of its only message one that is not sent. @throws `error`, if it says nothing of that */
  learn(topic: string, batch: readonly OutgoingMessage[], error: unknown): void {
    const type = typeIn(error);
    const refusal = REFUSALS.get(type);
    if (refusal === undefined) throw error;
    const sizeBytes = batch.reduce((sum, message) => sum + sizeOf(message), 0);
    const [only] = batch;
    if (batch.length > 1) (refusal.isForSize ? this.#batchLimits : this.#narrowed).set(topic, sizeBytes >> 1);
    else if (refusal.isForSize) this.#messageLimits.set(topic, sizeBytes - 1);
    else if (only !== undefined) this.#refused.set(nameOf(topic, only), `the topic says ${String(type)}`);
  }

  /** All of it is where it belongs. */
  forget(): void {
    this.#refused.clear();
    this.#narrowed.clear();
  }

  #misfit(topic: string, message: OutgoingMessage): string | undefined {
    const sizeBytes = sizeOf(message);
    if (sizeBytes > this.#messageBytesMax)
      return `${sizeBytes} octets where messageBytesMax is ${this.#messageBytesMax}`;
    const most = this.#messageLimits.get(topic);
    if (most !== undefined && sizeBytes > most) return `${sizeBytes} octets, which are too many for the topic`;
    return this.#refused.get(nameOf(topic, message));
  }
}

/** kafkajs wants a Buffer: a view, no copy. */
export function recordOf({ octets, headers, key, id }: OutgoingMessage): Message {
  const value = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  return { key: key ?? null, value, headers: { ...headers, 'parley-id': id } };
}

function nameOf(topic: string, { id }: OutgoingMessage): string {
  return `${topic} ${id}`;
}

/** Octets around a record, of lengths, times and the batch it is in. */
const RECORD_BYTES = 128;

function sizeOf({ octets, headers, key = '' }: OutgoingMessage): number {
  const texts = Object.entries(headers).reduce((sum, [name, value]) => sum + 3 * (name.length + value.length) + 8, 0);
  return octets.length + texts + 3 * key.length + RECORD_BYTES;
}

const CAUSES_MAX = 8;

/** What the broker called it, of an error of either client: they wrap it. */
function typeIn(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error) || depth > CAUSES_MAX) return undefined;
  const said = 'type' in error ? error.type : 'apiId' in error ? error.apiId : undefined;
  if (REFUSALS.has(said)) return said;
  const inner: unknown[] = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  for (const each of [error.cause, ...inner]) {
    const type = typeIn(each, depth + 1);
    if (type !== undefined) return type;
  }
  return undefined;
}
