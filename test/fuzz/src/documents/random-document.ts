/** Random well-formed documents in which canonicalisation can go wrong in many ways at once. */
import type { Random } from './random.ts';

const PREFIXES = ['a', 'b', 'B', 'n1', '_p', 'a.b', 'a-b', 'é', '豈', '𐀀', 'long-prefix', 'xs', 'ab', 'soap'];
/** More than the tape has bits of its own for: prefixes numbered 31 and above share one. */
const MANY_PREFIXES = Array.from({ length: 45 }, (_, index) => `m${index}`);
const URIS = ['urn:a', 'urn:b', 'urn:ab', 'urn:B', 'urn:z', 'http://example.org/%C3%A9', 'http://example.org/c'];
const URIS_WITH_AMPERSAND = ['urn:a?b&amp;c', 'urn:a?b&#38;c&amp;', 'http://example.org/?x=1&#x26;y=2'];
const LOCALS = ['a', 'b', 'B', 'ab', 'a-1', 'é', '豈', '𐀀', 'data', 'Body', 'z.1', '_'];
const XML_VALUES: Readonly<Record<string, readonly string[]>> = {
  'xml:lang': ['en', 'de-CH', '', 'fr&#9;'],
  'xml:space': ['preserve', 'default'],
  'xml:base': [
    'http://example.org/a/b/c',
    'http://example.org/a/',
    'http://example.org',
    '../d',
    '..',
    './e/',
    'f/g',
    '/h/i',
    '//example.net/j',
    '?k',
    '#l',
    '',
    'urn:m',
    '../../../../n',
    'o/../../p',
    'q&amp;r',
  ],
};
const XML_ATTRIBUTES = [...Object.keys(XML_VALUES), 'xml:id', 'xml:other'];
const SPACES = [' ', ' ', ' ', ' ', '  ', '\n', '\t', '\r\n', ' \n '];
const TEXTS = [
  'text',
  ' ',
  '\n  ',
  '\t',
  '\r\n',
  '\r',
  'é€',
  '𝄞',
  '\u0085',
  '\u2028',
  '\u00a0',
  '"',
  "'",
  '>',
  ']',
  ']]',
  '\ufffd',
  '&amp;',
  '&lt;',
  '&gt;',
  '&quot;',
  '&apos;',
  '&#xD;',
  '&#13;',
  '&#9;',
  '&#x0000A;',
  '&#x1D11E;',
  '&#x10FFFF;',
  '&#62;',
  '<![CDATA[]]>',
  '<![CDATA[<&>]]>',
  '<![CDATA[a\r\nb\r]]]>',
  '<![CDATA[é]]>',
  'x<![CDATA[y]]>z',
  '<![CDATA[]]]]><![CDATA[>]]>',
];
const RETURNS = ['\r', '\r\n', '\r\r', '\n\r', 'a\rb', '<![CDATA[\r]]>', '<![CDATA[\r\n\r]]>', '&#xD;\r'];
const COMMENTS = ['<!---->', '<!-- c -->', '<!-- - > & < é\r\n-->'];
const INSTRUCTIONS = ['<?pi?>', '<?pi  d ?>', '<?pi-1 a?b>\r\n?>', '<?é \t?>'];
const VALUES = [
  '',
  'v',
  ' ',
  '  v ',
  '\n',
  '\r\n',
  '\t',
  'é',
  '𝄞',
  '>',
  '&amp;',
  '&lt;',
  '&quot;',
  '&apos;',
  '&gt;',
  '&#9;',
  '&#xA;',
  '&#13;',
  '&#xD;',
  '&#32;',
  '&#x1D11E;',
];

interface Scope {
  readonly prefixes: ReadonlyMap<string, string>;
  readonly depth: number;
}

