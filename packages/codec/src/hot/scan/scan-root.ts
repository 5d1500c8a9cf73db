/** The hot loop of the scanner: one function, so that all of its state lives in registers. */

import type { Limits } from '@parley/core';
import { Fault } from '@parley/core';
import { limitFault } from '@parley/core/internal';
import type { Tape } from '../../tape/tape.ts';
import { A, ATTRIBUTE_WORDS as ATTRIBUTE_SIZE, E, ELEMENT_WORDS as ELEMENT_SIZE, Flag } from '../../tape/tape.ts';
import { malformed } from '../octets/malformed.ts';
import { cdataEnd, commentEnd, isCdata, isComment, passNoncharacterLead, skipSpace } from '../octets/markup.ts';
import { nameEnd, nameStartEnd } from '../octets/names.ts';
import { NAME as NAMES, Octet, SPACE as SPACES, TEXT as TEXTS, VALUE as VALUES } from '../octets/octet.ts';
import { doubled } from '../octets/octet-hash.ts';
import { isCanonicalInText, isCanonicalInValue, referenceEnd } from '../octets/references.ts';
import { declare, isXmlns, undeclare } from './declare.ts';
import { noteComment, passInstruction } from './note-misc.ts';
import { PrefixTable } from './prefix-table.ts';
import type { ScanPlace } from './scan-place.ts';
import { beforeRoot } from './scan-place.ts';
import { settleAttributes } from './settle-attributes.ts';
import { countInTag } from './tag-counts.ts';
import { UriTable } from './uri-table.ts';

// perf: V8 folds a module's own constants into the code it makes; what is imported it loads and checks at every use.
const ELEMENT_WORDS = ELEMENT_SIZE;
const ATTRIBUTE_WORDS = ATTRIBUTE_SIZE;
const { start: START, nameEnd: NAME_END, local: LOCAL, content: CONTENT, contentEnd: CONTENT_END, end: END } = E;
const { parent: PARENT, next: NEXT, prefix: PREFIX, uri: URI, flags: FLAGS, contentPrefixes: CONTENT_PREFIXES } = E;
const { attributes: ATTRIBUTES, attributeCount: ATTRIBUTE_COUNT } = E;
const { declarations: DECLARATIONS, declarationCount: DECLARATION_COUNT } = E;
const { name: A_NAME, local: A_LOCAL, nameEnd: A_NAME_END, value: A_VALUE, valueEnd: A_VALUE_END } = A;
const { prefix: A_PREFIX, uri: A_URI, flags: A_FLAGS } = A;
const { tagCanonical: TAG_CANONICAL, contentCanonical: CONTENT_CANONICAL, startCanonical: START_CANONICAL } = Flag;
const { hasText: HAS_TEXT, hasReference: HAS_REFERENCE, hasCarriageReturn: HAS_CARRIAGE_RETURN } = Flag;
const { hasComment: HAS_COMMENT, hasCdata: HAS_CDATA, hasProcessingInstruction: HAS_INSTRUCTION } = Flag;
const { hasChild: HAS_CHILD, literal: LITERAL, canonical: CANONICAL } = Flag;
const { emptyTag: EMPTY_TAG, contentExpandable: CONTENT_EXPANDABLE } = Flag;
const { tab: TAB, lf: LF, cr: CR, blank: BLANK, bang: BANG, question: QUESTION, slash: SLASH, colon: COLON } = Octet;
const { less: LESS, greater: GREATER, ampersand: AMPERSAND, equals: EQUALS, rightBracket: RIGHT_BRACKET } = Octet;
const { doubleQuote: DOUBLE_QUOTE, singleQuote: SINGLE_QUOTE, leadOfNoncharacters: NONCHARACTER_LEAD } = Octet;
const NAME: Uint8Array = NAMES;
const TEXT: Uint8Array = TEXTS;
const VALUE: Uint8Array = VALUES;
const SPACE: Uint8Array = SPACES;

const BOTH_CANONICAL = TAG_CANONICAL | CONTENT_CANONICAL;
const CONTENT_EITHER = CONTENT_CANONICAL | CONTENT_EXPANDABLE;
const EMPTY_EXPANDABLE = EMPTY_TAG | START_CANONICAL;
const NOT_START_CANONICAL = ~(TAG_CANONICAL | START_CANONICAL);
/** Bits of the class table `NAME`. */
const NAME_CHARACTER = 1;
const NAME_START = 2;
/** Bit of `contentPrefixes` that prefix ids from here on share. */
const SHARED_BIT = 31;
const NO_MARKUP = -1;
const INT32_MAX = 0x7fffffff;
const ASSERTION_ID_LENGTH = 'AssertionID'.length;

