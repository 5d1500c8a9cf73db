// AssemblyScript. Whether a message is the octets of a template with other octets in its holes, and the canonical octets
// that it then has; see src/hot/template. Whatever is not plainly so is not told apart: the answer is no, and the message is
// read in full. The plain twin, src/hot/template/plain-template.ts, gives the same answers.
// Compiled by scripts/compile-assembly.mjs.

// Where things are in the module's memory, in octets; src/hot/template/template-module.ts has the same numbers.
const NAMES: i32 = 0x400;
const HASHES: i32 = 0x800;
const PLACES: i32 = 0xc00;
const PRINTS: i32 = 0xe00;
const HOLES: i32 = 0x1000;
const MESSAGE: i32 = 0x20000;
// Names of open elements: where, and how long.
const STACK: i32 = 0x122000;
const OUT: i32 = 0x130000;
const OUT_END: i32 = 0x530000;

// Words of an image, as offsets in octets, and the words of its lists; src/hot/template/image.ts has the same.
const SEGMENT_COUNT = 0, SEGMENTS = 4, EQUAL_COUNT = 8, EQUALS = 12, ID_COUNT = 16, IDS = 20;
const PART_COUNT = 24, PARTS = 28, PIECES = 32;
const FIXED = 0, FIXED_SIZE = 4, KIND = 8, SIZE_MAX = 12, SEGMENT_SIZE: i32 = 16;
const CONSTANT = 0, CONSTANT_SIZE = 4, HOLE = 8, PIECE_SIZE: i32 = 12;
const PREFIX = 0, PREFIX_SIZE = 4, DEPTH_MAX = 8, NODES_MAX = 12, ATTRIBUTES_MAX = 16, NAME_MAX = 20, VALUE_MAX = 24;

const NONE: i32 = 0, TEXT: i32 = 1, ATTRIBUTE: i32 = 2, VALUE: i32 = 3, NAME: i32 = 4, FRAGMENT: i32 = 5, ID: i32 = 6, CONTENT: i32 = 7;

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

@inline function isNameStart(octet: i32): bool {
  const letter = octet | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || octet == 0x5f;
}

/** The end of a name without a colon, of which the first octet is known. */
@inline function localEnd(start: i32): i32 {
  let at = start;
  while (true) {
    const octets = v128.load(at);
    const letters = i8x16.sub(v128.or(octets, i8x16.splat(0x20)), i8x16.splat(0x61));
    // `-` to `9`, without `/`.
    const digits = i8x16.sub(octets, i8x16.splat(0x2d));
    const isName = v128.or(
      v128.or(i8x16.lt_u(letters, i8x16.splat(26)), i8x16.eq(octets, i8x16.splat(0x5f))),
      v128.andnot(i8x16.lt_u(digits, i8x16.splat(13)), i8x16.eq(octets, i8x16.splat(0x2f))),
    );
    const others = i8x16.bitmask(isName) ^ 0xffff;
    if (others != 0) return at + ctz(others);
    at += 16;
  }
}

/** Declarations, `xml…`, and all names of Ids. */
@inline function isReserved(at: i32, size: i32): bool {
  if (size >= 3 && (load<u32>(at) & 0xffffff) == 0x6c6d78) return true; // xml
  if (size == 2 && (load<u16>(at) | 0x2020) == 0x6469) return true; // id
  return size == 11 && load<u64>(at) == 0x6f69747265737341; // Assertio
}

/** Whether the first of two names comes before the second. */
@inline function isBefore(left: i32, leftSize: i32, right: i32, rightSize: i32): bool {
  const size = min(leftSize, rightSize);
  for (let index = 0; index < size; index++) {
    const difference = <i32>load<u8>(left + index) - <i32>load<u8>(right + index);
    if (difference != 0) return difference < 0;
  }
  return leftSize < rightSize;
}

