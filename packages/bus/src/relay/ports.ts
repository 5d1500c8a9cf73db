import type { FaultCode } from '@parley/core';
import type { Delivery, OutgoingMessage } from '../message/bus-message.ts';

/** Where messages come from. */
export interface Inlet<Given extends Delivery = Delivery> {
  /**
   * Gives messages as they are asked for, and goes on when the bus comes back after an outage. What is not acknowledged comes again,
   * to this reader or another. Ends when `signal` is aborted.
   *
   * @throws Fault (the iteration) `internal.bus-unavailable` for an outage that it does not outlive, `caller.option-invalid` a name that the bus has not
   */
  deliveries(signal: AbortSignal): AsyncIterable<Given>;
  /**
   * Says that these need not come again.
   * @throws Fault (rejects) `internal.bus-unavailable`: some of them may come again
   */
  acknowledge(deliveries: readonly Given[]): Promise<void>;
  close(): Promise<void>;
}

/** Where messages go. */
export interface Outlet {
  /**
   * Resolves when the bus has them safe, in this order as far as the bus keeps one; to those that it will never take.
   * @throws Fault (rejects) `internal.bus-unavailable`: some of them may have arrived, and sending all again is right
   */
  send(messages: readonly OutgoingMessage[]): Promise<readonly Unsendable[]>;
  close(): Promise<void>;
}

/** A message that a bus will never take. */
export interface Unsendable {
  readonly message: OutgoingMessage;
  readonly code: FaultCode;
  readonly reason: string;
}
