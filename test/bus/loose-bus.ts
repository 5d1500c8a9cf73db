// A bus in memory that may do all that a bus may do: deliver twice, lose acknowledgements, fail in the middle of sending. It
// keeps messages until they are acknowledged, and takes a message once by its id if it is told to.
import type { Delivery, Inlet, OutgoingMessage, Outlet } from '@parley/bus';
import { Fault } from '@parley/core';

export interface LooseBusOptions {
  /** Whether this happens now: drawn anew each time. */
  readonly happens: (what: 'redelivery' | 'lost acknowledgement' | 'half sent' | 'sent, not said') => boolean;
  readonly takesOnce: boolean;
}

export class LooseBus {
  readonly #options: LooseBusOptions;
  readonly #waiting: Delivery[] = [];
  readonly #unacknowledged = new Map<string, Delivery>();
  readonly results: OutgoingMessage[] = [];
  readonly dead: OutgoingMessage[] = [];
  #wake: () => void = () => undefined;
  /** Ends the deliveries once all is acknowledged. */
  #isEnding = false;

  constructor(options: LooseBusOptions) {
    this.#options = options;
  }

  put(...messages: readonly Delivery[]): void {
    for (const message of messages) this.#unacknowledged.set(message.place, message);
    this.#waiting.push(...messages);
    this.#wake();
  }

  end(): void {
    this.#isEnding = true;
    this.#wake();
  }

  get left(): number {
    return this.#unacknowledged.size;
  }

  inlet(): Inlet {
    // A new reader gets all that nobody acknowledged, in order.
    this.#waiting.splice(0, this.#waiting.length, ...this.#unacknowledged.values());
    const bus = this;
    return {
      async *deliveries(signal) {
        signal.addEventListener('abort', () => bus.#wake());
        while (!signal.aborted && !(bus.#isEnding && bus.left === 0)) {
          const next = bus.#waiting.shift();
          if (next === undefined) {
            await new Promise<void>((resolve) => {
              bus.#wake = resolve;
            });
            continue;
          }
          yield next;
          if (bus.#options.happens('redelivery') && bus.#unacknowledged.has(next.place)) yield { ...next };
        }
      },
      async acknowledge(deliveries) {
        const isLost = bus.#options.happens('lost acknowledgement');
        for (const { place } of isLost ? deliveries.slice(deliveries.length >> 1) : deliveries)
          bus.#unacknowledged.delete(place);
        bus.#wake();
        if (isLost) throw new Fault('internal.bus-unavailable', { reason: 'acknowledgement' });
      },
      close: async () => undefined,
    };
  }

  outlet(kept: OutgoingMessage[] = this.results): Outlet {
    const bus = this;
    return {
      async send(messages) {
        const isHalf = bus.#options.happens('half sent');
        const most = isHalf ? messages.length >> 1 : messages.length;
        for (const message of messages.slice(0, most)) {
          const isKnown = kept.some(({ id }) => id === message.id);
          if (!(bus.#options.takesOnce && isKnown)) kept.push(message);
        }
        if (isHalf || bus.#options.happens('sent, not said')) throw new Fault('internal.bus-unavailable');
        return [];
      },
      close: async () => undefined,
    };
  }
}