/** What one document has much or little of. */
interface Style {
  /** No comment and no processing instruction. */
  readonly plain: boolean;
  /** Nearly everything as C14N would write it, so that whole subtrees are copied as slices. */
  readonly tidy: boolean;
  readonly uris: readonly string[];
  readonly prefixes: readonly string[];
  /** Declarations of the root at most; each other element has five at most. */
  readonly rootDeclarationsMax: number;
  /** In 100 elements, how many have 24 attributes or more. */
  readonly longTagPercent: number;
  /** In 100 attributes, how many are xml:something. */
  readonly xmlPercent: number;
  /** In 100 texts, how many hold a CR. */
  readonly returnPercent: number;
  /** In 100 pieces of content, how many are an element. */
  readonly elementPercent: number;
  readonly depthMax: number;
  readonly elementsMax: number;
}

/** One well-formed document without a DTD; half of them hold no comment and no processing instruction. */
export function randomDocument(random: Random): string {
  const manyPrefixes = random.chance(8);
  const deep = random.chance(5);
  const style: Style = {
    plain: random.chance(50),
    tidy: random.chance(35),
    uris: random.chance(10) ? [...URIS, ...URIS_WITH_AMPERSAND] : URIS,
    prefixes: manyPrefixes ? [...PREFIXES, ...MANY_PREFIXES] : PREFIXES,
    rootDeclarationsMax: manyPrefixes ? 50 : 5,
    longTagPercent: random.chance(5) ? 30 : 2,
    xmlPercent: random.chance(20) ? 50 : 12,
    returnPercent: random.chance(10) ? 60 : 2,
    elementPercent: deep ? 90 : 50,
    depthMax: deep ? 60 : 12,
    elementsMax: random.chance(30) ? 8 : deep ? 90 : 40,
  };
  return new Writer(random, style).document();
}

class Writer {
  readonly #random: Random;
  readonly #style: Style;
  #left: number;
  #ids = 0;

  constructor(random: Random, style: Style) {
    this.#random = random;
    this.#style = style;
    this.#left = style.elementsMax;
  }

  document(): string {
    const random = this.#random;
    let text = random.chance(10) ? '\ufeff' : '';
    if (random.chance(30)) text += random.pick(["<?xml version='1.0'?>", '<?xml version="1.0" encoding="UTF-8"?>\n']);
    text += this.#misc();
    text += this.#element({ prefixes: new Map(), depth: 0 });
    return text + this.#misc();
  }

