/**
 * A template as octets and words in one run, as the module wants it: 32-bit words, little-endian, then octets. All places are
 * counted from the start of the image.
 *
 *   header    segments, equals, ids, parts: how many and where; where the pieces are
 *   segments  where fixed octets are, how many, the kind of the hole behind them, and how many octets that may hold
 *   equals    a fragment, the id that it must name
 *   ids       holes no two of which may be equal
 *   parts     where the pieces of each part end
 *   pieces    where constant octets are, how many, and the hole behind them or -1
 *   contents  of each hole of that kind, where its prefix is, how long that is, and the numbers of {@link ContentRules}; of the
 *             segment, where it stands is what the hole may hold
 */

/** Words of the header. assembly/template.ts has the same numbers, in octets. */
export const I = {
  segmentCount: 0,
  segments: 1,
  equalCount: 2,
  equals: 3,
  idCount: 4,
  ids: 5,
  partCount: 6,
  parts: 7,
  pieces: 8,
} as const;
const HEADER_WORDS = 9;

export const SEGMENT_WORDS = 4;
export const PIECE_WORDS = 3;
export const CONTENT_WORDS = 7;

/**
 * What the octets of a hole may be. Only what is the same in every reading, and in canonical form; anything else is no match.
 */
export const Hole = {
  /** The last segment has none. */
  none: 0,
  /** Text: no control character but TAB and LF, no markup but `&amp;`, `&lt;`, `&gt;`, nothing from U+F000 to U+FFFF. May be empty. */
  text: 1,
  /**
   * The value of an attribute: no control character, quote, `<` or `>`, no `&` but in `&amp;`, `&lt;`, `&quot;`, nothing from
   * U+F000 to U+FFFF. May be empty.
   */
  attribute: 2,
  /** A text of visible ASCII without `<`, `>` and `&`. */
  value: 3,
  /** An attribute's value that a reference can name: letters, digits, `-`, `.`, `_`, `%`, all of ASCII. */
  name: 4,
  /** `#` and a name. */
  fragment: 5,
  /** As {@link Hole.attribute}, without references: two are the same value only if they are the same octets. */
  id: 6,
  /**
   * The content of an element, whatever elements it holds: canonical as it stands, each name in the namespace of that element,
   * no declarations, Ids or attributes with a prefix. See content.ts.
   */
  content: 7,
} as const;

export type HoleKind = (typeof Hole)[Exclude<keyof typeof Hole, 'none'>];

/** Characters of a {@link Hole.name}: 1. */
export const NAME_OCTETS: Uint8Array = Uint8Array.from({ length: 256 }, (_, octet) =>
  /[A-Za-z0-9._%-]/.test(String.fromCharCode(octet)) ? 1 : 0,
);

export interface Segment {
  readonly fixed: Uint8Array;
  readonly kind: number;
  readonly bytesMax: number;
  /** Of {@link Hole.content}. */
  readonly content?: ContentRules | undefined;
}

/** What a {@link Hole.content} may be. */
export interface ContentRules {
  /** That of each name, as octets; empty for none. */
  readonly prefix: Uint8Array;
  /** Elements, one inside the other. */
  readonly depthMax: number;
  /** Elements and attributes. */
  readonly nodesMax: number;
  /** Of one element. */
  readonly attributesMax: number;
  readonly nameBytesMax: number;
  readonly valueBytesMax: number;
}

export interface Piece {
  readonly constant: Uint8Array;
  /** -1 for none. */
  readonly hole: number;
}

export interface ImageContent {
  readonly segments: readonly Segment[];
  /** Pairs: a fragment, and the id that it names. */
  readonly equals: readonly (readonly [number, number])[];
  readonly ids: readonly number[];
  /** The pieces of each part. */
  readonly parts: readonly (readonly Piece[])[];
}

/** An image, and the same octets as words. */
export interface Image {
  readonly octets: Uint8Array;
  readonly words: Int32Array;
}

/** More octets than there are, because the module reads sixteen at a time. */
const SLACK_BYTES = 16;
const WORD_BYTES = Int32Array.BYTES_PER_ELEMENT;

/** `content` in the words and octets that a matcher reads. */
export function imageOf({ segments, equals, ids, parts }: ImageContent): Image {
  const pieces = parts.flat();
  const contents = segments.flatMap(({ content }) => content ?? []);
  const listWords =
    HEADER_WORDS +
    segments.length * SEGMENT_WORDS +
    equals.length * 2 +
    ids.length +
    parts.length +
    pieces.length * PIECE_WORDS +
    contents.length * CONTENT_WORDS;
  const octetCount =
    sizeOf(segments.map(({ fixed }) => fixed)) +
    sizeOf(pieces.map(({ constant }) => constant)) +
    sizeOf(contents.map(({ prefix }) => prefix));
  const sizeBytes = Math.ceil((listWords * WORD_BYTES + octetCount + SLACK_BYTES) / 16) * 16;
  const octets = new Uint8Array(sizeBytes);
  const words = new Int32Array(octets.buffer);
  let word = HEADER_WORDS;
  let octet = listWords * WORD_BYTES;
  const begin = (place: number): void => {
    words[place] = word * WORD_BYTES;
  };
  const put = (run: Uint8Array): number => {
    octets.set(run, octet);
    octet += run.length;
    return octet - run.length;
  };
  begin(I.segments);
  words[I.segmentCount] = segments.length;
  let content = (listWords - contents.length * CONTENT_WORDS) * WORD_BYTES;
  for (const { fixed, kind, bytesMax, content: rules } of segments) {
    words.set([put(fixed), fixed.length, kind, rules === undefined ? Math.min(bytesMax, INT32_MAX) : content], word);
    word += SEGMENT_WORDS;
    if (rules !== undefined) content += CONTENT_WORDS * WORD_BYTES;
  }
  begin(I.equals);
  words[I.equalCount] = equals.length;
  for (const pair of equals) {
    words.set(pair, word);
    word += 2;
  }
  begin(I.ids);
  words[I.idCount] = ids.length;
  words.set(ids, word);
  word += ids.length;
  begin(I.parts);
  words[I.partCount] = parts.length;
  const ends = word;
  word += parts.length;
  begin(I.pieces);
  parts.forEach((part, index) => {
    for (const { constant, hole } of part) {
      words.set([put(constant), constant.length, hole], word);
      word += PIECE_WORDS;
    }
    words[ends + index] = word * WORD_BYTES;
  });
  for (const { prefix, depthMax, nodesMax, attributesMax, nameBytesMax, valueBytesMax } of contents) {
    const limits = [depthMax, nodesMax, attributesMax, nameBytesMax, valueBytesMax];
    words.set([put(prefix), prefix.length, ...limits.map((limit) => Math.min(limit, INT32_MAX))], word);
    word += CONTENT_WORDS;
  }
  return { octets, words };
}

const INT32_MAX = 0x7fffffff;

function sizeOf(runs: readonly Uint8Array[]): number {
  return runs.reduce((sum, { length }) => sum + length, 0);
}
