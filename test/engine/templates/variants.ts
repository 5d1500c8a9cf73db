/** Messages made of others: changed in a value, an Id, a piece of markup, or any octet. */
import { splice } from '@parley/codec/internal';
import type { Chance } from '../attacks/mutations.ts';
import { mutated } from '../attacks/mutations.ts';

/** What values are replaced with: what readers, scanners and C14N take in one way or another. */
const VALUES: readonly string[] = [
  ...['', ' ', 'a', 'a b', ' a', 'a ', 'a\tb', 'a\nb', 'a\rb', '\r\n', '\u0000', '\u007f', '\u0085', 'é', '日本', '💥'],
  ...['\ufeff', '\uf000', '\ufffd', '\ufffe', '\ue000', '\u00ef', '&amp;', '&lt;', '&gt;', '&quot;', '&apos;', '&#65;'],
  ...[
    '&#x41;',
    '&#xD;',
    '&#10;',
    '&',
    '<',
    '>',
    '"',
    "'",
    ']]>',
    ']]&gt;',
    '<!---->',
    '<?a?>',
    '<![CDATA[a]]>',
    '<a/>',
  ],
  ...['#', '#a', '#_1', '%41', '_1', 'a:b', 'urn:a', 'urn:a b', '=', 'AAAA', 'AAAA====', 'A A A A', '-1', '1e3'],
  ...['2026-01-15T12:00:00Z', '2026-01-15T12:00:00.1234567890Z', '2026-01-15t12:00:00z', '9999-12-31T23:59:59Z'],
  ...['http://www.w3.org/2005/08/addressing/anonymous', 'urn:uuid:00000000-0000-4000-8000-000000000002'],
  'x'.repeat(70),
  'x'.repeat(1100),
];

/** What holds a value: between tags, or in quotes. */
const VALUE = />([^<>]*)<\/|="([^"<>]*)"|='([^'<>]*)'/g;
const ID = /Id="([^"]+)"/g;
const ELEMENT = /<([A-Za-z:]+)[^<>]*>[^<>]*<\/\1>|<[A-Za-z:]+[^<>]*\/>/g;

const latin = (octets: Uint8Array): string => Buffer.from(octets).toString('latin1');
const octetsOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

interface Place {
  readonly start: number;
  readonly end: number;
}

/** Places are looked for once in what is changed again and again. */
const found = new Map<string, Map<RegExp, readonly Place[]>>();
const FOUND_MAX = 256;

function placesOf(text: string, pattern: RegExp): readonly Place[] {
  let ofText = found.get(text);
  if (ofText === undefined) {
    if (found.size >= FOUND_MAX) found.clear();
    ofText = new Map();
    found.set(text, ofText);
  }
  let places = ofText.get(pattern);
  if (places === undefined) {
    places = search(text, pattern);
    ofText.set(pattern, places);
  }
  return places;
}

function search(text: string, pattern: RegExp): readonly Place[] {
  return [...text.matchAll(pattern)].map((match) => {
    const value = match.slice(1).find((group) => group !== undefined) ?? match[0];
    const start = match.index + (pattern === ELEMENT ? 0 : match[0].indexOf(value, 1));
    return { start, end: start + (pattern === ELEMENT ? match[0].length : value.length) };
  });
}

/** `message` changed once, in a way that chance chooses; `other` lends values. */
export function variant(message: Uint8Array, other: Uint8Array, chance: Chance): Uint8Array {
  const text = latin(message);
  const one = <Item>(items: readonly Item[]): Item => items[chance(items.length)]!;
  const values = placesOf(text, VALUE);
  const put = ({ start, end }: Place, value: string): Uint8Array =>
    octetsOf(text.slice(0, start) + value + text.slice(end));
  switch (chance(10)) {
    case 0:
    case 1:
      return put(one(values), utf8(one(VALUES)));
    case 2: {
      const from = one(values);
      return put(one(values), text.slice(from.start, from.end));
    }
    case 3: {
      const lender = latin(other);
      const from = one(placesOf(lender, VALUE));
      return put(one(values), lender.slice(from.start, from.end));
    }
    case 4: {
      const { start, end } = one(values);
      const at = start + chance(end - start + 1);
      return put({ start: at, end: at }, utf8(one(VALUES)));
    }
    case 5: {
      // An Id, and all that names it.
      const ids = placesOf(text, ID);
      const id = one(ids);
      const named = one([utf8(one(VALUES)), `n${chance(1000)}`, text.slice(one(ids).start, one(ids).end)]);
      const old = text.slice(id.start, id.end);
      return octetsOf(text.replaceAll(`"${old}"`, `"${named}"`).replaceAll(`"#${old}"`, `"#${named}"`));
    }
    case 6: {
      const { start, end } = one(placesOf(text, ELEMENT));
      return one([put({ start, end }, ''), put({ start: end, end }, text.slice(start, end))]);
    }
    case 7: {
      const [left, right] = [one(values), one(values)].sort((a, b) => a.start - b.start) as [Place, Place];
      if (right.start < left.end) return message;
      const at = (place: Place): Uint8Array => message.subarray(place.start, place.end);
      return splice(message, [
        { ...left, with: at(right) },
        { ...right, with: at(left) },
      ]);
    }
    case 8:
      return mutated(message, other, chance);
    default: {
      const changed = message.slice();
      changed[chance(message.length)] = chance(2) === 0 ? chance(256) : message[chance(message.length)]!;
      return changed;
    }
  }
}
