import { BitReader } from './bit-reader.ts';
import { damaged } from './damaged.ts';
import { entropyTable, readDistribution } from './entropy-table.ts';

const LOG_MAX = 11;
const WEIGHTS_MAX = 255;

/** A Huffman code (RFC 8878 §4.2.1) by the next `log` bits: the symbol, and how many of the bits are its own. */
export interface HuffmanTable {
  readonly log: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
  /** Where what follows begins. */
  readonly end: number;
}

/** Reads the description of a code at `start`, before `end`. @throws Fault `caller.input-invalid` */
export function readHuffmanTable(octets: Uint8Array, start: number, end: number): HuffmanTable {
  const header = octets[start];
  if (header === undefined || start >= end) throw damaged('Huffman table');
  const isDirect = header >= 128;
  const next = start + 1 + (isDirect ? (header - 126) >> 1 : header);
  if (next > end) throw damaged('Huffman table');
  const weights = isDirect ? directWeights(octets, start + 1, header - 127) : packedWeights(octets, start + 1, next);
  return { ...tableOf(weights), end: next };
}

function directWeights(octets: Uint8Array, start: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const pair = octets[start + (index >> 1)] ?? 0;
    return index % 2 === 0 ? pair >> 4 : pair & 15;
  });
}

/** Weights as two states that take turns; the stream ends where one would need bits that are not there. */
function packedWeights(octets: Uint8Array, start: number, end: number): number[] {
  const { log, counts, end: streamAt } = readDistribution(octets, start, end, { logMax: 6, symbolMax: LOG_MAX });
  const { symbols, bits, bases } = entropyTable(counts, log);
  const reader = new BitReader(octets, streamAt, end);
  const weights: number[] = [];
  let [state, other] = [reader.read(log), reader.read(log)];
  if (reader.left < 0) throw damaged('Huffman weights');
  for (;;) {
    weights.push(symbols[state] ?? 0);
    if (weights.length > WEIGHTS_MAX) throw damaged('Huffman weights');
    const moved = (bases[state] ?? 0) + reader.read(bits[state] ?? 0);
    if (reader.left < 0) break;
    [state, other] = [other, moved];
  }
  weights.push(symbols[other] ?? 0);
  if (weights.length > WEIGHTS_MAX) throw damaged('Huffman weights');
  return weights;
}

/** `weights` of all symbols but the last, whose weight is what makes the sum a power of two. */
function tableOf(weights: readonly number[]): Omit<HuffmanTable, 'end'> {
  const sum = weights.reduce((total, weight) => total + ((1 << weight) >> 1), 0);
  const log = 32 - Math.clz32(sum);
  const rest = (1 << log) - sum;
  if (sum === 0 || log > LOG_MAX || (rest & (rest - 1)) !== 0) throw damaged('Huffman weights');
  const all = [...weights, 32 - Math.clz32(rest)];
  const starts = new Uint32Array(LOG_MAX + 3);
  for (const weight of all) if (weight > 0) starts[weight + 1] = (starts[weight + 1] ?? 0) + ((1 << weight) >> 1);
  for (let weight = 2; weight < starts.length; weight++)
    starts[weight] = (starts[weight] ?? 0) + (starts[weight - 1] ?? 0);
  const symbols = new Uint8Array(1 << log);
  const bits = new Uint8Array(1 << log);
  for (const [symbol, weight] of all.entries()) {
    if (weight === 0) continue;
    const start = starts[weight] ?? 0;
    const next = start + (1 << (weight - 1));
    symbols.fill(symbol, start, next);
    bits.fill(log + 1 - weight, start, next);
    starts[weight] = next;
  }
  return { log, symbols, bits };
}
