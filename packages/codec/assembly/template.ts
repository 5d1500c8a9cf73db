// AssemblyScript. Whether a message is the octets of a template with other octets in its holes, and the canonical octets
// that it then has; see src/hot/template. Whatever is not plainly so is not told apart: the answer is no, and the message is
// read in full. The plain twin, src/hot/template/plain-template.ts, gives the same answers.
// Compiled by scripts/compile-assembly.mjs.

// Where things are in the module's memory, in octets; src/hot/template/template-module.ts has the same numbers.
const NAMES: i32 = 0x400;
const HASHES: i32 = 0x800;
const PLACES: i32 = 0xc00;
const HOLES: i32 = 0x1000;
const MESSAGE: i32 = 0x20000;
const OUT: i32 = 0x130000;
const OUT_END: i32 = 0x530000;

// Words of an image, as offsets in octets, and the words of its lists; src/hot/template/image.ts has the same.
const SEGMENT_COUNT = 0, SEGMENTS = 4, EQUAL_COUNT = 8, EQUALS = 12, ID_COUNT = 16, IDS = 20;
const PART_COUNT = 24, PARTS = 28, PIECES = 32;
const FIXED = 0, FIXED_SIZE = 4, KIND = 8, SIZE_MAX = 12, SEGMENT_SIZE: i32 = 16;
const CONSTANT = 0, CONSTANT_SIZE = 4, HOLE = 8, PIECE_SIZE: i32 = 12;

const NONE: i32 = 0, TEXT: i32 = 1, ATTRIBUTE: i32 = 2, VALUE: i32 = 3, NAME: i32 = 4, FRAGMENT: i32 = 5, ID: i32 = 6;

const NO: i32 = 0, YES: i32 = 1, BEYOND_ASCII: i32 = 2;

/** Set by the functions that look for the end of a hole. */
let isBeyondAscii: bool = false;

/** Whether two runs hold the same octets. Sixteen octets beyond each can be read. */
@inline function same(left: i32, right: i32, size: i32): bool {
  while (size >= 16) {
    if (i8x16.bitmask(i8x16.eq(v128.load(left), v128.load(right))) != 0xffff) return false;
    left += 16;
    right += 16;
    size -= 16;
  }
  const wanted = (1 << size) - 1;
  return (i8x16.bitmask(i8x16.eq(v128.load(left), v128.load(right))) & wanted) == wanted;
}

/** Copies a run to where up to fifteen octets more may be written; just past it. */
@inline function put(to: i32, from: i32, size: i32): i32 {
  const end = to + size;
  for (; to < end; to += 16, from += 16) v128.store(to, v128.load(from));
  return end;
}

/** `<` and `>`, which differ in one bit, `&`, controls, and what U+F000 to U+FFFF begin with. */
@inline function isMarkup(octets: v128): v128 {
  return v128.or(
    v128.or(i8x16.eq(i8x16.min_u(octets, i8x16.splat(0x1f)), octets), i8x16.eq(octets, i8x16.splat(<i8>0xef))),
    v128.or(i8x16.eq(v128.and(octets, i8x16.splat(<i8>0xfd)), i8x16.splat(0x3c)), i8x16.eq(octets, i8x16.splat(0x26))),
  );
}

/** The `<` that ends a text which is canonical as it stands, or -1. */
function textEnd(at: i32): i32 {
  while (true) {
    const octets = v128.load(at);
    const found = i8x16.bitmask(isMarkup(octets));
    const high = i8x16.bitmask(octets);
    if (found == 0) {
      if (high != 0) isBeyondAscii = true;
      at += 16;
      continue;
    }
    const place = ctz(found);
    if ((high & ((1 << place) - 1)) != 0) isBeyondAscii = true;
    at += place;
    const octet = <i32>load<u8>(at);
    if (octet == 0x3c) return at;
    if (octet == 0x26) {
      const next = load<u32>(at, 1);
      if (next == 0x3b706d61) at += 5; // amp;
      else if ((next & 0xffffff) == 0x3b746c || (next & 0xffffff) == 0x3b7467) at += 4; // lt; gt;
      else return -1;
    } else if (octet == 0x0a || octet == 0x09) at++;
    else return -1;
  }
}

/** The quote that ends an attribute value which is canonical as it stands, or -1. An id has no references. */
function attributeEnd(at: i32, isId: bool): i32 {
  while (true) {
    const octets = v128.load(at);
    const quotes = v128.or(i8x16.eq(octets, i8x16.splat(0x22)), i8x16.eq(octets, i8x16.splat(0x27)));
    const found = i8x16.bitmask(v128.or(isMarkup(octets), quotes));
    const high = i8x16.bitmask(octets);
    if (found == 0) {
      if (high != 0) isBeyondAscii = true;
      at += 16;
      continue;
    }
    const place = ctz(found);
    if ((high & ((1 << place) - 1)) != 0) isBeyondAscii = true;
    at += place;
    const octet = <i32>load<u8>(at);
    if (octet == 0x22 || octet == 0x27) return at;
    if (octet != 0x26 || isId) return -1;
    const next = load<u32>(at, 1);
    if (next == 0x3b706d61) at += 5; // amp;
    else if ((next & 0xffffff) == 0x3b746c) at += 4; // lt;
    else if (next == 0x746f7571 && load<u8>(at, 5) == 0x3b) at += 6; // quot;
    else return -1;
  }
}