/** The `</` that ends an element whose content begins at `start`, or -1 if that is not as the rules say. */
function contentEnd(image: i32, rules: i32, start: i32): i32 {
  const prefix = image + load<i32>(rules, PREFIX), prefixSize = load<i32>(rules, PREFIX_SIZE);
  const depthEnd = STACK + (load<i32>(rules, DEPTH_MAX) << 3);
  const nameMax = load<i32>(rules, NAME_MAX);
  // Prefix and colon as one word, which most are short enough for.
  const isShort = prefixSize < 7;
  const bits: u64 = <u64>prefixSize << 3;
  const word: u64 = (load<u64>(prefix) & (((<u64>1) << bits) - 1)) | ((<u64>0x3a) << bits);
  const mask: u64 = ((<u64>1) << (bits + 8)) - 1;
  const valueMax = load<i32>(rules, VALUE_MAX), attributesMax = load<i32>(rules, ATTRIBUTES_MAX);
  let left = load<i32>(rules, NODES_MAX);
  let top = STACK;
  let at = start;
  while (true) {
    if (load<u8>(at) != 0x3c) {
      at = textEnd(at);
      if (at < 0) return -1;
    }
    const name = at + 1;
    if (load<u8>(name) == 0x2f) {
      if (top == STACK) return at;
      top -= 8;
      const size = load<i32>(top, 4);
      if (!same(name + 1, load<i32>(top), size)) return -1;
      at = name + 1 + size;
      if (load<u8>(at) != 0x3e) return -1;
      at++;
      continue;
    }
    let local = name;
    if (prefixSize > 0) {
      local += prefixSize + 1;
      const isIn = isShort ? (load<u64>(name) & mask) == word : same(name, prefix, prefixSize) && load<u8>(local - 1) == 0x3a;
      if (!isIn) return -1;
    }
    if (!isNameStart(load<u8>(local))) return -1;
    at = localEnd(local);
    if (at - name > nameMax || top == depthEnd) return -1;
    store<i32>(top, name);
    store<i32>(top, at - name, 4);
    top += 8;
    // Attributes in the order of C14N.
    let before = 0, beforeSize = 0, count = 0;
    while (load<u8>(at) == 0x20) {
      const attribute = at + 1;
      if (!isNameStart(load<u8>(attribute))) return -1;
      const stop = localEnd(attribute);
      const size = stop - attribute;
      if (size > nameMax || count == attributesMax || isReserved(attribute, size)) return -1;
      if (count > 0 && !isBefore(before, beforeSize, attribute, size)) return -1;
      if (load<u16>(stop) != 0x223d) return -1; // ="
      at = attributeEnd(stop + 2, false);
      if (at < 0 || load<u8>(at) != 0x22 || at - stop - 2 > valueMax) return -1;
      at++;
      count++;
      before = attribute;
      beforeSize = size;
    }
    left -= 1 + count;
    if (load<u8>(at) != 0x3e || left < 0) return -1;
    at++;
  }
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
    const limit = load<i32>(segment, SIZE_MAX);
    const stop = kind == CONTENT ? contentEnd(image, image + limit, at) : holeEnd(kind, at);
    if (stop < 0 || stop > end || (kind != CONTENT && stop - at > limit)) return NO;
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

const NAME_READ: i32 = 16;

/** The hash of the name at `at`, of which at most sixteen octets are read. */
function nameHash(at: i32): i32 {
  const octets = v128.load(at);
  const stops = v128.or(
    i8x16.le_u(octets, i8x16.splat(0x20)),
    v128.or(i8x16.eq(octets, i8x16.splat(0x3e)), i8x16.eq(octets, i8x16.splat(0x2f))),
  );
  const found = i8x16.bitmask(stops);
  return hashOf(at, found == 0 ? NAME_READ : ctz(found));
}

/** The name that the last end tag but one has, which is that of the Body. */
function bodyHash(end: i32): i32 {
  let at = end;
  for (let count = 0; count < 2 && at > MESSAGE; ) if (load<u8>(--at) == 0x3c) count++;
  return nameHash(at + 2);
}

/**
 * Two numbers that messages of one shape share, for PRINTS: of the names of all elements in their order, and of those up to the
 * first one in the Body.
 */
export function print(length: i32): void {
  const end = MESSAGE + length;
  v128.store(end, i8x16.splat(0));
  const body = bodyHash(end);
  let hash = 0, outline = 0;
  let isInBody = false, hasOutline = false;
  for (let at = MESSAGE; at < end; at += 16) {
    for (let found = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(0x3c))); found != 0; found &= found - 1) {
      const tag = at + ctz(found) + 1;
      const isEnd = load<u8>(tag) == 0x2f;
      const name = isEnd ? 0x2f : nameHash(tag);
      hash = (hash ^ name) * 0x9e3779b1;
      hash ^= hash >>> 15;
      if (isEnd || hasOutline) continue;
      if (isInBody) {
        outline = hash;
        hasOutline = true;
      } else isInBody = name == body;
    }
  }
  store<i32>(PRINTS, hash);
  store<i32>(PRINTS, hasOutline ? outline : hash, 4);
}
