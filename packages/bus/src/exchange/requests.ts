import type { BusMessage } from '../message/bus-message.ts';

/** The header that says what a request is for: the SOAP action, without quotes. Adapters give it the name that others of their bus know. */
export const SOAP_ACTION_HEADER = 'soapaction';

/** A request that came, with somebody behind it who waits. */
export interface BusRequest extends BusMessage {
  /**
   * Sends the answer to whoever asked, so that he knows which request it is to. Without an answer he waits until he gives up.
   * @throws Fault (rejects) `internal.bus-unavailable`
   */
  answer(answer: BusMessage): Promise<void>;
}

/** Where requests come from. */
export interface RequestInlet {
  /**
   * Gives requests as they are asked for. One that came while nobody listened, or is not answered before its bus is gone, may be lost: whoever
   * asked asks again. Ends when `signal` is aborted.
   * @throws Fault (the iteration) `internal.bus-unavailable`, `caller.option-invalid`
   */
  requests(signal: AbortSignal): AsyncIterable<BusRequest>;
  close(): Promise<void>;
}

/** Sends requests, and waits for what answers them. */
export interface Requester {
  /**
   * The answer to `message`, found by its correlation: what else comes is not looked at.
   * @throws Fault (rejects) `internal.bus-unavailable` nobody answered in time, or the bus is away; `caller.aborted`
   */
  request(message: BusMessage, timeoutMs: number, signal?: AbortSignal): Promise<BusMessage>;
  close(): Promise<void>;
}
