import { BitReader } from './bit-reader.ts';
import { damaged } from './damaged.ts';
import type { EntropyTable } from './entropy-table.ts';
import { constantTable, entropyTable, readDistribution } from './entropy-table.ts';

/** What one field of a sequence is coded with (RFC 8878 §3.1.1.3.2). */
interface Field {
  readonly name: 'literalLength' | 'offset' | 'matchLength';
  readonly logMax: number;
  readonly defaults: EntropyTable;
  /** Per code: bits that follow it. */
  readonly bits: Uint8Array;
  /** Per code: its least value. */
  readonly bases: Uint32Array;
}

/** The tables in force, for later blocks that repeat them. */
export interface SequenceTables {
  readonly literalLength: EntropyTable;
  readonly offset: EntropyTable;
  readonly matchLength: EntropyTable;
}

/** Sequences still to be decoded, one a call. */
export interface Sequences {
  readonly count: number;
  readonly tables: Partial<SequenceTables>;
  /** The next one, into `into`. */
  readonly next: (into: Sequence) => void;
  /** @throws Fault `caller.input-invalid` when bits are missing or left. */
  readonly end: () => void;
}

export interface Sequence {
  literalLength: number;
  /** As coded: 1 to 3 repeat an offset, more are an offset and 3. */
  offsetValue: number;
  matchLength: number;
}

const LITERAL_LENGTH = field(
  'literalLength',
  9,
  0,
  [...zeros(16), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  6,
  [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1],
);
const OFFSET = field(
  'offset',
  8,
  1,
  Array.from({ length: 32 }, (_, code) => code),
  5,
  [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1],
);
const MATCH_LENGTH = field(
  'matchLength',
  9,
  3,
  [...zeros(32), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  6,
  [
    1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
  ],
);
/** In the order of their tables. */
const FIELDS = [LITERAL_LENGTH, OFFSET, MATCH_LENGTH];

/** Begins the sequences of `block` at `start`; `kept` are the tables of the block before. @throws Fault `caller.input-invalid` */
export function readSequences(block: Uint8Array, start: number, kept: Partial<SequenceTables>): Sequences {
  const { count, end: modesAt } = readCount(block, start);
  if (count === 0) {
    if (modesAt !== block.length) throw damaged('octets after a block');
    return { count, tables: kept, next: () => undefined, end: () => undefined };
  }
  const modes = block[modesAt] ?? 3;
  if ((modes & 3) !== 0) throw damaged('sequences');
  const tables: { -readonly [Name in keyof SequenceTables]?: EntropyTable } = { ...kept };
  let at = modesAt + 1;
  for (const [index, row] of FIELDS.entries()) {
    const { table, end } = readTable(block, at, (modes >> (6 - 2 * index)) & 3, row, kept[row.name]);
    tables[row.name] = table;
    at = end;
  }
  return { count, tables, ...decoderOf(new BitReader(block, at, block.length), tables as SequenceTables, count) };
}

function readCount(block: Uint8Array, start: number): { readonly count: number; readonly end: number } {
  const [first, second, third] = [block[start], block[start + 1] ?? 0, block[start + 2] ?? 0];
  if (first === undefined) throw damaged('block without sequences');
  if (first < 128) return { count: first, end: start + 1 };
  if (first < 255) return { count: ((first - 128) << 8) + second, end: start + 2 };
  return { count: second + (third << 8) + 0x7f00, end: start + 3 };
}

function readTable(
  block: Uint8Array,
  at: number,
  mode: number,
  { logMax, defaults, bits }: Field,
  kept: EntropyTable | undefined,
): { readonly table: EntropyTable; readonly end: number } {
  switch (mode) {
    case 0:
      return { table: defaults, end: at };
    case 1: {
      const code = block[at] ?? bits.length;
      if (code >= bits.length) throw damaged('sequences');
      return { table: constantTable(code), end: at + 1 };
    }
    case 2: {
      const { log, counts, end } = readDistribution(block, at, block.length, { logMax, symbolMax: bits.length - 1 });
      return { table: entropyTable(counts, log), end };
    }
    default:
      if (kept === undefined) throw damaged('sequences without a table');
      return { table: kept, end: at };
  }
}

function decoderOf(reader: BitReader, tables: SequenceTables, count: number): Pick<Sequences, 'next' | 'end'> {
  const { literalLength, offset, matchLength } = tables;
  let literalState = reader.read(literalLength.log);
  let offsetState = reader.read(offset.log);
  let matchState = reader.read(matchLength.log);
  let left = count;
  return {
    next: (into) => {
      const offsetCode = offset.symbols[offsetState] ?? 0;
      const matchCode = matchLength.symbols[matchState] ?? 0;
      const literalCode = literalLength.symbols[literalState] ?? 0;
      into.offsetValue = (OFFSET.bases[offsetCode] ?? 0) + reader.read(offsetCode);
      into.matchLength = (MATCH_LENGTH.bases[matchCode] ?? 0) + reader.read(MATCH_LENGTH.bits[matchCode] ?? 0);
      into.literalLength =
        (LITERAL_LENGTH.bases[literalCode] ?? 0) + reader.read(LITERAL_LENGTH.bits[literalCode] ?? 0);
      left -= 1;
      if (left > 0) {
        literalState = (literalLength.bases[literalState] ?? 0) + reader.read(literalLength.bits[literalState] ?? 0);
        matchState = (matchLength.bases[matchState] ?? 0) + reader.read(matchLength.bits[matchState] ?? 0);
        offsetState = (offset.bases[offsetState] ?? 0) + reader.read(offset.bits[offsetState] ?? 0);
      }
      if (reader.left < 0) throw damaged('sequences');
    },
    end: () => {
      if (reader.left !== 0) throw damaged('sequences');
    },
  };
}

function field(
  name: Field['name'],
  logMax: number,
  least: number,
  bits: readonly number[],
  log: number,
  counts: readonly number[],
): Field {
  const bases = new Uint32Array(bits.length);
  let base = least;
  for (const [code, width] of bits.entries()) {
    bases[code] = base;
    base += 2 ** width;
  }
  return { name, logMax, defaults: entropyTable(Int16Array.from(counts), log), bits: Uint8Array.from(bits), bases };
}

function zeros(count: number): readonly number[] {
  return new Array<number>(count).fill(0);
}
