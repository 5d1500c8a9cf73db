// AssemblyScript. What can be said about an element's attributes only when its whole start tag is read: what
// src/hot/scan/settle-attributes.ts does.
import { ATTRIBUTES, GIVEN_UP, IDS, OCTETS, URI_OCTETS, URIS } from './memory';
import { bindingOf } from './namespaces';
import { compareOctets, endOf, sameOctets, startOf } from './octet-table';

// Words of an attribute's record in src/tape.ts, as offsets in octets.
const LOCAL = 4, NAME_END = 8, PREFIX = 20, URI = 24;

// Ids of src/vocabulary.ts.
const NONE: i32 = 0, XML: i32 = 1, WSU: i32 = 9;

/** Where names are not in order, doubles are looked for among this many; an element with more is the plain scanner's. */
const PAIRWISE_MAX: i32 = 16;
/** As in src/hot/scan/uri-order.ts. */
const COMPARED_OCTETS: i32 = 128;

export let idCount: i32 = 0;

export function resetIds(): void {
  idCount = 0;
}

/** Takes back what was noted of elements from `elements` on. */
export function forgetIds(elements: i32): void {
  while (idCount > 0 && load<i32>(IDS + ((idCount - 1) << 3), 4) >= elements) idCount--;
}

/** Resolves the namespaces of attributes [first, end) and notes ids: 1 if they stand in C14N order, 0 if not, or GIVEN_UP. */
export function settle(first: i32, end: i32, element: i32): i32 {
  let ordered = true;
  for (let attribute = first; attribute < end; attribute++) {
    const record = ATTRIBUTES + (attribute << 5);
    const prefix = load<i32>(record, PREFIX);
    const uri = prefix == 0 ? NONE : bindingOf(prefix);
    if (uri < 0) return GIVEN_UP;
    store<i32>(record, uri, URI);
    const local = load<i32>(record, LOCAL);
    if (isIdLike(OCTETS + local, load<i32>(record, NAME_END) - local, uri)) {
      const pair = IDS + (idCount++ << 3);
      store<i32>(pair, attribute, 0);
      store<i32>(pair, element, 4);
    }
    if (attribute > first && ordered) ordered = isBefore(record - 32, record);
  }
  if (ordered) return 1;
  if (end - first > PAIRWISE_MAX) return GIVEN_UP;
  for (let right = first + 1; right < end; right++) {
    for (let left = first; left < right; left++) {
      if (haveSameName(ATTRIBUTES + (left << 5), ATTRIBUTES + (right << 5))) return GIVEN_UP;
    }
  }
  return 0;
}

/** `wsu:Id`, `xml:id`, and unqualified `Id`, `ID`, `id`, `AssertionID`. */
@inline function isIdLike(local: i32, length: i32, uri: i32): bool {
  if (length == 2) {
    const name = <i32>load<u16>(local);
    if (uri == WSU) return name == 0x6449;
    if (uri == XML) return name == 0x6469;
    return uri == NONE && (name == 0x6449 || name == 0x4449 || name == 0x6469);
  }
  return length == 11 && uri == NONE && load<u64>(local) == 0x6f69747265737341 && load<u32>(local, 7) == 0x44496e6f;
}

/** Whether `left` surely comes before `right` in C14N order. */
function isBefore(left: i32, right: i32): bool {
  const leftUri = load<i32>(left, URI), rightUri = load<i32>(right, URI);
  if (leftUri == rightUri) {
    const leftLocal = load<i32>(left, LOCAL), rightLocal = load<i32>(right, LOCAL);
    const leftLength = load<i32>(left, NAME_END) - leftLocal, rightLength = load<i32>(right, NAME_END) - rightLocal;
    return compareOctets(OCTETS + leftLocal, leftLength, OCTETS + rightLocal, rightLength) < 0;
  }
  if (leftUri == NONE) return true;
  if (rightUri == NONE) return false;
  const leftStart = startOf(URIS, leftUri), rightStart = startOf(URIS, rightUri);
  const leftLength = min(endOf(URIS, leftUri) - leftStart, COMPARED_OCTETS);
  const rightLength = min(endOf(URIS, rightUri) - rightStart, COMPARED_OCTETS);
  return compareOctets(URI_OCTETS + leftStart, leftLength, URI_OCTETS + rightStart, rightLength) < 0;
}

function haveSameName(left: i32, right: i32): bool {
  if (load<i32>(left, URI) != load<i32>(right, URI)) return false;
  const leftLocal = load<i32>(left, LOCAL), rightLocal = load<i32>(right, LOCAL);
  const length = load<i32>(left, NAME_END) - leftLocal;
  return length == load<i32>(right, NAME_END) - rightLocal && sameOctets(OCTETS + leftLocal, OCTETS + rightLocal, length);
}
