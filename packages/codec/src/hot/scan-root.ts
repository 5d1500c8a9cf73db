/** The hot loop of the scanner: one function, so that all of its state lives in registers. */
import { Fault } from '@parley/core';
import type { Limits } from '@parley/core';
import { A, ATTRIBUTE_WORDS, E, ELEMENT_WORDS, Flag } from '../tape.ts';
import type { Tape } from '../tape.ts';
import { declare, isXmlns, undeclare } from './declare.ts';
import { malformed } from './malformed.ts';
import { cdataEnd, commentEnd, isCdata, isComment, passNoncharacterLead, skipSpace } from './markup.ts';
import { nameEnd, nameStartEnd } from './names.ts';
import { noteComment, passInstruction } from './note-misc.ts';
import {
  AMPERSAND,
  BANG,
  BLANK,
  COLON,
  CR,
  DOUBLE_QUOTE,
  EQUALS,
  GREATER,
  LEAD_OF_NONCHARACTERS,
  LESS,
  LF,
  NAME,
  NAME_CHARACTER,
  NAME_START,
  QUESTION,
  RIGHT_BRACKET,
  SINGLE_QUOTE,
  SLASH,
  SPACE,
  TAB,
  TEXT,
  VALUE,
} from './octet.ts';
import { doubled } from './octet-hash.ts';
import { PrefixTable } from './prefix-table.ts';
import { isCanonicalInText, isCanonicalInValue, referenceEnd } from './references.ts';
import { settleAttributes } from './settle-attributes.ts';
import { UriTable } from './uri-table.ts';

const prefixes = new PrefixTable();
const uris = new UriTable();

const CANONICAL = Flag.tagCanonical | Flag.contentCanonical;
const NOT_START_CANONICAL = ~(Flag.tagCanonical | Flag.startCanonical);

/**
 * Scans the root element that begins at `start` and fills the tape.
 *
 * `last` is the offset of the document's last `>`, which every inner loop stops at; `>` inside text, values and
 * comments is therefore always looked at, and when it is the last one, something is unclosed.
 * @returns just past the root's end tag
 */
