/** What another process says of a round. */
export interface Timed {
  readonly messages: number;
  readonly wallNs: number;
  /** Of all its threads. */
  readonly cpuNs: number;
}

/** Of one message. */
export function timesOf({ messages, wallNs, cpuNs }: Timed): { readonly wallUs: number; readonly cpuUs: number } {
  return { wallUs: wallNs / 1000 / messages, cpuUs: cpuNs / 1000 / messages };
}
