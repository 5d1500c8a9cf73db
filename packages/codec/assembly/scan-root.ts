// AssemblyScript. The same loop as src/hot/scan/scan-root.ts for the documents that senders write; at anything else it gives
// up and the plain scanner goes on from there, so every refusal is the plain scanner's. The two must agree on what
// this one takes: test/codec/hot/scan/scan-module.test.ts holds them together. One function, like that one, so that all of its
// state lives in registers.
// Compiled by scripts/compile-assembly.mjs.
import { forgetIds, idCount, resetIds, settle } from './attributes';
import { ATTRIBUTES, ATTRIBUTES_MAX, COUNTS, ELEMENTS, ELEMENTS_MAX, GIVEN_UP, octetAt, wordAt } from './memory';
import { bindingOf, declare_, isXmlns, prefixCount, prefixId, resetNamespaces, undeclare, uriCount } from './namespaces';

export { keepUris, uriId } from './namespaces';

// Words of the records of src/tape.ts, as offsets in octets.
const START = 0, NAME_END = 4, LOCAL = 8, CONTENT = 12, CONTENT_END = 16, END = 20, PARENT = 24, NEXT = 28;
const FIRST_ATTRIBUTE = 32, ATTRIBUTE_COUNT = 36, FIRST_DECLARATION = 40, DECLARATION_COUNT = 44;
const PREFIX = 48, URI = 52, FLAGS = 56, CONTENT_PREFIXES = 60;

// Bits of Flag in src/tape.ts.
const TAG_CANONICAL: i32 = 1, CONTENT_CANONICAL: i32 = 2, HAS_TEXT: i32 = 4, HAS_COMMENT: i32 = 8, HAS_CDATA: i32 = 16;
const HAS_REFERENCE: i32 = 32, HAS_CARRIAGE_RETURN: i32 = 64, HAS_CHILD: i32 = 128, LITERAL: i32 = 256, CANONICAL: i32 = 512;
const START_CANONICAL: i32 = 2048, EMPTY_TAG: i32 = 4096, CONTENT_EXPANDABLE: i32 = 8192;
const CONTENT_EITHER: i32 = CONTENT_CANONICAL | CONTENT_EXPANDABLE;
const EMPTY_EXPANDABLE: i32 = EMPTY_TAG | START_CANONICAL;

/** Just past a comment or CDATA section; as the two below, below zero where there is something wrong with it. */
@external("plain", "passMarkup")
declare function passMarkup(at: i32): i32;
/** Twice the end of a reference, plus 1 if it is canonical. */
@external("plain", "passReference")
declare function passReference(at: i32, inValue: i32): i32;
@external("plain", "passNoncharacterLead")
declare function passNoncharacterLead(at: i32): i32;

@inline function isNameStart(octet: i32): bool { return (load<u8>(octet, 1024) & 2) != 0; }
@inline function isName(octet: i32): bool { return (load<u8>(octet, 1024) & 1) != 0; }
@inline function isPlainText(octet: i32): bool { return load<u8>(octet, 1280) == 0; }
@inline function isSpace(octet: i32): bool { return octet == 0x20 || octet == 0x0a || octet == 0x0d || octet == 0x09; }
@inline function bitOf(prefix: i32): i32 { return 1 << (prefix < 31 ? prefix : 31); }

/** From `at` on, the first octet that may be other than plain text; a TAB or LF is taken for one too. */
@inline function textStop(at: i32): i32 {
  let found: i32;
  do {
    const octets = v128.load(at, 0x200000);
    found = i8x16.bitmask(
      v128.or(
        v128.or(i8x16.eq(i8x16.min_u(octets, i8x16.splat(0x1f)), octets), i8x16.eq(octets, i8x16.splat(<i8>0xef))),
        // `<` and `>` differ in one bit.
        v128.or(i8x16.eq(v128.and(octets, i8x16.splat(<i8>0xfd)), i8x16.splat(0x3c)), i8x16.eq(octets, i8x16.splat(0x26))),
      ),
    );
    at += 16;
  } while (found == 0);
  return at - 16 + ctz(found);
}

