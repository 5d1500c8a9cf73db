/** Random changes of messages, the same in every run. */

/** A source of whole numbers below `limit`. */
export type Chance = (limit: number) => number;

/** Numbers that look random and follow from `seed` (mulberry32). */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** What parsers and verifiers have stumbled over. */
const TOKENS: readonly Uint8Array[] = [
  ...['<', '>', '"', "'", '&', '/', '=', '#', ':', ' ', '\n', '\r', '\t', '\0', '<a>', '</a>', '<a/>', ' a="b"'],
  ...['<!-- -->', '<?a b?>', '<![CDATA[', ']]>', '<!DOCTYPE a>', '<?xml version="1.1"?>', '&amp;', '&a;', '&#0;'],
  ...['&#x110000;', '&#xd800;', '&#13;', ' xmlns=""', ' xmlns:s=""', ' xmlns:u="urn:u"', ' Id="_1"', ' u:Id="_3"'],
  ...[' xml:id="_7"', ' URI=""', ' URI="#_7"', '<ds:Object/>', '<s:Body/>', '<s:Header/>', '<e:ReferenceList/>'],
  ...['-1', '0', '4294967296', '99999999999999999999', '1e9', 'NaN', '__proto__', 'constructor', '\u0085', '\u2028'],
  ...['\ufeff', '\ufffe', '💥', '=', '==', 'A', 'AAAA', '-_'],
].map((token) => new TextEncoder().encode(token));

/** `message` with one random change; `other` lends octets. */
export function mutated(message: Uint8Array, other: Uint8Array, chance: Chance): Uint8Array {
  if (message.length === 0) return message;
  const at = chance(message.length);
  const to = Math.min(message.length, at + 1 + lengthFrom(chance));
  switch (chance(7)) {
    case 0:
      return replacedWith(
        message,
        at,
        at + 1,
        Uint8Array.of(chance(2) === 0 ? chance(256) : other[chance(other.length)]!),
      );
    case 1:
      return replacedWith(message, at, to, NOTHING);
    case 2:
      return replacedWith(message, at, at, TOKENS[chance(TOKENS.length)]!);
    case 3:
      return replacedWith(message, at, to, TOKENS[chance(TOKENS.length)]!);
    case 4:
      return replacedWith(message, to, to, message.subarray(at, to));
    case 5: {
      const from = chance(other.length);
      return replacedWith(message, at, to, other.subarray(from, from + lengthFrom(chance)));
    }
    default:
      return message.slice(0, at);
  }
}

const NOTHING = new Uint8Array(0);

/** Mostly short, at times a good part of a message. */
function lengthFrom(chance: Chance): number {
  return chance(1 << (1 + chance(11)));
}

function replacedWith(message: Uint8Array, start: number, end: number, octets: Uint8Array): Uint8Array {
  const result = new Uint8Array(message.length - (end - start) + octets.length);
  result.set(message.subarray(0, start));
  result.set(octets, start);
  result.set(message.subarray(end), start + octets.length);
  return result;
}
