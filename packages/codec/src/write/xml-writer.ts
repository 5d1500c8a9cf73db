import { encodedBase64Length, invariant, writeBase64 } from '@parley/core/internal';
import { writeEscapedAttribute, writeEscapedOctets, writeEscapedText } from '../hot/octets/escape.ts';
import { Octet } from '../hot/octets/octet.ts';
import { OctetSink } from '../hot/octets/octet-sink.ts';
import type { CanonicalElement } from './canonical-element.ts';
import type { NamespaceBinding, QualifiedName } from './qualified-name.ts';
import { compareNames } from './qualified-name.ts';

const { doubleQuote: DOUBLE_QUOTE, greater: GREATER } = Octet;

const NOTHING: readonly never[] = [];

/** An attribute to write. */
export type Attribute = readonly [name: QualifiedName, value: string];

/**
 * Appends elements, attributes and text to a sink; there is nothing else it can write, and no way to write markup.
 *
 * What it writes is its own exclusive canonical form (without comments), because it declares a prefix on the element
 * that first uses it, has start and end tags only, and escapes as C14N does. So an element can be digested as written.
 * Builders give attributes in canonical order; another order is `internal.invariant`, like tags that do not match.
 */
export class XmlWriter {
  /** Where it all goes; written octets are `sink.bytes[0, sink.length)`. */
  readonly sink: OctetSink;
  /** What prefixes mean here, innermost last. */
  readonly #scope: NamespaceBinding[];
  /** The elements that are open, and how long the scope was outside each. */
  readonly #open: QualifiedName[] = [];
  readonly #outer: number[] = [];

  /** @param inScope what the surroundings have rendered already: not declared again */
  constructor(sink: OctetSink = new OctetSink(), inScope: readonly NamespaceBinding[] = []) {
    this.sink = sink;
    this.#scope = [...inScope];
  }

  /**
   * A start tag. `inContent` are namespaces that a QName in the content needs; C14N would leave them out unless they are
   * on its PrefixList, so an element with any is its own canonical form only with that list.
   */
  open(
    name: QualifiedName,
    attributes: readonly Attribute[] = NOTHING,
    inContent: readonly NamespaceBinding[] = [],
  ): this {
    const { sink } = this;
    const outer = this.#scope.length;
    this.#open.push(name);
    this.#outer.push(outer);
    this.#declare(name.namespace, outer);
    for (let index = 0; index < attributes.length; index++) {
      const attribute = attributes[index]![0];
      this.#declare(attribute.namespace, outer);
      invariant(
        index === 0 || compareNames(attributes[index - 1]![0], attribute) < 0,
        'attributes are in canonical order',
      );
    }
    for (let index = 0; index < inContent.length; index++) this.#declare(inContent[index]!, outer);

    append(sink, name.startTag);
    for (let index = outer; index < this.#scope.length; index++) append(sink, this.#scope[index]!.declaration);
    for (let index = 0; index < attributes.length; index++) {
      const [attribute, value] = attributes[index]!;
      append(sink, attribute.attribute);
      writeEscapedAttribute(value, sink);
      sink.writeOctet(DOUBLE_QUOTE);
    }
    sink.writeOctet(GREATER);
    return this;
  }

  /** The end tag of the innermost open element. */
  close(): this {
    const name = this.#open.pop();
    const outer = this.#outer.pop();
    invariant(name !== undefined && outer !== undefined, 'an element is open');
    append(this.sink, name.endTag);
    while (this.#scope.length > outer) this.#scope.pop();
    return this;
  }

  /** A whole element with a text in it, or nothing. */
  element(
    name: QualifiedName,
    text: string,
    attributes: readonly Attribute[] = NOTHING,
    inContent: readonly NamespaceBinding[] = NOTHING,
  ): this {
    return this.open(name, attributes, inContent).text(text).close();
  }

  /** @throws Fault `caller.input-invalid` for a character that XML cannot carry; so do attributes */
  text(text: string): this {
    writeEscapedText(text, this.sink);
    return this;
  }

  /** The base64 of `octets` (borrowed): from octets to octets, so that a secret becomes no string. */
  base64(octets: Uint8Array): this {
    const { sink } = this;
    sink.reserve(encodedBase64Length(octets.length));
    sink.length += writeBase64(octets, sink.bytes, sink.length);
    return this;
  }

  /**
   * A text in UTF-8 (borrowed): from octets to octets, so that a secret becomes no string.
   * @throws Fault `caller.input-invalid` no UTF-8, or a character that XML cannot carry
   */
  textOctets(utf8: Uint8Array): this {
    writeEscapedOctets(utf8, this.sink);
    return this;
  }

  /** An element that was received. It brings all its declarations, also one that is in force here already. */
  repeat(element: CanonicalElement): this {
    element.writeTo(this.sink);
    return this;
  }

  /** The document; the caller's own. The sink is empty and wiped afterwards. */
  take(): Uint8Array {
    invariant(this.#open.length === 0, 'every element is closed');
    return this.sink.take();
  }

  /** Declares `namespace` on the element being opened, unless its prefix means it already. */
  #declare(namespace: NamespaceBinding, outer: number): void {
    const { prefix, uri } = namespace;
    const scope = this.#scope;
    if (prefix === '' || prefix === 'xml') return;
    let at = scope.length - 1;
    while (at >= 0 && scope[at]!.prefix !== prefix) at--;
    if (at >= 0 && scope[at]!.uri === uri) return;
    invariant(at < outer, 'a prefix has one meaning in a start tag');
    // Declarations stand in the order of their prefixes, which are ASCII.
    let place = scope.push(namespace) - 1;
    for (; place > outer && scope[place - 1]!.prefix > prefix; place--) scope[place] = scope[place - 1]!;
    scope[place] = namespace;
  }
}

function append(sink: OctetSink, octets: Uint8Array): void {
  sink.write(octets, 0, octets.length);
}
