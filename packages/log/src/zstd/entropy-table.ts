import { damaged } from './damaged.ts';

/** A table of finite state entropy (RFC 8878 §4.1): per state its symbol, and how the next state comes about. */
export interface EntropyTable {
  readonly log: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
  readonly bases: Uint16Array;
}

/** A distribution as it stands in the stream. */
export interface Distribution {
  readonly log: number;
  /** Per symbol how many states it has; -1 for one that has less than a whole. */
  readonly counts: Int16Array;
  /** Where what follows begins. */
  readonly end: number;
}

/** Reads a distribution at `start`, before `end`. @throws Fault `caller.input-invalid` */
export function readDistribution(
  octets: Uint8Array,
  start: number,
  end: number,
  { logMax, symbolMax }: { readonly logMax: number; readonly symbolMax: number },
): Distribution {
  let bit = start * 8;
  const peek = (count: number): number => {
    const at = bit >> 3;
    const word = (octets[at] ?? 0) | ((octets[at + 1] ?? 0) << 8) | ((octets[at + 2] ?? 0) << 16);
    return (word >>> (bit & 7)) & ((1 << count) - 1);
  };
  const log = peek(4) + 5;
  bit += 4;
  if (log > logMax) throw damaged('table too large');
  const counts = new Int16Array(symbolMax + 1);
  let remaining = (1 << log) + 1;
  let symbol = 0;
  while (remaining > 1) {
    if (symbol > symbolMax || bit > end * 8) throw damaged('distribution');
    // Values below `short` take one bit less.
    const width = 32 - Math.clz32(remaining);
    const half = 1 << (width - 1);
    const short = 2 * half - 1 - remaining;
    const wide = peek(width);
    const isShort = (wide & (half - 1)) < short;
    const value = isShort ? wide & (half - 1) : wide - (wide >= half ? short : 0);
    bit += isShort ? width - 1 : width;
    counts[symbol++] = value - 1;
    remaining -= Math.abs(value - 1);
    if (value !== 1) continue;
    // After a symbol that does not occur: how many more do not.
    for (let more = 3; more === 3; symbol += more) {
      more = peek(2);
      bit += 2;
    }
  }
  const next = (bit + 7) >> 3;
  if (remaining !== 1 || symbol > symbolMax + 1 || next > end) throw damaged('distribution');
  return { log, counts, end: next };
}

/** The table of a distribution. */
export function entropyTable(counts: Int16Array, log: number): EntropyTable {
  const size = 1 << log;
  const symbols = new Uint8Array(size);
  const next = counts.map((count) => (count === -1 ? 1 : count));
  let high = size - 1;
  for (let symbol = 0; symbol < counts.length; symbol++) if (counts[symbol] === -1) symbols[high--] = symbol;
  const step = (size >> 1) + (size >> 3) + 3;
  let place = 0;
  for (let symbol = 0; symbol < counts.length; symbol++) {
    for (let count = counts[symbol] ?? 0; count > 0; count--) {
      symbols[place] = symbol;
      do place = (place + step) & (size - 1);
      while (place > high);
    }
  }
  const bits = new Uint8Array(size);
  const bases = new Uint16Array(size);
  for (let state = 0; state < size; state++) {
    const symbol = symbols[state] ?? 0;
    const count = next[symbol] ?? 0;
    next[symbol] = count + 1;
    const width = log - 31 + Math.clz32(count);
    bits[state] = width;
    bases[state] = (count << width) - size;
  }
  return { log, symbols, bits, bases };
}

/** The table of a symbol that is always the same. */
export function constantTable(symbol: number): EntropyTable {
  return { log: 0, symbols: Uint8Array.of(symbol), bits: new Uint8Array(1), bases: new Uint16Array(1) };
}
