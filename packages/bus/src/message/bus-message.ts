/** A message as a bus carries it. Names of headers are in lower case. */
export interface BusMessage {
  /** Borrowed until its result is settled. */
  readonly octets: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** Messages of one key stay in order, where the bus keeps any: a Kafka key, a group of JMS. */
  readonly key?: string | undefined;
}

/** A message that came, and is not acknowledged yet. */
export interface Delivery extends BusMessage {
  /** Where it stands in the bus: the same however often it is delivered, and of no other message. */
  readonly place: string;
  /** When the bus took it, by the clock of the bus (epoch milliseconds); absent where only its sender says so. */
  readonly atMs?: number | undefined;
}

/** A message to be sent. */
export interface OutgoingMessage extends BusMessage {
  /** The same for each attempt to send it: a bus that knows it takes the message once. */
  readonly id: string;
}
