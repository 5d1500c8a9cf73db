import { Fault } from '../base/fault.ts';
import type { Kind } from '../options/kind.ts';
import { instanceOf, requireKind, TEXT } from '../options/kind.ts';
import type { NameAttribute } from './attribute-value.ts';
import { readAttributeValue } from './attribute-value.ts';
import type { DerReader } from './der.ts';
import { TAG } from './der.ts';
import { parseNameText } from './name-text.ts';

/** From the most significant on, as ASN.1 has it; a relative name usually has one attribute. */
export type RelativeNames = readonly (readonly NameAttribute[])[];

const KEYWORDS: ReadonlyMap<string, string> = new Map([
  ['2.5.4.3', 'CN'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.9', 'STREET'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['0.9.2342.19200300.100.1.1', 'UID'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
]);

/** An X.500 name. Two are equal if their attributes are, letter case and the amount of white space aside. */
export class DistinguishedName {
  readonly relativeNames: RelativeNames;
  readonly #key: string;
  #text: string | undefined;

  private constructor(relativeNames: RelativeNames) {
    this.relativeNames = relativeNames;
    this.#key = keyOfNames(relativeNames);
  }

  /** Name ::= SEQUENCE OF SET SIZE (1..MAX) OF SEQUENCE { type, value }. @throws Fault `peer.certificate-malformed` */
  static readDer(reader: DerReader): DistinguishedName {
    const names = reader.inside(TAG.sequence);
    const relativeNames: NameAttribute[][] = [];
    while (!names.isAtEnd) {
      const set = names.inside(TAG.set);
      const attributes: NameAttribute[] = [];
      do {
        const attribute = set.inside(TAG.sequence);
        attributes.push({ type: attribute.objectIdentifier(), value: readAttributeValue(attribute) });
        attribute.expectEnd();
      } while (!set.isAtEnd);
      relativeNames.push(attributes);
    }
    return new DistinguishedName(relativeNames);
  }

  /**
   * A name as RFC 4514, RFC 2253, Java or .NET write it: least significant part first; or `/C=DE/O=Example`, as OpenSSL does,
   * most significant part first.
   *
   * @throws Fault `caller.option-invalid`
   */
  static parse(text: string): DistinguishedName {
    requireKind(TEXT, text, 'text');
    try {
      return new DistinguishedName(parseNameText(text));
    } catch (error) {
      const detail = error instanceof Fault ? error.detail : {};
      throw new Fault('caller.option-invalid', { option: 'text', ...detail });
    }
  }

  equals(other: DistinguishedName): boolean {
    requireKind(NAME, other, 'other');
    return this.#key === other.#key;
  }

  /**
   * Whether `text` is this name, least significant part first as RFC 4514 has it, or the other way round as OpenSSL and
   * Windows show names: one order or the other, of the whole name.
   *
   * @throws Fault `peer.encoding-invalid`; `caller.option-invalid` no text
   */
  isWrittenAs(text: string): boolean {
    requireKind(TEXT, text, 'text');
    const names = parseNameText(text);
    return keyOfNames(names) === this.#key || keyOfNames(names.reverse()) === this.#key;
  }

  /** RFC 4514 text, least significant part first. */
  toString(): string {
    this.#text ??= this.relativeNames
      .map((attributes) => attributes.map(attributeText).join('+'))
      .reverse()
      .join(',');
    return this.#text;
  }
}

const NAME: Kind<DistinguishedName> = instanceOf(DistinguishedName);

function keyOfNames(relativeNames: RelativeNames): string {
  return JSON.stringify(relativeNames.map((attributes) => attributes.map(keyOf).sort()));
}

// RFC 5280 §7.1, as far as it is more than letter case and spaces, concerns characters that names do not have.
function keyOf({ type, value }: NameAttribute): string {
  return `${type}=${value.trim().replace(/\s+/g, ' ').toLowerCase()}`;
}

function attributeText({ type, value }: NameAttribute): string {
  const escaped = value.replace(/[",+;<>\\]|^[ #]| $/g, (character) => `\\${character}`).replaceAll('\0', '\\00');
  return `${KEYWORDS.get(type) ?? type}=${escaped}`;
}