export function scanRoot(tape: Tape, limits: Limits, start: number, last: number, keepInstructions: boolean): number {
  const bytes = tape.bytes;
  const { depthMax, nodesMax, attributesPerElementMax, namespacesPerElementMax } = limits;
  const { nameBytesMax, attributeValueBytesMax } = limits;
  let elements = tape.elements;
  let attributes = tape.attributes;
  prefixes.reset(tape);
  uris.reset(tape);

  let elementCount = 0;
  let attributeCount = 0;
  let nodeCount = 0;
  let depth = 0;
  // The innermost open element: where its record is, and the words of it that are still changing.
  let current = -1;
  let base = 0;
  let flags = 0;
  let contentPrefixes = 0;
  // perf: the prefix of the start tag before this one is mostly that of this one.
  let lastPrefixStart = 0;
  let lastPrefixLength = 0;
  let lastPrefix = 0;

  let at = start;
  for (;;) {
    // `at` is at a `<`.
    const kind = bytes[at + 1]!;
    let closing = false;

    if (kind === SLASH) {
      let name = elements[base + E.start]! + 1;
      const end = elements[base + E.nameEnd]!;
      let tag = at + 2;
      for (; name < end; name++, tag++) if (bytes[tag] !== bytes[name]) malformed(at, 'end-tag');
      if (bytes[tag] !== GREATER) {
        tag = skipSpace(bytes, tag);
        if (bytes[tag] !== GREATER) malformed(at, 'end-tag');
        flags &= ~Flag.tagCanonical;
      }
      elements[base + E.contentEnd] = at;
      at = tag + 1;
      closing = true;
    } else if (kind === BANG) {
      flags &= ~Flag.contentCanonical;
      if (isComment(bytes, at)) {
        flags |= Flag.hasComment;
        noteComment(tape, at);
        at = commentEnd(bytes, at, last);
      } else if (isCdata(bytes, at)) {
        flags |= Flag.hasCdata;
        at = cdataEnd(bytes, at, last);
      } else {
        malformed(at, 'declaration');
      }
    } else if (kind === QUESTION) {
      flags = (flags & ~Flag.contentCanonical) | Flag.hasProcessingInstruction;
      at = passInstruction(tape, at, last, keepInstructions);
    } else {
      // ---- start tag: name
      const nameStart = at + 1;
      let tag = (NAME[kind]! & NAME_START) !== 0 ? nameStart + 1 : nameStartEnd(bytes, nameStart);
      while ((NAME[bytes[tag]!]! & NAME_CHARACTER) !== 0) tag++;
      if (bytes[tag]! >= 0x80) tag = nameEnd(bytes, tag);
      let local = nameStart;
      let prefix = 0;
      if (bytes[tag] === COLON) {
        const length = tag - nameStart;
        let same = length === lastPrefixLength ? 0 : -1;
        while (same >= 0 && same < length) {
          same = bytes[nameStart + same] === bytes[lastPrefixStart + same] ? same + 1 : -1;
        }
        if (same < 0) {
          lastPrefix = prefixes.intern(tape, nameStart, tag);
          lastPrefixLength = length;
        }
        lastPrefixStart = nameStart;
        prefix = lastPrefix;
        local = tag + 1;
        tag = (NAME[bytes[local]!]! & NAME_START) !== 0 ? local + 1 : nameStartEnd(bytes, local);
        while ((NAME[bytes[tag]!]! & NAME_CHARACTER) !== 0) tag++;
        if (bytes[tag]! >= 0x80) tag = nameEnd(bytes, tag);
      }
      if (tag - nameStart > nameBytesMax) throw new Fault('peer.limit-name', { offset: nameStart });

      const element = elementCount++;
      const parentBase = base;
      base = element * ELEMENT_WORDS;
      if (base + ELEMENT_WORDS > elements.length) elements = tape.elements = doubled(elements);
      elements[base + E.start] = at;
      elements[base + E.nameEnd] = tag;
      elements[base + E.local] = local;
      elements[base + E.parent] = current;
      elements[base + E.prefix] = prefix;
      if (++depth > depthMax) throw new Fault('peer.limit-depth', { offset: at });

      // ---- start tag: attributes
      const firstAttribute = attributeCount;
      const firstDeclaration = tape.declarationCount;
      let usedPrefixes = 1 << (prefix < 31 ? prefix : 31);
      let tagFlags: number = CANONICAL | Flag.startCanonical;
      for (;;) {
        let octet = bytes[tag]!;
        if (octet === GREATER) {
          tag++;
          break;
        }
        if (octet === SLASH) {
          if (bytes[tag + 1] !== GREATER) malformed(tag, 'tag');
          tagFlags &= ~Flag.tagCanonical;
          tag += 2;
          closing = true;
          break;
        }
        if (SPACE[octet] === 0) malformed(tag, 'tag');
        let attributeFlags: number = Flag.literal | Flag.canonical;
        if (octet !== BLANK) attributeFlags = Flag.literal;
        octet = bytes[++tag]!;
        if (SPACE[octet] === 1) {
          attributeFlags = Flag.literal;
          tag = skipSpace(bytes, tag);
          octet = bytes[tag]!;
        }
        if (octet === GREATER || octet === SLASH) {
          tagFlags &= NOT_START_CANONICAL;
          continue;
        }

        const name = tag;
        tag = (NAME[octet]! & NAME_START) !== 0 ? name + 1 : nameStartEnd(bytes, name);
        while ((NAME[bytes[tag]!]! & NAME_CHARACTER) !== 0) tag++;
        if (bytes[tag]! >= 0x80) tag = nameEnd(bytes, tag);
        let attributeLocal = name;
        if (bytes[tag] === COLON) {
          attributeLocal = tag + 1;
          tag = (NAME[bytes[attributeLocal]!]! & NAME_START) !== 0 ? tag + 2 : nameStartEnd(bytes, attributeLocal);
          while ((NAME[bytes[tag]!]! & NAME_CHARACTER) !== 0) tag++;
          if (bytes[tag]! >= 0x80) tag = nameEnd(bytes, tag);
        }
        const nameStop = tag;
        if (nameStop - name > nameBytesMax) throw new Fault('peer.limit-name', { offset: name });

        if (bytes[tag] !== EQUALS) {
          attributeFlags = Flag.literal;
          tag = skipSpace(bytes, tag);
          if (bytes[tag] !== EQUALS) malformed(tag, 'attribute');
        }
        let quote = bytes[++tag]!;
        if (quote !== DOUBLE_QUOTE) {
          attributeFlags = Flag.literal;
          tag = skipSpace(bytes, tag);
          quote = bytes[tag]!;
          if (quote !== DOUBLE_QUOTE && quote !== SINGLE_QUOTE) malformed(tag, 'attribute');
        }
        const value = ++tag;
        for (;;) {
          while (VALUE[bytes[tag]!] === 0) tag++;
          octet = bytes[tag]!;
          if (octet === quote) break;
          if (octet === DOUBLE_QUOTE || octet === SINGLE_QUOTE) {
            tag++;
          } else if (octet === GREATER) {
            if (tag === last) malformed(name, 'unclosed');
            tag++;
          } else if (octet === AMPERSAND) {
            const end = referenceEnd(bytes, tag);
            attributeFlags &= isCanonicalInValue(bytes, tag, end) ? ~Flag.literal : 0;
            tag = end;
          } else if (octet === TAB || octet === LF || octet === CR) {
            attributeFlags = 0;
            tag++;
          } else if (octet === LEAD_OF_NONCHARACTERS) {
            tag = passNoncharacterLead(bytes, tag);
          } else {
            malformed(tag, 'attribute-value');
          }
        }
        const valueEnd = tag++;
        if (valueEnd - value > attributeValueBytesMax) throw new Fault('peer.limit-value', { offset: value });

        const prefixLength = attributeLocal - name;
        if (prefixLength === 6 && isXmlns(bytes, name)) {
          if (tape.declarationCount - firstDeclaration >= namespacesPerElementMax) {
            throw new Fault('peer.limit-namespaces', { offset: name });
          }
          const isLiteral = (attributeFlags & Flag.literal) !== 0;
          declare(tape, prefixes, uris, element, attributeLocal, nameStop, value, valueEnd, isLiteral);
        } else if (prefixLength === 0 && nameStop - name === 5 && isXmlns(bytes, name)) {
          if (tape.declarationCount - firstDeclaration >= namespacesPerElementMax) {
            throw new Fault('peer.limit-namespaces', { offset: name });
          }
          const isLiteral = (attributeFlags & Flag.literal) !== 0;
          declare(tape, prefixes, uris, element, name, name, value, valueEnd, isLiteral);
        } else {
          if (attributeCount - firstAttribute >= attributesPerElementMax) {
            throw new Fault('peer.limit-attributes', { offset: name });
          }
          let attributePrefix = 0;
          if (prefixLength !== 0) {
            attributePrefix = prefixes.intern(tape, name, attributeLocal - 1);
            usedPrefixes |= 1 << (attributePrefix < 31 ? attributePrefix : 31);
          }
          const attributeBase = attributeCount++ * ATTRIBUTE_WORDS;
          if (attributeBase + ATTRIBUTE_WORDS > attributes.length) attributes = tape.attributes = doubled(attributes);
          attributes[attributeBase + A.name] = name;
          attributes[attributeBase + A.local] = attributeLocal;
          attributes[attributeBase + A.nameEnd] = nameStop;
          attributes[attributeBase + A.value] = value;
          attributes[attributeBase + A.valueEnd] = valueEnd;
          attributes[attributeBase + A.prefix] = attributePrefix;
          attributes[attributeBase + A.uri] = 0;
          attributes[attributeBase + A.flags] = attributeFlags;
          if ((attributeFlags & Flag.canonical) === 0) tagFlags &= NOT_START_CANONICAL;
        }
      }

      // ---- start tag: what needs its declarations
      const uri = prefixes.bindings[prefix]!;
      if (uri < 0) malformed(nameStart, 'undeclared-prefix');
      const declarationCount = tape.declarationCount - firstDeclaration;
      elements[base + E.uri] = uri;
      elements[base + E.content] = tag;
      elements[base + E.attributes] = firstAttribute;
      elements[base + E.attributeCount] = attributeCount - firstAttribute;
      elements[base + E.declarations] = firstDeclaration;
      elements[base + E.declarationCount] = declarationCount;
      if (attributeCount !== firstAttribute) {
        const ordered = settleAttributes(tape, prefixes.bindings, firstAttribute, attributeCount, element);
        if (!ordered) tagFlags &= NOT_START_CANONICAL;
      }
      nodeCount += 1 + attributeCount - firstAttribute + declarationCount;
      if (nodeCount > nodesMax) throw new Fault('peer.limit-nodes', { offset: at });
      if (current >= 0) {
        elements[parentBase + E.flags] = flags | Flag.hasChild;
        elements[parentBase + E.contentPrefixes] = contentPrefixes | usedPrefixes;
      }
      if (closing) elements[base + E.contentEnd] = tag;
      current = element;
      flags = tagFlags;
      contentPrefixes = 0;
      at = tag;
    }

    if (closing) {
      elements[base + E.end] = at;
      elements[base + E.next] = elementCount;
      elements[base + E.flags] = flags;
      elements[base + E.contentPrefixes] = contentPrefixes;
      const declarationCount = elements[base + E.declarationCount]!;
      const copyable = (flags & CANONICAL) === CANONICAL && declarationCount === 0;
      if (declarationCount !== 0) undeclare(tape, prefixes, elements[base + E.declarations]!, declarationCount);
      current = elements[base + E.parent]!;
      if (current < 0) break;
      depth--;
      base = current * ELEMENT_WORDS;
      flags = elements[base + E.flags]!;
      if (!copyable) flags &= ~Flag.contentCanonical;
      contentPrefixes |= elements[base + E.contentPrefixes]!;
    }

    // ---- text up to the next `<`
    if (at > last) malformed(at, 'unclosed');
    for (;;) {
      let octet = bytes[at]!;
      while (octet === BLANK || octet === LF || octet === TAB) octet = bytes[++at]!;
      if (TEXT[octet] === 0) {
        flags |= Flag.hasText;
        do octet = bytes[++at]!;
        while (TEXT[octet] === 0);
      }
      if (octet === LESS) break;
      if (octet === AMPERSAND) {
        const end = referenceEnd(bytes, at);
        flags |= Flag.hasText | Flag.hasReference;
        if (!isCanonicalInText(bytes, at, end)) flags &= ~Flag.contentCanonical;
        at = end;
      } else if (octet === CR) {
        flags = (flags & ~Flag.contentCanonical) | Flag.hasCarriageReturn;
        at++;
      } else if (octet === GREATER) {
        // Text follows a `>` always, so the two octets before this one are text if they are brackets.
        if (bytes[at - 1] === RIGHT_BRACKET && bytes[at - 2] === RIGHT_BRACKET) malformed(at, 'cdata-end');
        if (at === last) malformed(at, 'unclosed');
        flags = (flags & ~Flag.contentCanonical) | Flag.hasText;
        at++;
      } else if (octet === LEAD_OF_NONCHARACTERS) {
        flags |= Flag.hasText;
        at = passNoncharacterLead(bytes, at);
      } else {
        malformed(at, 'character');
      }
    }
  }

  tape.elementCount = elementCount;
  tape.attributeCount = attributeCount;
  return at;
}