const prefixes = new PrefixTable();
const uris = new UriTable();

/**
 * Scans the root element from `place` on, to which the tape is filled, and fills the rest.
 *
 * `last` is the offset of the document's last `>`, which every inner loop stops at; `>` inside text, values and
 * comments is therefore always looked at, and when it is the last one, something is unclosed.
 * @returns just past the root's end tag
 */
export function scanRoot(
  tape: Tape,
  limits: Limits,
  place: ScanPlace,
  lastMarkup: number,
  keepInstructions: boolean,
): number {
  const bytes = tape.bytes;
  const last = lastMarkup | 0;
  const depthMax = Math.min(limits.depthMax, INT32_MAX) | 0;
  const nodesMax = Math.min(limits.nodesMax, INT32_MAX) | 0;
  const attributesPerElementMax = Math.min(limits.attributesPerElementMax, INT32_MAX) | 0;
  const namespacesPerElementMax = Math.min(limits.namespacesPerElementMax, INT32_MAX) | 0;
  const nameBytesMax = Math.min(limits.nameBytesMax, INT32_MAX) | 0;
  const attributeValueBytesMax = Math.min(limits.attributeValueBytesMax, INT32_MAX) | 0;
  const from = placeWithNames(tape, place);
  let elements = tape.elements;
  let attributes = tape.attributes;
  // perf: end tags are compared four octets at a time.
  const words = tape.words;

  let elementCount = tape.elementCount;
  let attributeCount = tape.attributeCount;
  let declarationCount = tape.declarationCount;
  let nodeCount = elementCount + attributeCount + declarationCount;
  let depth = depthOf(tape, from.current);
  // The innermost open element: where its record is, and the words of it that are still changing.
  let current = from.current | 0;
  let base = Math.max(current, 0) * ELEMENT_WORDS;
  let flags = from.flags | 0;
  let contentPrefixes = from.contentPrefixes | 0;
  // perf: the prefix of the start tag before this one is mostly that of this one.
  let lastPrefixStart = 0;
  let lastPrefixLength = 0;
  let lastPrefix = 0;

  // perf: `| 0` keeps offsets as plain machine integers where V8 would otherwise carry them as tagged values.
  let at = from.at | 0;
  for (;;) {
    // `at` is at a `<`, but at first where another scanner gave up in a text.
    const kind = bytes[at] === LESS ? bytes[at + 1]! : NO_MARKUP;
    let closing = false;

    if (kind === SLASH) {
      let name = elements[base + START]! + 1;
      const end = elements[base + NAME_END]!;
      let tag = at + 2;
      if (tag + end - name > last) malformed(at, 'end-tag');
      for (; name + 4 <= end; name += 4, tag += 4) {
        if (words.getInt32(tag, true) !== words.getInt32(name, true)) malformed(at, 'end-tag');
      }
      for (; name < end; name++, tag++) if (bytes[tag] !== bytes[name]) malformed(at, 'end-tag');
      if (bytes[tag] !== GREATER) {
        tag = skipSpace(bytes, tag) | 0;
        if (bytes[tag] !== GREATER) malformed(at, 'end-tag');
        flags &= ~TAG_CANONICAL;
      }
      elements[base + CONTENT_END] = at;
      at = tag + 1;
      closing = true;
    } else if (kind === BANG) {
      flags &= ~CONTENT_EITHER;
      if (isComment(bytes, at)) {
        flags |= HAS_COMMENT;
        noteComment(tape, at);
        at = commentEnd(bytes, at, last) | 0;
      } else if (isCdata(bytes, at)) {
        flags |= HAS_CDATA;
        at = cdataEnd(bytes, at, last) | 0;
      } else {
        malformed(at, 'declaration');
      }
    } else if (kind === QUESTION) {
      flags = (flags & ~CONTENT_EITHER) | HAS_INSTRUCTION;
      at = passInstruction(tape, at, last, keepInstructions) | 0;
    } else if (kind !== NO_MARKUP) {
      // ---- start tag: name
      const nameStart = at + 1;
      let tag = (NAME[kind]! & NAME_START) !== 0 ? nameStart + 1 : nameStartEnd(bytes, nameStart) | 0;
      let octet = bytes[tag]!;
      while ((NAME[octet]! & NAME_CHARACTER) !== 0) octet = bytes[++tag]!;
      if (octet >= 0x80) {
        tag = nameEnd(bytes, tag) | 0;
        octet = bytes[tag]!;
      }
      let local = nameStart;
      let prefix = 0;
      if (octet === COLON) {
        const length = tag - nameStart;
        let same = length === lastPrefixLength;
        for (let index = 0; same && index < length; index++) {
          same = bytes[nameStart + index] === bytes[lastPrefixStart + index];
        }
        if (!same) {
          lastPrefix = prefixes.intern(tape, nameStart, tag) | 0;
          lastPrefixStart = nameStart;
          lastPrefixLength = length;
        }
        prefix = lastPrefix;
        local = tag + 1;
        tag = (NAME[bytes[local]!]! & NAME_START) !== 0 ? local + 1 : nameStartEnd(bytes, local) | 0;
        octet = bytes[tag]!;
        while ((NAME[octet]! & NAME_CHARACTER) !== 0) {
          octet = bytes[tag + 1]!;
          if ((NAME[octet]! & NAME_CHARACTER) === 0) {
            tag += 1;
            break;
          }
          octet = bytes[tag + 2]!;
          if ((NAME[octet]! & NAME_CHARACTER) === 0) {
            tag += 2;
            break;
          }
          octet = bytes[tag + 3]!;
          if ((NAME[octet]! & NAME_CHARACTER) === 0) {
            tag += 3;
            break;
          }
          tag += 4;
          octet = bytes[tag]!;
        }
        if (octet >= 0x80) {
          tag = nameEnd(bytes, tag) | 0;
          octet = bytes[tag]!;
        }
      }
      if (tag - nameStart > nameBytesMax)
        throw limitFault('peer.limit-name', 'nameBytesMax', nameBytesMax, tag - nameStart, { offset: nameStart });

      const element = elementCount++;
      const parentBase = base;
      base = element * ELEMENT_WORDS;
      if (base + ELEMENT_WORDS > elements.length) elements = tape.elements = doubled(elements);
      elements[base + START] = at;
      elements[base + NAME_END] = tag;
      elements[base + LOCAL] = local;
      elements[base + PARENT] = current;
      elements[base + PREFIX] = prefix;
      if (++depth > depthMax) throw limitFault('peer.limit-depth', 'depthMax', depthMax, depth, { offset: at });

      // ---- start tag: attributes
      const firstAttribute = attributeCount;
      const firstDeclaration = declarationCount;
      let unsettled = false;
      let usedPrefixes = 1 << (prefix < SHARED_BIT ? prefix : SHARED_BIT);
      let tagFlags: number = BOTH_CANONICAL | START_CANONICAL | CONTENT_EXPANDABLE;
      for (;;) {
        if (octet === GREATER) {
          tag++;
          break;
        }
        if (octet === SLASH) {
          if (bytes[tag + 1] !== GREATER) malformed(tag, 'tag');
          tagFlags = (tagFlags & ~TAG_CANONICAL) | EMPTY_TAG;
          tag += 2;
          closing = true;
          break;
        }
        if (SPACE[octet] === 0) malformed(tag, 'tag');
        let attributeFlags: number = LITERAL | CANONICAL;
        if (octet !== BLANK) attributeFlags = LITERAL;
        octet = bytes[++tag]!;
        if (SPACE[octet] === 1) {
          attributeFlags = LITERAL;
          tag = skipSpace(bytes, tag) | 0;
          octet = bytes[tag]!;
        }
        if (octet === GREATER || octet === SLASH) {
          // White space before the end of the tag.
          tagFlags &= NOT_START_CANONICAL;
          continue;
        }

        const name = tag;
        tag = (NAME[octet]! & NAME_START) !== 0 ? name + 1 : nameStartEnd(bytes, name) | 0;
        octet = bytes[tag]!;
        while ((NAME[octet]! & NAME_CHARACTER) !== 0) {
          octet = bytes[tag + 1]!;
          if ((NAME[octet]! & NAME_CHARACTER) === 0) {
            tag += 1;
            break;
          }
          octet = bytes[tag + 2]!;
          if ((NAME[octet]! & NAME_CHARACTER) === 0) {
            tag += 2;
            break;
          }
          octet = bytes[tag + 3]!;
          if ((NAME[octet]! & NAME_CHARACTER) === 0) {
            tag += 3;
            break;
          }
          tag += 4;
          octet = bytes[tag]!;
        }
        if (octet >= 0x80) {
          tag = nameEnd(bytes, tag) | 0;
          octet = bytes[tag]!;
        }
        let attributeLocal = name;
        if (octet === COLON) {
          attributeLocal = tag + 1;
          tag = (NAME[bytes[attributeLocal]!]! & NAME_START) !== 0 ? tag + 2 : nameStartEnd(bytes, attributeLocal) | 0;
          octet = bytes[tag]!;
          while ((NAME[octet]! & NAME_CHARACTER) !== 0) octet = bytes[++tag]!;
          if (octet >= 0x80) {
            tag = nameEnd(bytes, tag) | 0;
            octet = bytes[tag]!;
          }
        }
        const nameStop = tag;
        if (nameStop - name > nameBytesMax)
          throw limitFault('peer.limit-name', 'nameBytesMax', nameBytesMax, nameStop - name, { offset: name });

        if (octet !== EQUALS) {
          attributeFlags = LITERAL;
          tag = skipSpace(bytes, tag) | 0;
          if (bytes[tag] !== EQUALS) malformed(tag, 'attribute');
        }
        let quote = bytes[++tag]!;
        if (quote !== DOUBLE_QUOTE) {
          attributeFlags = LITERAL;
          tag = skipSpace(bytes, tag) | 0;
          quote = bytes[tag]!;
          if (quote !== DOUBLE_QUOTE && quote !== SINGLE_QUOTE) malformed(tag, 'attribute');
        }
        const value = ++tag;
        for (;;) {
          octet = bytes[tag]!;
          // perf: the engine checks for interrupts once a turn, so a turn takes eight; each octet is read only after the
          // one before proved not to be the sentinel.
          while (VALUE[octet] === 0) {
            octet = bytes[tag + 1]!;
            if (VALUE[octet] !== 0) {
              tag += 1;
              break;
            }
            octet = bytes[tag + 2]!;
            if (VALUE[octet] !== 0) {
              tag += 2;
              break;
            }
            octet = bytes[tag + 3]!;
            if (VALUE[octet] !== 0) {
              tag += 3;
              break;
            }
            octet = bytes[tag + 4]!;
            if (VALUE[octet] !== 0) {
              tag += 4;
              break;
            }
            octet = bytes[tag + 5]!;
            if (VALUE[octet] !== 0) {
              tag += 5;
              break;
            }
            octet = bytes[tag + 6]!;
            if (VALUE[octet] !== 0) {
              tag += 6;
              break;
            }
            octet = bytes[tag + 7]!;
            if (VALUE[octet] !== 0) {
              tag += 7;
              break;
            }
            tag += 8;
            octet = bytes[tag]!;
          }
          if (octet === quote) break;
          if (octet === DOUBLE_QUOTE || octet === SINGLE_QUOTE) {
            tag++;
          } else if (octet === GREATER) {
            if (tag === last) malformed(name, 'unclosed');
            tag++;
          } else if (octet === AMPERSAND) {
            const end = referenceEnd(bytes, tag) | 0;
            attributeFlags &= isCanonicalInValue(bytes, tag, end) ? ~LITERAL : 0;
            tag = end;
          } else if (octet === TAB || octet === LF || octet === CR) {
            attributeFlags = 0;
            tag++;
          } else if (octet === NONCHARACTER_LEAD) {
            tag = passNoncharacterLead(bytes, tag) | 0;
          } else {
            malformed(tag, 'attribute-value');
          }
        }
        const valueEnd = tag++;
        octet = bytes[tag]!;
        if (valueEnd - value > attributeValueBytesMax)
          throw limitFault('peer.limit-value', 'attributeValueBytesMax', attributeValueBytesMax, valueEnd - value, {
            offset: value,
          });

        const prefixLength = attributeLocal - name;
        if (prefixLength === 6 && isXmlns(bytes, name)) {
          if (declarationCount - firstDeclaration >= namespacesPerElementMax) {
            const found = namespacesPerElementMax + countInTag(bytes, name, last).declarations;
            throw limitFault('peer.limit-namespaces', 'namespacesPerElementMax', namespacesPerElementMax, found, {
              offset: name,
            });
          }
          const isLiteral = (attributeFlags & LITERAL) !== 0;
          declare(tape, prefixes, uris, element, attributeLocal, nameStop, value, valueEnd, isLiteral);
          declarationCount++;
        } else if (prefixLength === 0 && nameStop - name === 5 && isXmlns(bytes, name)) {
          if (declarationCount - firstDeclaration >= namespacesPerElementMax) {
            const found = namespacesPerElementMax + countInTag(bytes, name, last).declarations;
            throw limitFault('peer.limit-namespaces', 'namespacesPerElementMax', namespacesPerElementMax, found, {
              offset: name,
            });
          }
          const isLiteral = (attributeFlags & LITERAL) !== 0;
          declare(tape, prefixes, uris, element, name, name, value, valueEnd, isLiteral);
          declarationCount++;
        } else {
          if (attributeCount - firstAttribute >= attributesPerElementMax) {
            const found = attributesPerElementMax + countInTag(bytes, name, last).attributes;
            throw limitFault('peer.limit-attributes', 'attributesPerElementMax', attributesPerElementMax, found, {
              offset: name,
            });
          }
          let attributePrefix = 0;
          const localLength = nameStop - attributeLocal;
          if (prefixLength !== 0) {
            unsettled = true;
            attributePrefix = prefixes.intern(tape, name, attributeLocal - 1) | 0;
            usedPrefixes |= 1 << (attributePrefix < SHARED_BIT ? attributePrefix : SHARED_BIT);
          }
          // perf: one attribute in no namespace that is not called like an id needs no second look.
          if (attributeCount !== firstAttribute || localLength === 2 || localLength === ASSERTION_ID_LENGTH)
            unsettled = true;
          const attributeBase = attributeCount++ * ATTRIBUTE_WORDS;
          if (attributeBase + ATTRIBUTE_WORDS > attributes.length) attributes = tape.attributes = doubled(attributes);
          attributes[attributeBase + A_NAME] = name;
          attributes[attributeBase + A_LOCAL] = attributeLocal;
          attributes[attributeBase + A_NAME_END] = nameStop;
          attributes[attributeBase + A_VALUE] = value;
          attributes[attributeBase + A_VALUE_END] = valueEnd;
          attributes[attributeBase + A_PREFIX] = attributePrefix;
          attributes[attributeBase + A_URI] = 0;
          attributes[attributeBase + A_FLAGS] = attributeFlags;
          if ((attributeFlags & CANONICAL) === 0) tagFlags &= NOT_START_CANONICAL;
        }
      }

      // ---- start tag: what needs its declarations
      const uri = prefixes.bindings[prefix]!;
      if (uri < 0) malformed(nameStart, 'undeclared-prefix');
      const declaredCount = declarationCount - firstDeclaration;
      elements[base + URI] = uri;
      elements[base + CONTENT] = tag;
      elements[base + ATTRIBUTES] = firstAttribute;
      elements[base + ATTRIBUTE_COUNT] = attributeCount - firstAttribute;
      elements[base + DECLARATIONS] = firstDeclaration;
      elements[base + DECLARATION_COUNT] = declaredCount;
      if (unsettled) {
        const ordered = settleAttributes(tape, prefixes.bindings, firstAttribute, attributeCount, element);
        if (!ordered) tagFlags &= NOT_START_CANONICAL;
      }
      nodeCount += 1 + attributeCount - firstAttribute + declaredCount;
      if (nodeCount > nodesMax) throw limitFault('peer.limit-nodes', 'nodesMax', nodesMax, nodeCount, { offset: at });
      if (current >= 0) {
        elements[parentBase + FLAGS] = flags | HAS_CHILD;
        elements[parentBase + CONTENT_PREFIXES] = contentPrefixes | usedPrefixes;
      }
      if (closing) elements[base + CONTENT_END] = tag;
      current = element;
      flags = tagFlags;
      contentPrefixes = 0;
      at = tag;
    }

    if (closing) {
      elements[base + END] = at;
      elements[base + NEXT] = elementCount;
      elements[base + FLAGS] = flags;
      elements[base + CONTENT_PREFIXES] = contentPrefixes;
      const declaredCount = elements[base + DECLARATION_COUNT]!;
      const closedFlags = flags;
      const copyable = (flags & BOTH_CANONICAL) === BOTH_CANONICAL && declaredCount === 0;
      if (declaredCount !== 0) undeclare(tape, prefixes, elements[base + DECLARATIONS]!, declaredCount);
      current = elements[base + PARENT]!;
      if (current < 0) break;
      depth--;
      base = current * ELEMENT_WORDS;
      flags = elements[base + FLAGS]!;
      if (!copyable) {
        const expandable =
          (closedFlags & CONTENT_EXPANDABLE) !== 0 &&
          ((closedFlags & TAG_CANONICAL) !== 0 || (closedFlags & EMPTY_EXPANDABLE) === EMPTY_EXPANDABLE) &&
          declaredCount === 0;
        flags &= expandable ? ~CONTENT_CANONICAL : ~CONTENT_EITHER;
      }
      contentPrefixes |= elements[base + CONTENT_PREFIXES]!;
    }

    // ---- text up to the next `<`
    if (at > last) malformed(at, 'unclosed');
    let octet = bytes[at]!;
    while (octet !== LESS) {
      while (octet === BLANK || octet === LF || octet === TAB) octet = bytes[++at]!;
      if (TEXT[octet] === 0) {
        flags |= HAS_TEXT;
        do {
          octet = bytes[at + 1]!;
          if (TEXT[octet] !== 0) {
            at += 1;
            break;
          }
          octet = bytes[at + 2]!;
          if (TEXT[octet] !== 0) {
            at += 2;
            break;
          }
          octet = bytes[at + 3]!;
          if (TEXT[octet] !== 0) {
            at += 3;
            break;
          }
          octet = bytes[at + 4]!;
          if (TEXT[octet] !== 0) {
            at += 4;
            break;
          }
          octet = bytes[at + 5]!;
          if (TEXT[octet] !== 0) {
            at += 5;
            break;
          }
          octet = bytes[at + 6]!;
          if (TEXT[octet] !== 0) {
            at += 6;
            break;
          }
          octet = bytes[at + 7]!;
          if (TEXT[octet] !== 0) {
            at += 7;
            break;
          }
          at += 8;
          octet = bytes[at]!;
        } while (TEXT[octet] === 0);
      }
      if (octet === LESS) break;
      if (octet === AMPERSAND) {
        const end = referenceEnd(bytes, at) | 0;
        flags |= HAS_TEXT | HAS_REFERENCE;
        if (!isCanonicalInText(bytes, at, end)) flags &= ~CONTENT_EITHER;
        at = end;
      } else if (octet === CR) {
        flags = (flags & ~CONTENT_EITHER) | HAS_CARRIAGE_RETURN;
        at++;
      } else if (octet === GREATER) {
        // Text follows a `>` always, so the two octets before this one are text if they are brackets.
        if (bytes[at - 1] === RIGHT_BRACKET && bytes[at - 2] === RIGHT_BRACKET) malformed(at, 'cdata-end');
        if (at === last) malformed(at, 'unclosed');
        flags = (flags & ~CONTENT_EITHER) | HAS_TEXT;
        at++;
      } else if (octet === NONCHARACTER_LEAD) {
        flags |= HAS_TEXT;
        at = passNoncharacterLead(bytes, at) | 0;
      } else {
        malformed(at, 'character');
      }
      octet = bytes[at]!;
    }
  }

  tape.elementCount = elementCount;
  tape.attributeCount = attributeCount;
  return at;
}

/**
 * `place`, with the tables of names as they are there.
 *
 * safety: the module finds names in another way. Those that make too long a chain here are refused where they stand, as they
 * are without it: the document is read again from its root.
 */
function placeWithNames(tape: Tape, place: ScanPlace): ScanPlace {
  if (place.current >= 0) {
    try {
      prefixes.restore(tape, place.current);
      uris.restore(tape);
      return place;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
    }
  }
  const root = place.current < 0 ? place : beforeRoot(tape.elements[START]!);
  tape.elementCount = 0;
  tape.attributeCount = 0;
  tape.declarationCount = 0;
  tape.idCount = 0;
  prefixes.reset(tape);
  uris.reset(tape);
  return root;
}

/** How many elements are open in `element`, with itself. */
function depthOf(tape: Tape, element: number): number {
  let depth = 0;
  for (let open = element; open >= 0; open = tape.elements[open * ELEMENT_WORDS + PARENT]!) depth++;
  return depth;
}
