// AssemblyScript. Comparing and numbering ranges of octets. All addresses are those of the memory.
import { GIVEN_UP } from './memory';

// A table: 256 slots of one octet (an id, 0 is free), and by id: keys, and where the octets start and end.
const KEYS = 256, STARTS = 1280, ENDS = 1792;
export const ENTRIES_MAX: i32 = 128;
/** safety: values can be made to collide, so a long chain is left to the plain scanner, which hashes every octet. */
const CHAIN_MAX: i32 = 32;

/** The key that was not found last, and the slot for it. */
let missingKey: u64 = 0;
let missingSlot: i32 = 0;

/** Whether `length` octets are the same. May read up to sixteen octets more. */
@inline export function sameOctets(left: i32, right: i32, length: i32): bool {
  for (; length > 16; length -= 16, left += 16, right += 16) {
    if (v128.any_true(v128.xor(v128.load(left), v128.load(right)))) return false;
  }
  const different = i8x16.bitmask(i8x16.ne(v128.load(left), v128.load(right)));
  return ctz(different | 1 << length) == length;
}

/** Order of two ranges by octets; a prefix comes first. May read up to seven octets more. */
export function compareOctets(left: i32, leftLength: i32, right: i32, rightLength: i32): i32 {
  let length = min(leftLength, rightLength);
  for (; length > 0; length -= 8, left += 8, right += 8) {
    let ours = bswap(load<u64>(left)), theirs = bswap(load<u64>(right));
    if (length < 8) {
      const beyond = <u64>(64 - (length << 3));
      ours >>= beyond;
      theirs >>= beyond;
    }
    if (ours != theirs) return ours < theirs ? -1 : 1;
  }
  return leftLength - rightLength;
}

/** What is found by comparing one word: up to seven octets as they are; of more, a mix of the last sixteen and the length. */
@inline function keyOf(start: i32, length: i32): u64 {
  if (length < 8) return load<u64>(start) & ((<u64>1 << <u64>(length << 3)) - 1);
  const early = load<u64>(max(start, start + length - 16));
  const late = load<u64>(start + length - 8);
  return (early * 0x9e3779b97f4a7c15 ^ late) * 0x85ebca6b27d4eb4f ^ <u64>length | <u64>0xff << 56;
}

@inline function slotOf(key: u64): i32 { return <i32>(key * 0x9e3779b97f4a7c15 >> 56); }

/** Id of the octets [start, start + length), 0 if they have none, or GIVEN_UP. The offsets of entries count from `base`. */
@inline export function find(table: i32, base: i32, start: i32, length: i32): i32 {
  const key = keyOf(start, length);
  let slot = slotOf(key);
  for (let steps = 0; steps < CHAIN_MAX; steps++) {
    const id = <i32>load<u8>(table + slot);
    if (id == 0) {
      missingKey = key;
      missingSlot = slot;
      return 0;
    }
    if (load<u64>(table + (id << 3), KEYS) == key) {
      if (length < 8) return id;
      const from = startOf(table, id);
      if (endOf(table, id) - from == length && sameOctets(start, base + from, length)) return id;
    }
    slot = (slot + 1) & 0xff;
  }
  return GIVEN_UP;
}

/** Gives what `find` did not find the number `id`. */
export function add(table: i32, id: i32, start: i32, end: i32): void {
  store<u8>(table + missingSlot, id);
  store<u64>(table + (id << 3), missingKey, KEYS);
  store<i32>(table + (id << 2), start, STARTS);
  store<i32>(table + (id << 2), end, ENDS);
}

@inline export function startOf(table: i32, id: i32): i32 { return load<i32>(table + (id << 2), STARTS); }
@inline export function endOf(table: i32, id: i32): i32 { return load<i32>(table + (id << 2), ENDS); }
