/** Ids: how references inside a message find their elements, and why two elements never share one. */
import { Fault } from '@parley/core';
import { printable } from '@parley/core/internal';
import { writeAttributeValue } from '../hot/octets/plain-text.ts';
import { bytesEqual, localName } from './navigate.ts';
import type { Tape } from './tape.ts';
import { A, ATTRIBUTE_WORDS, E, ELEMENT_WORDS, Flag } from './tape.ts';
import { attributeText } from './text.ts';
import { Namespace } from './vocabulary.ts';

const ID = localName('Id');
const SAML11_ID = localName('AssertionID');
const SAML20_ID = localName('ID');

/**
 * The element whose `wsu:Id`, or unqualified `Id` if it is a ds: or xenc: element, or whose id as a SAML assertion, is
 * `bytes[start, end)`, octets of the document unless given; -1 for none. It takes the time that these octets take, after the
 * first one of a document. With {@link checkIds} passed, there is at most one, or the first in the document is meant.
 */
export function resolveId(tape: Tape, start: number, end: number, bytes: Uint8Array = tape.bytes): number {
  const { idIndex, idCount } = tape;
  if (!idIndex.isMade) {
    idIndex.begin(idCount);
    for (let pair = 0; pair < idCount; pair++) if (isReferable(tape, pair)) enter(tape, pair);
  }
  const pair = idIndex.find(tape.bytes, bytes, start, end);
  return pair >= 0 && isReferable(tape, pair) ? tape.ids[pair * 2 + 1]! : -1;
}

/** Whether a reference of WS-Security can mean the id: wsu:Id, Id of an element of XML Signature or Encryption, or SAML's. */
function isReferable(tape: Tape, pair: number): boolean {
  const base = tape.ids[pair * 2]! * ATTRIBUTE_WORDS;
  const uri = tape.attributes[base + A.uri]!;
  if (uri === Namespace.wsu) return true;
  if (uri !== Namespace.none) return false;
  if (tape.unqualifiedIds && isCalled(tape, base, ID)) return true;
  const elementUri = tape.elements[tape.ids[pair * 2 + 1]! * ELEMENT_WORDS + E.uri]!;
  const isSecurityElement =
    elementUri === Namespace.ds ||
    elementUri === Namespace.dsig11 ||
    elementUri === Namespace.xenc ||
    elementUri === Namespace.xenc11;
  if (isSecurityElement) return isCalled(tape, base, ID);
  if (elementUri === Namespace.saml20) return isCalled(tape, base, SAML20_ID);
  return elementUri === Namespace.saml11 && isCalled(tape, base, SAML11_ID);
}

/** What old writers of Ids need. */
export interface IdRules {
  /** `ignored`: ids that no reference can mean (`id`, `ID`, `xml:id` … of the application's own elements) may be equal. */
  readonly foreign: 'unique' | 'ignored';
  /** `Id` without a prefix names every element, as `wsu:Id` does. */
  readonly unqualified: boolean;
  /** One element may have several ids, equal or not. */
  readonly several: boolean;
}

/** What may have the id of another element. */
export interface CopyRule {
  /** Whether the element `copy` says again what `original` says, and no reference can mean it. */
  isCopy(original: number, copy: number): boolean;
  readonly isAllowed: boolean;
  /** What would allow it, for the refusal. */
  readonly option: string;
}

const STRICT_IDS: IdRules = { foreign: 'unique', unqualified: false, several: false };

/**
 * Refuses a message in which a reference could mean two elements. Linear in the number of ids. What {@link resolveId} takes
 * for an id from then on is as the rules say. With `copies`, a value may be there a second time where that says that the
 * second element is but a copy of the first.
 * @throws Fault `peer.id-duplicate` for a value twice, over all id-like attributes; `peer.structure-invalid` for an
 * element with several id-like attributes of differing value; `peer.limit-nodes` for values made to collide
 */
export function checkIds(tape: Tape, { foreign, unqualified, several }: IdRules = STRICT_IDS, copies?: CopyRule): void {
  const { attributes, idIndex, ids, idCount } = tape;
  tape.unqualifiedIds = unqualified;
  idIndex.begin(idCount);
  for (let pair = 0; pair < idCount; pair++) {
    if (foreign === 'ignored' && !isReferable(tape, pair)) continue;
    const other = enter(tape, pair);
    const offset = attributes[ids[pair * 2]! * ATTRIBUTE_WORDS + A.name]!;
    const sameElement = pair > 0 && ids[pair * 2 + 1] === ids[pair * 2 - 1];
    if (foreign === 'unique' && !several && sameElement && other !== pair - 1) {
      throw new Fault('peer.structure-invalid', {
        offset,
        reason: 'several-ids',
        id: idText(tape, pair),
        option: 'allowSeveralIds',
      });
    }
    if (other < 0) continue;
    const isCopy = copies?.isCopy(ids[other * 2 + 1]!, ids[pair * 2 + 1]!) === true;
    if (isCopy && copies.isAllowed) continue;
    if (!several || !areOfOneElement(tape, pair, other))
      throw duplicate(tape, pair, other, offset, isCopy ? copies.option : undefined);
  }
}

/** Whether both ids are of one element, and a reference can mean either. */
function areOfOneElement(tape: Tape, pair: number, other: number): boolean {
  const isOne = tape.ids[pair * 2 + 1] === tape.ids[other * 2 + 1];
  return isOne && isReferable(tape, pair) && isReferable(tape, other);
}

/** Says which id it is, and what passes over it if it is the application's. */
function duplicate(tape: Tape, pair: number, other: number, offset: number, ofCopies: string | undefined): Fault {
  const isForeign = !isReferable(tape, pair) || !isReferable(tape, other);
  const option = isForeign ? 'requireUniqueForeignIds' : ofCopies;
  return new Fault('peer.id-duplicate', { id: idText(tape, pair), offset, ...(option && { option }) });
}

/** The value of an id, to be shown. */
function idText(tape: Tape, pair: number): string {
  return printable(attributeText(tape, tape.ids[pair * 2]!).slice(0, ID_CHARACTERS_MAX));
}

const ID_CHARACTERS_MAX = 128;

/**
 * Whether an id that no reference can mean has the value `bytes[start, end)`: an `Id` without a prefix, mostly. After
 * {@link checkIds} of all ids.
 */
export function isForeignId(tape: Tape, bytes: Uint8Array, start: number, end: number): boolean {
  const pair = tape.idIndex.find(tape.bytes, bytes, start, end);
  return pair >= 0 && !isReferable(tape, pair);
}

/** Enters the value of a pair into the index; the pair that has it already, or -1. */
function enter(tape: Tape, pair: number): number {
  const { bytes, idIndex } = tape;
  const base = tape.ids[pair * 2]! * ATTRIBUTE_WORDS;
  const start = tape.attributes[base + A.value]!;
  const end = tape.attributes[base + A.valueEnd]!;
  const offset = tape.attributes[base + A.name]!;
  if ((tape.attributes[base + A.flags]! & Flag.literal) !== 0) return idIndex.enter(bytes, start, end, pair, offset);
  const { resolved } = idIndex;
  const from = ~resolved.length;
  writeAttributeValue(bytes, start, end, resolved);
  return idIndex.enter(bytes, from, ~resolved.length, pair, offset);
}

/** Whether the local name of an attribute is exactly `name`. */
function isCalled(tape: Tape, base: number, name: Uint8Array): boolean {
  return bytesEqual(tape.bytes, tape.attributes[base + A.local]!, tape.attributes[base + A.nameEnd]!, name);
}
