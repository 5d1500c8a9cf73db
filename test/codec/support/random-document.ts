/** Random well-formed documents in which canonicalisation can go wrong in many ways at once. */
import type { Random } from './random.ts';

const PREFIXES = ['a', 'b', 'B', 'n1', '_p', 'a.b', 'a-b', 'é', '豈', '𐀀', 'long-prefix', 'xs', 'ab', 'soap'];
/** No `&`: libxml2 2.9 to 2.14 print it as `&#38;` in namespace names, a known defect of theirs. */
const URIS = ['urn:a', 'urn:b', 'urn:ab', 'urn:B', 'urn:z', 'http://example.org/%C3%A9', 'http://example.org/c'];
const LOCALS = ['a', 'b', 'B', 'ab', 'a-1', 'é', '豈', '𐀀', 'data', 'Body', 'z.1', '_'];
const XML_ATTRIBUTES = ['xml:lang', 'xml:space', 'xml:base'];
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
];
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

/** One document; half of them hold no comment and no processing instruction. */
export function randomDocument(random: Random): string {
  const plain = random.chance(50);
  const writer = new Writer(random, plain, random.chance(35));
  return writer.document();
}

class Writer {
  readonly #random: Random;
  readonly #plain: boolean;
  /** Writes nearly everything as C14N would, so that whole subtrees are copied as slices. */
  readonly #tidy: boolean;
  #left = 40;

  constructor(random: Random, plain: boolean, tidy: boolean) {
    this.#random = random;
    this.#plain = plain;
    this.#tidy = tidy;
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
      text += this.#random.chance(50) ? '\n' : this.#plain ? '' : this.#random.pick([...COMMENTS, ...INSTRUCTIONS]);
    }
    return text;
  }

  #element(outer: Scope): string {
    const random = this.#random;
    this.#left--;
    const declared = new Map<string, string>();
    const declareChance = outer.depth === 0 ? 80 : this.#tidy ? 6 : 35;
    while (random.chance(declareChance) && declared.size < 5) this.#declare(declared);
    const prefixes = new Map([...outer.prefixes, ...declared]);
    const usable = [...prefixes.keys()].filter((prefix) => prefix !== '');
    const name = this.#qualified(usable, 60);
    const parts = this.#shuffled([...this.#declarations(declared), ...this.#attributes(prefixes, usable)]);
    let tag = `<${name}`;
    for (const part of parts) tag += (this.#tidy && random.chance(97) ? ' ' : random.pick(SPACES)) + part;
    if (!this.#tidy && random.chance(10)) tag += random.pick(SPACES);
    if (random.chance(this.#tidy ? 2 : 15)) return `${tag}/>`;
    const content = this.#content({ prefixes, depth: outer.depth + 1 });
    const blank = !this.#tidy && random.chance(10) ? random.pick(SPACES) : '';
    return `${tag}>${content}</${name}${blank}>`;
  }

  #declare(declared: Map<string, string>): void {
    const random = this.#random;
    const prefix = random.chance(30) ? '' : random.pick(PREFIXES);
    declared.set(prefix, prefix === '' && random.chance(30) ? '' : random.pick(URIS));
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
    const count = random.chance(3) ? 24 : random.below(this.#tidy ? 3 : 5);
    for (let index = 0; index < count; index++) {
      const name = random.chance(12) ? random.pick(XML_ATTRIBUTES) : this.#qualified(usable, 50);
      const colon = name.indexOf(':');
      const prefix = colon < 0 ? '' : name.slice(0, colon);
      const uri = prefix === '' ? '' : (prefixes.get(prefix) ?? 'xml');
      const key = `${uri}|${name.slice(colon + 1)}`;
      if (expanded.has(key)) continue;
      expanded.add(key);
      attributes.push(this.#quotedValue(name, this.#value()));
    }
    return attributes;
  }

  #value(): string {
    const random = this.#random;
    if (this.#tidy && random.chance(90)) return random.pick(['v', '', 'x &amp; y', '&quot;', '&#xD;']);
    let value = '';
    while (random.chance(50)) value += random.pick(VALUES);
    return value;
  }

  /** Quotes with the other kind of quote raw inside them now and then. */
  #quotedValue(name: string, value: string): string {
    const random = this.#random;
    if (this.#tidy || random.chance(80)) return this.#quoted(name, value);
    return random.chance(50) ? `${name}="${value}'"` : `${name}='${value}"'`;
  }

  #quoted(name: string, value: string): string {
    const random = this.#random;
    if (this.#tidy && random.chance(97)) return `${name}="${value}"`;
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
      const kind = random.below(10);
      if (kind < 5 && this.#left > 0 && scope.depth < 12) text += this.#element(scope);
      else if (kind < 9 || this.#plain) text += this.#text();
      else text += random.pick(random.chance(70) ? COMMENTS : INSTRUCTIONS);
    }
    return text;
  }

  #text(): string {
    if (this.#tidy && this.#random.chance(95)) return this.#random.pick(['text', '\n  ', 'x &amp; y', '&#xD;', 'é']);
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
