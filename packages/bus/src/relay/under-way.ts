import type { Delivery } from '../message/bus-message.ts';

/** Deliveries whose results are not safe yet, each message once. */
export interface UnderWay<Given extends Delivery> {
  /** Each message once, however often it comes meanwhile. */
  readonly deliveries: AsyncIterable<Given>;
  /** All that came for the message of `delivery`, to be acknowledged together. */
  all(delivery: Given): readonly Given[];
  /** The message is safe: it is taken again if it comes again. */
  settle(delivery: Given): void;
  readonly repeated: number;
}

/** A bus that waited too long for an acknowledgement delivers once more what is still under way; that has its result already. */
export function onceUnderWay<Given extends Delivery>(source: AsyncIterable<Given>): UnderWay<Given> {
  const repeats = new Map<string, Given[]>();
  let repeated = 0;
  async function* deliveries(): AsyncGenerator<Given, void, undefined> {
    for await (const delivery of source) {
      const again = repeats.get(delivery.place);
      if (again === undefined) {
        repeats.set(delivery.place, []);
        yield delivery;
      } else {
        again.push(delivery);
        repeated++;
      }
    }
  }
  return {
    deliveries: deliveries(),
    all: (delivery) => [delivery, ...(repeats.get(delivery.place) ?? [])],
    settle: (delivery) => void repeats.delete(delivery.place),
    get repeated() {
      return repeated;
    },
  };
}
