import { Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import {
  encodedBase64Length,
  instanceOf,
  listOf,
  requireInput,
  requireKind,
  TEXT,
  tuple,
  writeBase64,
} from '@parley/core/internal';
import { writeEscapedAttribute, writeEscapedOctets, writeEscapedText } from '../hot/octets/escape.ts';
import { Octet } from '../hot/octets/octet.ts';
import { OctetSink } from '../hot/octets/octet-sink.ts';
import { CanonicalElement } from './canonical-element.ts';
import { compareNames, NamespaceBinding, QualifiedName } from './qualified-name.ts';

const { doubleQuote: DOUBLE_QUOTE, greater: GREATER } = Octet;

const NOTHING: readonly never[] = [];

/** An attribute to write. */
export type Attribute = readonly [name: QualifiedName, value: string];

const NAME = instanceOf<QualifiedName>(QualifiedName);
const ATTRIBUTES: Kind<readonly Attribute[]> = listOf(tuple<Attribute>(NAME, TEXT));
const BINDINGS = listOf(instanceOf<NamespaceBinding>(NamespaceBinding));
const SINK = instanceOf<OctetSink>(OctetSink);
const ELEMENT = instanceOf<CanonicalElement>(CanonicalElement);

/**
 * Appends elements, attributes and text to a sink; there is nothing else it can write, and no way to write markup.
 *
 * What it writes is its own exclusive canonical form (without comments), because it declares a prefix on the element
 * that first uses it, has start and end tags only, and escapes as C14N does. So an element can be digested as written.
 * Builders give attributes in canonical order; another order is `caller.option-invalid`; tags that do not match are `caller.input-invalid`.
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
  constructor(sink: OctetSink = new OctetSink(), inScope: readonly NamespaceBinding[] = NOTHING) {
    requireKind(SINK, sink, 'sink');
    if (inScope !== NOTHING) requireKind(BINDINGS, inScope, 'inScope');
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
    inContent: readonly NamespaceBinding[] = NOTHING,
  ): this {
    requireTag(name, attributes, inContent);
    const { sink } = this;
    const outer = this.#scope.length;
    this.#open.push(name);
    this.#outer.push(outer);
    this.#declare(name.namespace, outer);
    for (let index = 0; index < attributes.length; index++) {
      const attribute = attributes[index]![0];
      this.#declare(attribute.namespace, outer);
      if (index > 0 && compareNames(attributes[index - 1]![0], attribute) >= 0)
        throw new Fault('caller.option-invalid', { option: 'attributes', reason: 'not in canonical order' });
    }
    for (let index = 0; index < inContent.length; index++) this.#declare(inContent[index]!, outer);

    append(sink, name.startTag);
    for (let index = outer; index < this.#scope.length; index++) append(sink, this.#scope[index]!.declaration);
    for (let index = 0; index < attributes.length; index++) {
      const [attribute, value] = attributes[index]!;
      append(sink, attribute.attribute);
      try {
        writeEscapedAttribute(value, sink);
      } catch (error) {
        throw located(error, attribute);
      }
      sink.writeOctet(DOUBLE_QUOTE);
    }
    sink.writeOctet(GREATER);
    return this;
  }

  /** The end tag of the innermost open element. @throws Fault `caller.input-invalid` none is open */
  close(): this {
    const name = this.#open.pop();
    const outer = this.#outer.pop();
    if (name === undefined || outer === undefined)
      throw new Fault('caller.input-invalid', { input: 'elements', reason: 'none is open' });
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
    if (typeof text !== 'string') requireKind(TEXT, text, 'text');
    try {
      writeEscapedText(text, this.sink);
    } catch (error) {
      throw located(error, this.#open.at(-1));
    }
    return this;
  }

  /** The base64 of `octets` (borrowed): from octets to octets, so that a secret becomes no string. */
  base64(octets: Uint8Array): this {
    requireInput(octets, 'octets');
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
    requireInput(utf8, 'utf8');
    try {
      writeEscapedOctets(utf8, this.sink);
    } catch (error) {
      throw located(error, this.#open.at(-1));
    }
    return this;
  }

  /** An element that was received. It brings all its declarations, also one that is in force here already. */
  repeat(element: CanonicalElement): this {
    requireKind(ELEMENT, element, 'element');
    element.writeTo(this.sink);
    return this;
  }

  /** The document; the caller's own. The sink is empty and wiped afterwards. @throws Fault `caller.input-invalid` an element is open */
  take(): Uint8Array {
    if (this.#open.length > 0) throw new Fault('caller.input-invalid', { input: 'elements', reason: 'one is open' });
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
    if (at >= outer)
      throw new Fault('caller.option-invalid', { option: 'attributes', reason: 'one prefix, two namespaces' });
    // Declarations stand in the order of their prefixes, which are ASCII.
    let place = scope.push(namespace) - 1;
    for (; place > outer && scope[place - 1]!.prefix > prefix; place--) scope[place] = scope[place - 1]!;
    scope[place] = namespace;
  }
}

/** @throws Fault `caller.option-invalid` */
function requireTag(
  name: QualifiedName,
  attributes: readonly Attribute[],
  inContent: readonly NamespaceBinding[],
): void {
  // perf: what fits costs no more than to look at it.
  if (!fits(name, attributes)) {
    requireKind(NAME, name, 'name');
    requireKind(ATTRIBUTES, attributes, 'attributes');
  }
  if (inContent !== NOTHING) requireKind(BINDINGS, inContent, 'inContent');
}

function fits(name: unknown, attributes: unknown): boolean {
  try {
    return name instanceof QualifiedName && (attributes === NOTHING || areAttributes(attributes));
  } catch {
    // A proxy of the caller's.
    return false;
  }
}

function areAttributes(attributes: unknown): boolean {
  if (!Array.isArray(attributes)) return false;
  for (let index = 0; index < attributes.length; index++) {
    const attribute: unknown = attributes[index];
    if (!Array.isArray(attribute) || attribute.length !== 2) return false;
    if (!(attribute[0] instanceof QualifiedName) || typeof attribute[1] !== 'string') return false;
  }
  return true;
}

function append(sink: OctetSink, octets: Uint8Array): void {
  sink.write(octets, 0, octets.length);
}

/** Of a text that cannot be written, also where it stands. */
function located(error: unknown, name: QualifiedName | undefined): unknown {
  if (!(error instanceof Fault) || name === undefined) return error;
  return new Fault(error.code, { in: name.local, ...error.detail });
}
