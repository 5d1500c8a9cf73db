import { damaged } from './damaged.ts';
import type { History } from './history.ts';
import type { HuffmanTable } from './huffman-table.ts';
import { readLiterals } from './literals.ts';
import type { Sequence, SequenceTables } from './sequences.ts';
import { readSequences } from './sequences.ts';

/** What the blocks of a frame hand on. */
export interface BlockState {
  huffman: HuffmanTable | undefined;
  tables: Partial<SequenceTables>;
  /** The last three, the latest first. */
  offsets: [number, number, number];
}

/** As a frame begins (RFC 8878 §3.1.1.5). */
export function newBlockState(): BlockState {
  return { huffman: undefined, tables: {}, offsets: [1, 4, 8] };
}

/** Decodes a compressed block into `history`, which has room for `sizeMax` octets. @throws Fault `caller.input-invalid` */
export function decodeBlock(block: Uint8Array, state: BlockState, history: History, sizeMax: number): void {
  const literals = readLiterals(block, state.huffman, sizeMax);
  const sequences = readSequences(block, literals.end, state.tables);
  state.huffman = literals.table;
  state.tables = sequences.tables;
  const endMax = history.end + sizeMax;
  const sequence: Sequence = { literalLength: 0, offsetValue: 0, matchLength: 0 };
  let taken = 0;
  for (let left = sequences.count; left > 0; left--) {
    sequences.next(sequence);
    const { literalLength, matchLength } = sequence;
    const next = taken + literalLength;
    if (next > literals.octets.length || history.end + literalLength + matchLength > endMax) throw damaged('sequences');
    history.append(literals.octets.subarray(taken, next));
    history.repeat(offsetOf(sequence, state.offsets), matchLength);
    taken = next;
  }
  sequences.end();
  if (history.end + literals.octets.length - taken > endMax) throw damaged('block too large');
  history.append(literals.octets.subarray(taken));
}

/** The offset that is meant, which becomes the latest. */
function offsetOf({ offsetValue, literalLength }: Sequence, offsets: [number, number, number]): number {
  const [first, second, third] = offsets;
  // Without literals between them, the latest offset would only make one match of two.
  const repeated = offsetValue > 3 ? 0 : offsetValue + (literalLength === 0 ? 1 : 0);
  if (repeated === 1) return first;
  const offset = repeated === 0 ? offsetValue - 3 : repeated === 2 ? second : repeated === 3 ? third : first - 1;
  offsets[2] = repeated === 2 ? third : second;
  offsets[1] = first;
  offsets[0] = offset;
  return offset;
}