/** From `at` on, the first octet of an attribute value that is to be looked at. */
@inline function valueStop(at: i32): i32 {
  let found: i32;
  do {
    const octets = v128.load(at, 0x200000);
    found = i8x16.bitmask(
      v128.or(
        v128.or(i8x16.eq(i8x16.min_u(octets, i8x16.splat(0x1f)), octets), i8x16.eq(octets, i8x16.splat(<i8>0xef))),
        v128.or(
          v128.or(
            i8x16.eq(v128.and(octets, i8x16.splat(<i8>0xfd)), i8x16.splat(0x3c)),
            // `"` and `&` differ in one bit.
            i8x16.eq(v128.and(octets, i8x16.splat(<i8>0xfb)), i8x16.splat(0x22)),
          ),
          i8x16.eq(octets, i8x16.splat(0x27)),
        ),
      ),
    );
    at += 16;
  } while (found == 0);
  return at - 16 + ctz(found);
}

/** Whether the first `length` octets (1 to 7) of two words are the same. */
@inline function sameStart(left: u64, right: u64, length: i32): bool {
  return (left ^ right) << <u64>(64 - (length << 3)) == 0;
}

/** Just past the root's end tag, or GIVEN_UP: then COUNTS says what was read, and where the plain scanner goes on. */
export function scanRoot(
  start: i32, last: i32, depthMax: i32, nodesMax: i32, attributesMax: i32, namespacesMax: i32, nameMax: i32, valueMax: i32,
): i32 {
  let elements = 0, attributes = 0, declarations = 0, nodes = 0, depth = 0;
  let current = -1, base = ELEMENTS, flags = 0, contentPrefixes = 0;
  let lastPrefixWord: u64 = 0, lastPrefixLength = 0, lastPrefix = 0;
  let at = start;
  resetNamespaces();
  resetIds();
  for (;;) {
    const kind = octetAt(at + 1);
    let closing = false;
    if (kind == 0x2f) {
      let name = load<i32>(base, START) + 1;
      const nameEnd = load<i32>(base, NAME_END);
      let tag = at + 2;
      if (tag + nameEnd - name > last) return giveUp(at, elements, current, flags, contentPrefixes);
      for (; name + 8 <= nameEnd; name += 8, tag += 8) {
        if (wordAt(tag) != wordAt(name)) return giveUp(at, elements, current, flags, contentPrefixes);
      }
      const left = nameEnd - name;
      if (left != 0) {
        if (!sameStart(wordAt(tag), wordAt(name), left)) return giveUp(at, elements, current, flags, contentPrefixes);
        tag += left;
      }
      if (octetAt(tag) != 0x3e) {
        while (isSpace(octetAt(tag))) tag++;
        if (octetAt(tag) != 0x3e) return giveUp(at, elements, current, flags, contentPrefixes);
        flags &= ~TAG_CANONICAL;
      }
      store<i32>(base, at, CONTENT_END);
      at = tag + 1;
      closing = true;
    } else if (kind == 0x21) {
      const passed = passMarkup(at);
      if (passed < 0) return giveUp(at, elements, current, flags, contentPrefixes);
      flags = (flags & ~CONTENT_EITHER) | (octetAt(at + 2) == 0x2d ? HAS_COMMENT : HAS_CDATA);
      at = passed;
    } else {
      if (!isNameStart(kind)) return giveUp(at, elements, current, flags, contentPrefixes);
      const nameStart = at + 1;
      let tag = nameStart + 1;
      let octet = octetAt(tag);
      while (isName(octet)) octet = octetAt(++tag);
      let local = nameStart, prefix = 0;
      if (octet == 0x3a) {
        const length = tag - nameStart;
        if (length != lastPrefixLength || length > 7 || !sameStart(wordAt(nameStart), lastPrefixWord, length)) {
          lastPrefix = prefixId(nameStart, tag);
          if (lastPrefix < 0) return giveUp(at, elements, current, flags, contentPrefixes);
          lastPrefixLength = length;
          lastPrefixWord = wordAt(nameStart);
        }
        prefix = lastPrefix;
        local = tag + 1;
        if (!isNameStart(octetAt(local))) return giveUp(at, elements, current, flags, contentPrefixes);
        tag = local + 1;
        octet = octetAt(tag);
        while (isName(octet)) octet = octetAt(++tag);
      }
      if (octet >= 0x80 || tag - nameStart > nameMax) return giveUp(at, elements, current, flags, contentPrefixes);
      const element = elements;
      if (element == ELEMENTS_MAX || depth >= depthMax) return giveUp(at, elements, current, flags, contentPrefixes);
      const parentBase = base;
      base = ELEMENTS + (element << 6);
      store<i32>(base, at, START);
      store<i32>(base, tag, NAME_END);
      store<i32>(base, local, LOCAL);
      store<i32>(base, current, PARENT);
      store<i32>(base, prefix, PREFIX);
      const firstAttribute = attributes, firstDeclaration = declarations;
      let unsettled = false;
      let usedPrefixes = bitOf(prefix);
      let tagFlags = TAG_CANONICAL | CONTENT_CANONICAL | START_CANONICAL | CONTENT_EXPANDABLE;
      for (;;) {
        if (octet == 0x3e) {
          tag++;
          break;
        }
        if (octet == 0x2f) {
          if (octetAt(tag + 1) != 0x3e) return giveUp(at, elements, current, flags, contentPrefixes);
          tagFlags = (tagFlags & ~TAG_CANONICAL) | EMPTY_TAG;
          tag += 2;
          closing = true;
          break;
        }
        if (!isSpace(octet)) return giveUp(at, elements, current, flags, contentPrefixes);
        let attributeFlags = octet == 0x20 ? LITERAL | CANONICAL : LITERAL;
        octet = octetAt(++tag);
        if (isSpace(octet)) {
          attributeFlags = LITERAL;
          while (isSpace(octet)) octet = octetAt(++tag);
        }
        if (octet == 0x3e || octet == 0x2f) {
          tagFlags &= ~(TAG_CANONICAL | START_CANONICAL);
          continue;
        }
        if (!isNameStart(octet)) return giveUp(at, elements, current, flags, contentPrefixes);
        const name = tag;
        octet = octetAt(++tag);
        while (isName(octet)) octet = octetAt(++tag);
        let attributeLocal = name;
        if (octet == 0x3a) {
          attributeLocal = tag + 1;
          if (!isNameStart(octetAt(attributeLocal))) return giveUp(at, elements, current, flags, contentPrefixes);
          tag += 2;
          octet = octetAt(tag);
          while (isName(octet)) octet = octetAt(++tag);
        }
        const nameStop = tag;
        if (nameStop - name > nameMax) return giveUp(at, elements, current, flags, contentPrefixes);
        if (octet != 0x3d) {
          attributeFlags = LITERAL;
          while (isSpace(octetAt(tag))) tag++;
          if (octetAt(tag) != 0x3d) return giveUp(at, elements, current, flags, contentPrefixes);
        }
        let quote = octetAt(++tag);
        if (quote != 0x22) {
          attributeFlags = LITERAL;
          while (isSpace(quote)) quote = octetAt(++tag);
          if (quote != 0x22 && quote != 0x27) return giveUp(at, elements, current, flags, contentPrefixes);
        }
        const value = ++tag;
        for (;;) {
          tag = valueStop(tag);
          octet = octetAt(tag);
          if (octet == quote) break;
          if (octet == 0x22 || octet == 0x27) {
            tag++;
          } else if (octet == 0x3e) {
            if (tag == last) return giveUp(at, elements, current, flags, contentPrefixes);
            tag++;
          } else if (octet == 0x26) {
            const passed = passReference(tag, 1);
            if (passed < 0) return giveUp(at, elements, current, flags, contentPrefixes);
            attributeFlags &= (passed & 1) != 0 ? ~LITERAL : 0;
            tag = passed >> 1;
          } else if (isSpace(octet)) {
            attributeFlags = 0;
            tag++;
          } else if (octet == 0xef) {
            tag = passNoncharacterLead(tag);
            if (tag < 0) return giveUp(at, elements, current, flags, contentPrefixes);
          } else {
            return giveUp(at, elements, current, flags, contentPrefixes);
          }
        }
        const valueEnd = tag++;
        octet = octetAt(tag);
        if (valueEnd - value > valueMax) return giveUp(at, elements, current, flags, contentPrefixes);
        const prefixLength = attributeLocal - name;
        if ((prefixLength == 6 || (prefixLength == 0 && nameStop - name == 5)) && isXmlns(name)) {
          if (declarations - firstDeclaration >= namespacesMax || (attributeFlags & LITERAL) == 0) return giveUp(at, elements, current, flags, contentPrefixes);
          const from = prefixLength == 6 ? attributeLocal : nameStop;
          if (!declare_(declarations, element, from, nameStop, value, valueEnd)) return giveUp(at, elements, current, flags, contentPrefixes);
          declarations++;
        } else {
          if (attributes - firstAttribute >= attributesMax || attributes >= ATTRIBUTES_MAX) return giveUp(at, elements, current, flags, contentPrefixes);
          let attributePrefix = 0;
          const localLength = nameStop - attributeLocal;
          if (prefixLength != 0) {
            unsettled = true;
            attributePrefix = prefixId(name, attributeLocal - 1);
            if (attributePrefix < 0) return giveUp(at, elements, current, flags, contentPrefixes);
            usedPrefixes |= bitOf(attributePrefix);
          }
          if (attributes != firstAttribute || localLength == 2 || localLength == 11) unsettled = true;
          const record = ATTRIBUTES + (attributes++ << 5);
          store<i32>(record, name, 0);
          store<i32>(record, attributeLocal, 4);
          store<i32>(record, nameStop, 8);
          store<i32>(record, value, 12);
          store<i32>(record, valueEnd, 16);
          store<i32>(record, attributePrefix, 20);
          store<i32>(record, 0, 24);
          store<i32>(record, attributeFlags, 28);
          if ((attributeFlags & CANONICAL) == 0) tagFlags &= ~(TAG_CANONICAL | START_CANONICAL);
        }
      }
      const uri = bindingOf(prefix);
      if (uri < 0) return giveUp(at, elements, current, flags, contentPrefixes);
      const declared = declarations - firstDeclaration;
      store<i32>(base, uri, URI);
      store<i32>(base, tag, CONTENT);
      store<i32>(base, firstAttribute, FIRST_ATTRIBUTE);
      store<i32>(base, attributes - firstAttribute, ATTRIBUTE_COUNT);
      store<i32>(base, firstDeclaration, FIRST_DECLARATION);
      store<i32>(base, declared, DECLARATION_COUNT);
      if (unsettled) {
        const ordered = settle(firstAttribute, attributes, element);
        if (ordered < 0) return giveUp(at, elements, current, flags, contentPrefixes);
        if (ordered == 0) tagFlags &= ~(TAG_CANONICAL | START_CANONICAL);
      }
      nodes += 1 + attributes - firstAttribute + declared;
      if (nodes > nodesMax) return giveUp(at, elements, current, flags, contentPrefixes);
      if (current >= 0) {
        store<i32>(parentBase, flags | HAS_CHILD, FLAGS);
        store<i32>(parentBase, contentPrefixes | usedPrefixes, CONTENT_PREFIXES);
      }
      if (closing) store<i32>(base, tag, CONTENT_END);
      elements++;
      depth++;
      current = element;
      flags = tagFlags;
      contentPrefixes = 0;
      at = tag;
    }

    if (closing) {
      store<i32>(base, at, END);
      store<i32>(base, elements, NEXT);
      store<i32>(base, flags, FLAGS);
      store<i32>(base, contentPrefixes, CONTENT_PREFIXES);
      const declared = load<i32>(base, DECLARATION_COUNT);
      const closed = flags;
      if (declared != 0) undeclare(load<i32>(base, FIRST_DECLARATION), declared);
      current = load<i32>(base, PARENT);
      if (current < 0) break;
      depth--;
      base = ELEMENTS + (current << 6);
      flags = load<i32>(base, FLAGS);
      const both = TAG_CANONICAL | CONTENT_CANONICAL;
      if ((closed & both) != both || declared != 0) {
        const expandable =
          (closed & CONTENT_EXPANDABLE) != 0 &&
          ((closed & TAG_CANONICAL) != 0 || (closed & EMPTY_EXPANDABLE) == EMPTY_EXPANDABLE) &&
          declared == 0;
        flags &= expandable ? ~CONTENT_CANONICAL : ~CONTENT_EITHER;
      }
      contentPrefixes |= load<i32>(base, CONTENT_PREFIXES);
    }

    if (at > last) return giveUp(at, elements, current, flags, contentPrefixes);
    let octet = octetAt(at);
    while (octet != 0x3c) {
      while (octet == 0x20 || octet == 0x0a || octet == 0x09) octet = octetAt(++at);
      if (isPlainText(octet)) {
        flags |= HAS_TEXT;
        do {
          at = textStop(at + 1);
          octet = octetAt(at);
        } while (isPlainText(octet));
      }
      if (octet == 0x3c) break;
      if (octet == 0x26) {
        const next = load<u32>(at + 1, 0x200000);
        flags |= HAS_TEXT | HAS_REFERENCE;
        if (next == 0x3b706d61) {
          at += 5; // &amp;
        } else {
          const passed = passReference(at, 0);
          if (passed < 0) return giveUp(at, elements, current, flags, contentPrefixes);
          if ((passed & 1) == 0) flags &= ~CONTENT_EITHER;
          at = passed >> 1;
        }
      } else if (octet == 0x0d) {
        flags = (flags & ~CONTENT_EITHER) | HAS_CARRIAGE_RETURN;
        at++;
      } else if (octet == 0x3e) {
        if (octetAt(at - 1) == 0x5d && octetAt(at - 2) == 0x5d) return giveUp(at, elements, current, flags, contentPrefixes);
        if (at == last) return giveUp(at, elements, current, flags, contentPrefixes);
        flags = (flags & ~CONTENT_EITHER) | HAS_TEXT;
        at++;
      } else if (octet == 0xef) {
        const passed = passNoncharacterLead(at);
        if (passed < 0) return giveUp(at, elements, current, flags, contentPrefixes);
        flags |= HAS_TEXT;
        at = passed;
      } else {
        return giveUp(at, elements, current, flags, contentPrefixes);
      }
      octet = octetAt(at);
    }
  }
  count(elements);
  return at;
}

/** Says how many there are of everything when `elements` start tags are read. */
function count(elements: i32): void {
  const latest = ELEMENTS + ((elements - 1) << 6);
  const isNone = elements == 0;
  store<i32>(COUNTS, elements, 0);
  store<i32>(COUNTS, isNone ? 0 : load<i32>(latest, FIRST_ATTRIBUTE) + load<i32>(latest, ATTRIBUTE_COUNT), 4);
  store<i32>(COUNTS, isNone ? 0 : load<i32>(latest, FIRST_DECLARATION) + load<i32>(latest, DECLARATION_COUNT), 8);
  store<i32>(COUNTS, idCount, 12);
  store<i32>(COUNTS, prefixCount, 16);
  store<i32>(COUNTS, uriCount, 20);
}

/** Says where the plain scanner goes on: at the markup or text at `at`, in the element `current`. */
function giveUp(at: i32, elements: i32, current: i32, flags: i32, contentPrefixes: i32): i32 {
  forgetIds(elements);
  count(elements);
  store<i32>(COUNTS, at, 24);
  store<i32>(COUNTS, current, 28);
  store<i32>(COUNTS, flags, 32);
  store<i32>(COUNTS, contentPrefixes, 36);
  return GIVEN_UP;
}