  #misc(): string {
    let text = '';
    while (this.#random.chance(20)) {
      text += this.#random.chance(50)
        ? '\n'
        : this.#style.plain
          ? ''
          : this.#random.pick([...COMMENTS, ...INSTRUCTIONS]);
    }
    return text;
  }

  #element(outer: Scope): string {
    const random = this.#random;
    this.#left--;
    const declared = new Map<string, string>();
    const isRoot = outer.depth === 0;
    const declaredMax = isRoot ? this.#style.rootDeclarationsMax : 5;
    const declareChance = isRoot ? (declaredMax > 5 ? 97 : 80) : this.#style.tidy ? 6 : 35;
    while (random.chance(declareChance) && declared.size < declaredMax) this.#declare(declared);
    const prefixes = new Map([...outer.prefixes, ...declared]);
    const usable = [...prefixes.keys()].filter((prefix) => prefix !== '');
    const name = this.#qualified(usable, 60);
    const parts = this.#shuffled([...this.#declarations(declared), ...this.#attributes(prefixes, usable)]);
    let tag = `<${name}`;
    for (const part of parts) tag += (this.#style.tidy && random.chance(97) ? ' ' : random.pick(SPACES)) + part;
    if (!this.#style.tidy && random.chance(10)) tag += random.pick(SPACES);
    if (random.chance(this.#style.tidy ? 2 : 15)) return `${tag}/>`;
    const content = this.#content({ prefixes, depth: outer.depth + 1 });
    const blank = !this.#style.tidy && random.chance(10) ? random.pick(SPACES) : '';
    return `${tag}>${content}</${name}${blank}>`;
  }

  #declare(declared: Map<string, string>): void {
    const random = this.#random;
    const prefix = random.chance(30) ? '' : random.pick(this.#style.prefixes);
    declared.set(prefix, prefix === '' && random.chance(30) ? '' : random.pick(this.#style.uris));
  }

  #declarations(declared: ReadonlyMap<string, string>): string[] {
    return [...declared].map(([prefix, uri]) => {
      const written = this.#random.chance(5) ? uri.replace('a', '&#97;') : uri;
      return this.#quoted(prefix === '' ? 'xmlns' : `xmlns:${prefix}`, written);
    });
  }

  #attributes(prefixes: ReadonlyMap<string, string>, usable: readonly string[]): string[] {
    const random = this.#random;
    const expanded = new Set<string>();
    const attributes: string[] = [];
    const count = random.chance(this.#style.longTagPercent)
      ? 24 + random.below(40)
      : random.below(this.#style.tidy ? 3 : 5);
    for (let index = 0; index < count; index++) {
      const name = random.chance(this.#style.xmlPercent) ? random.pick(XML_ATTRIBUTES) : this.#qualified(usable, 50);
      const colon = name.indexOf(':');
      const prefix = colon < 0 ? '' : name.slice(0, colon);
      const uri = prefix === '' ? '' : (prefixes.get(prefix) ?? 'xml');
      const key = `${uri}|${name.slice(colon + 1)}`;
      if (expanded.has(key)) continue;
      expanded.add(key);
      if (name === 'xml:id') attributes.push(this.#quoted(name, `i${++this.#ids}`));
      else if (Object.hasOwn(XML_VALUES, name)) attributes.push(this.#quoted(name, random.pick(XML_VALUES[name]!)));
      else attributes.push(this.#quotedValue(name, this.#value()));
    }
    return attributes;
  }

  #value(): string {
    const random = this.#random;
    if (this.#style.tidy && random.chance(90)) return random.pick(['v', '', 'x &amp; y', '&quot;', '&#xD;']);
    let value = '';
    while (random.chance(50)) value += random.pick(VALUES);
    return value;
  }

  /** Quotes with the other kind of quote raw inside them now and then. */
  #quotedValue(name: string, value: string): string {
    const random = this.#random;
    if (this.#style.tidy || random.chance(80)) return this.#quoted(name, value);
    return random.chance(50) ? `${name}="${value}'"` : `${name}='${value}"'`;
  }

  #quoted(name: string, value: string): string {
    const random = this.#random;
    if (this.#style.tidy && random.chance(97)) return `${name}="${value}"`;
    const equals = random.pick(['=', '=', '=', ' =', '= ', '\n=\t']);
    return random.chance(50) ? `${name}${equals}"${value}"` : `${name}${equals}'${value}'`;
  }

  #qualified(usable: readonly string[], percent: number): string {
    const local = this.#random.pick(LOCALS);
    return usable.length > 0 && this.#random.chance(percent) ? `${this.#random.pick(usable)}:${local}` : local;
  }

  #content(scope: Scope): string {
    const random = this.#random;
    let text = '';
    while (random.chance(70)) {
      const { elementPercent, depthMax, plain } = this.#style;
      if (random.chance(elementPercent) && this.#left > 0 && scope.depth < depthMax) text += this.#element(scope);
      else if (random.chance(80) || plain) text += this.#text();
      else text += random.pick(random.chance(70) ? COMMENTS : INSTRUCTIONS);
    }
    return text;
  }

  #text(): string {
    if (this.#style.tidy && this.#random.chance(95))
      return this.#random.pick(['text', '\n  ', 'x &amp; y', '&#xD;', 'é']);
    if (this.#random.chance(this.#style.returnPercent)) return this.#random.pick(RETURNS);
    // A text must not make `]]>` out of its pieces.
    const text = this.#random.pick(TEXTS);
    return text === '>' ? ' >' : text;
  }

  #shuffled(list: readonly string[]): string[] {
    const shuffled = [...list];
    for (let index = shuffled.length - 1; index > 0; index--) {
      const other = this.#random.below(index + 1);
      [shuffled[index], shuffled[other]] = [shuffled[other]!, shuffled[index]!];
    }
    return shuffled;
  }
}