/** The `<` that ends a text of ASCII without white space, or -1. */
function valueEnd(start: i32): i32 {
  let at = start;
  while (true) {
    const octets = v128.load(at);
    // As signed octets, those beyond ASCII are below a blank, too.
    const found = i8x16.bitmask(v128.or(isMarkup(octets), i8x16.le_s(octets, i8x16.splat(0x20))));
    if (found == 0) {
      at += 16;
      continue;
    }
    at += ctz(found);
    return at > start && load<u8>(at) == 0x3c ? at : -1;
  }
}

/** The end of a name that a reference can mean, or -1. */
function nameEnd(start: i32): i32 {
  let at = start;
  while (load<u8>(<i32>load<u8>(at), NAMES) != 0) at++;
  return at > start ? at : -1;
}

function holeEnd(kind: i32, at: i32): i32 {
  if (kind == TEXT) return textEnd(at);
  if (kind == ATTRIBUTE || kind == ID) return attributeEnd(at, kind == ID);
  if (kind == VALUE) return valueEnd(at);
  if (kind == NAME) return nameEnd(at);
  return load<u8>(at) == 0x23 ? nameEnd(at + 1) : -1;
}

/** Whether the message of `length` octets is of the image: NO, YES, or YES and BEYOND_ASCII. Then HOLES says where they are. */
export function match(image: i32, length: i32): i32 {
  const end = MESSAGE + length;
  // Ends every search.
  v128.store(end, i8x16.splat(0));
  isBeyondAscii = false;
  let at = MESSAGE;
  let hole = HOLES;
  let segment = image + load<i32>(image, SEGMENTS);
  for (let count = load<i32>(image, SEGMENT_COUNT); count > 0; count--, segment += SEGMENT_SIZE) {
    const size = load<i32>(segment, FIXED_SIZE);
    if (size > end - at || !same(at, image + load<i32>(segment, FIXED), size)) return NO;
    at += size;
    const kind = load<i32>(segment, KIND);
    if (kind == NONE) break;
    const stop = holeEnd(kind, at);
    if (stop < 0 || stop > end || stop - at > load<i32>(segment, SIZE_MAX)) return NO;
    store<i32>(hole, at - MESSAGE);
    store<i32>(hole, stop - MESSAGE, 4);
    hole += 8;
    at = stop;
  }
  if (at != end || !areEqual(image) || !areDistinct(image)) return NO;
  return isBeyondAscii ? YES | BEYOND_ASCII : YES;
}

@inline function holeStart(hole: i32): i32 { return load<i32>(HOLES + (hole << 3)) + MESSAGE; }
@inline function holeSize(hole: i32): i32 { return load<i32>(HOLES + (hole << 3), 4) - load<i32>(HOLES + (hole << 3)); }

/** Whether each fragment names the id that it named. */
function areEqual(image: i32): bool {
  let pair = image + load<i32>(image, EQUALS);
  for (let count = load<i32>(image, EQUAL_COUNT); count > 0; count--, pair += 8) {
    const fragment = load<i32>(pair), id = load<i32>(pair, 4);
    const size = holeSize(id);
    if (holeSize(fragment) != size + 1 || !same(holeStart(fragment) + 1, holeStart(id), size)) return false;
  }
  return true;
}

/** Whether no two ids have one hash, and so none can be another. The hash is that of octet-hash.ts. */
function areDistinct(image: i32): bool {
  const ids = image + load<i32>(image, IDS);
  const size = load<i32>(image, ID_COUNT) << 2;
  for (let id = 0; id < size; id += 4) {
    const hole = load<i32>(ids + id);
    const hash = hashOf(holeStart(hole), holeSize(hole));
    for (let other = 0; other < id; other += 4) if (load<i32>(HASHES + other) == hash) return false;
    store<i32>(HASHES + id, hash);
  }
  return true;
}

function hashOf(at: i32, size: i32): i32 {
  let hash = size;
  const end = at + size;
  for (; at + 4 <= end; at += 4) {
    hash = (hash ^ load<i32>(at)) * 0x9e3779b1;
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = (hash ^ <i32>load<u8>(at)) * 0x01000193;
  hash = (hash ^ (hash >>> 15)) * 0x85ebca6b;
  return hash ^ (hash >>> 13);
}

/**
 * Writes the canonical parts of a message that matched one after the other, `lead` octets into OUT; PLACES says where each is.
 * Their end, counted from OUT, or -1 for want of room.
 */
export function write(image: i32, lead: i32): i32 {
  let out = OUT + lead;
  let piece = image + load<i32>(image, PIECES);
  const parts = image + load<i32>(image, PARTS);
  const count = load<i32>(image, PART_COUNT);
  for (let part = 0; part < count; part++) {
    store<i32>(PLACES + (part << 3), out - OUT);
    const end = image + load<i32>(parts + (part << 2));
    for (; piece < end; piece += PIECE_SIZE) {
      const size = load<i32>(piece, CONSTANT_SIZE);
      const hole = load<i32>(piece, HOLE);
      const more = hole < 0 ? 0 : holeSize(hole);
      if (size + more > OUT_END - 16 - out) return -1;
      out = put(out, image + load<i32>(piece, CONSTANT), size);
      if (more > 0) out = put(out, holeStart(hole), more);
    }
    store<i32>(PLACES + (part << 3), out - OUT, 4);
  }
  return out - OUT;
}
