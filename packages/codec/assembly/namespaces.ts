// AssemblyScript. Prefixes, URIs and declarations: what src/hot/scan/prefix-table.ts, uri-table.ts and declare.ts do.
import {
  BINDINGS, DECLARATIONS, DECLARATIONS_MAX, GIVEN_UP, KNOWN_SLOTS, OCTETS, octetAt, OWNERS, PREFIXES, URI_OCTETS,
  URI_OCTETS_MAX, URIS, wordAt,
} from './memory';
import { add, endOf, ENTRIES_MAX, find } from './octet-table';

// Words of a declaration's record in src/tape.ts, as offsets in octets.
const PREFIX = 0, URI = 4, SHADOWED = 8, ELEMENT = 12;

const XML_PREFIX: i32 = 1;
// Ids of src/vocabulary.ts.
const NONE: i32 = 0, XML: i32 = 1, XMLNS: i32 = 2;

export let prefixCount: i32 = 0;
export let uriCount: i32 = 1;
let knownUriCount: i32 = 0;

@inline export function bindingOf(prefix: i32): i32 { return load<i32>(prefix << 2, BINDINGS); }
@inline function bind(prefix: i32, uri: i32): void { store<i32>(prefix << 2, uri, BINDINGS); }
@inline function own(prefix: i32, element: i32): void { store<i32>(prefix << 2, element, OWNERS); }

/** Whether `xmlns` stands at `at`. */
@inline export function isXmlns(at: i32): bool { return (wordAt(at) & 0xffffffffff) == 0x736e6c6d78; }

/** Makes the vocabulary of what URIs there are so far. */
export function keepUris(): void {
  memory.copy(KNOWN_SLOTS, URIS, 256);
  knownUriCount = uriCount;
}

/** Makes the tables those of an empty document. */
export function resetNamespaces(): void {
  memory.copy(URIS, KNOWN_SLOTS, 256);
  uriCount = knownUriCount;
  memory.fill(PREFIXES, 0, 256);
  prefixCount = 2;
  bind(0, NONE);
  own(0, -1);
  bind(XML_PREFIX, XML);
}

/** Id of a prefix that is not empty, or GIVEN_UP. */
export function prefixId(start: i32, end: i32): i32 {
  if (end - start == 3 && (wordAt(start) & 0xffffff) == 0x6c6d78) return XML_PREFIX;
  const found = find(PREFIXES, OCTETS, OCTETS + start, end - start);
  if (found != 0) return found;
  if (prefixCount == ENTRIES_MAX) return GIVEN_UP;
  const id = prefixCount++;
  add(PREFIXES, id, start, end);
  bind(id, -1);
  own(id, -1);
  return id;
}

/** Id of the URI that is written literally in [start, end), or GIVEN_UP. */
export function uriId(start: i32, end: i32): i32 {
  if (start == end) return NONE;
  const length = end - start;
  const found = find(URIS, URI_OCTETS, OCTETS + start, length);
  if (found != 0) return found;
  const at = uriCount == 1 ? 0 : endOf(URIS, uriCount - 1);
  if (uriCount == ENTRIES_MAX || length > URI_OCTETS_MAX - at || !hasScheme(start, end)) return GIVEN_UP;
  memory.copy(URI_OCTETS + at, OCTETS + start, length);
  add(URIS, uriCount, at, at + length);
  return uriCount++;
}

/** RFC 3986 `scheme ":"`. */
function hasScheme(start: i32, end: i32): bool {
  for (let at = start; at < end; at++) {
    const octet = octetAt(at);
    if (<u32>((octet | 0x20) - 0x61) < 26) continue;
    if (at == start) return false;
    if (octet == 0x3a) return true;
    if (<u32>(octet - 0x30) >= 10 && octet != 0x2b && octet != 0x2d && octet != 0x2e) return false;
  }
  return false;
}

/** Records a declaration and brings it into scope, or is false. An empty prefix range is the default namespace. */
export function declare_(index: i32, element: i32, prefixStart: i32, prefixEnd: i32, value: i32, valueEnd: i32): bool {
  if (index == DECLARATIONS_MAX) return false;
  const uri = uriId(value, valueEnd);
  const prefix = prefixStart == prefixEnd ? 0 : prefixId(prefixStart, prefixEnd);
  // Only `xml` may have its URI, and needs no declaration; nothing may have that of `xmlns`.
  if (uri < 0 || uri == XML || uri == XMLNS) return false;
  if (prefix < 0 || prefix == XML_PREFIX) return false;
  if (prefix != 0 && (uri == NONE || (prefixEnd - prefixStart == 5 && isXmlns(prefixStart)))) return false;
  if (load<i32>(prefix << 2, OWNERS) == element) return false;
  const record = DECLARATIONS + (index << 4);
  store<i32>(record, prefix, PREFIX);
  store<i32>(record, uri, URI);
  store<i32>(record, bindingOf(prefix), SHADOWED);
  store<i32>(record, element, ELEMENT);
  bind(prefix, uri);
  own(prefix, element);
  return true;
}

/** Takes the declarations [first, first + count) out of scope again. */
@inline export function undeclare(first: i32, count: i32): void {
  for (let record = DECLARATIONS + ((first + count - 1) << 4); count != 0; count--, record -= 16) {
    bind(load<i32>(record, PREFIX), load<i32>(record, SHADOWED));
  }
}
