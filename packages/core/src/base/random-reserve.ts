/** Random octets, fetched many at a time: asking the system for them costs more than it does to make them. */

const RESERVE_BYTES = 4096;
/** More than this at once is fetched for itself. */
const SHARE_BYTES_MAX = 256;

/**
 * A source of randomness that keeps a reserve of what `fill` gives.
 * safety: each octet is given once, and is gone from the reserve when it is; who reads the memory of the process learns of the
 * next ones no more than from the state of the generator that stands there anyway.
 */
export function randomReserve(fill: (out: Uint8Array) => void): (out: Uint8Array) => void {
  const reserve = new Uint8Array(RESERVE_BYTES);
  let used = RESERVE_BYTES;
  return (out) => {
    const size = out.length;
    if (size > SHARE_BYTES_MAX) return fill(out);
    if (used + size > RESERVE_BYTES) {
      fill(reserve);
      used = 0;
    }
    // perf: a view costs more than copying what a nonce has.
    for (let index = 0; index < size; index++) {
      out[index] = reserve[used + index]!;
      reserve[used + index] = 0;
    }
    used += size;
  };
}
