/**
 * A native second opinion: libxml2 reads the same bytes, and both readers must have seen the same document. Signatures
 * get forged where two parsers disagree; this finds a disagreement of ours with the parser that most peers use.
 */
import { createRequire } from 'node:module';
import { Fault } from '@parley/core';
import { writePlainText } from './hot/plain-text.ts';
import { textStart } from './hot/text-start.ts';
import { localNameOf, namespaceUriOf, uriText } from './navigate.ts';
import { OctetSink } from './octet-sink.ts';
import type { Tape } from './tape.ts';
import { A, ATTRIBUTE_WORDS, D, DECLARATION_WORDS, E, ELEMENT_WORDS } from './tape.ts';
import { attributeText, decodeText } from './text.ts';

/** What {@link loadLibxml} gives. */
export type Libxml =
  | {
      readonly available: true;
      /**
       * Reads `bytes`, which `tape` was scanned from, with libxml2 and compares names, attributes, namespaces and text.
       * @throws Fault `peer.readers-differ`
       */
      crossCheck(bytes: Uint8Array, tape: Tape): void;
    }
  | { readonly available: false; readonly reason: string };

// The parts of libxmljs2 in use, said here because it is an optional dependency, types included.
interface NativeNamespace {
  href(): string | null;
  prefix(): string | null;
}
interface NativeAttribute {
  name(): string;
  value(): string;
  namespace(): NativeNamespace | null;
}
interface NativeNode {
  type(): string;
  text(): string;
}
interface NativeElement extends NativeNode {
  name(): string;
  namespace(): NativeNamespace | null;
  namespaces(local: boolean): NativeNamespace[];
  attrs(): NativeAttribute[];
  childNodes(): NativeNode[];
}
interface Native {
  parseXml(source: string, options: Readonly<Record<string, boolean>>): { root(): NativeElement | null };
}

// safety: no network, no entities, no DTD; our own limits have passed already, so libxml2's need not speak.
const PARSE_OPTIONS = {
  nonet: true,
  noent: false,
  dtdload: false,
  dtdattr: false,
  dtdvalid: false,
  huge: true,
} as const;
const XML_PREFIX = 1;
const gap = new OctetSink(1024);
let loaded: Libxml | undefined;

/** Loads libxmljs2 if it is installed and compiled here; that it is not is an answer, not an error. */
export function loadLibxml(): Libxml {
  loaded ??= load();
  return loaded;
}

function load(): Libxml {
  try {
    const native = createRequire(import.meta.url)('libxmljs2') as Native;
    return { available: true, crossCheck: (bytes, tape) => crossCheck(native, bytes, tape) };
  } catch (error) {
    return { available: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

function crossCheck(native: Native, bytes: Uint8Array, tape: Tape): void {
  const root = parsed(native, bytes);
  agree(root !== null && tape.elementCount > 0, 0);
  const waiting: [NativeElement, number][] = [[root as NativeElement, 0]];
  let seen = 0;
  for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
    const [node, element] = pair;
    seen++;
    compareNames(tape, node, element);
    compareAttributes(tape, node, element);
    compareDeclarations(tape, node, element);
    waiting.push(...compareContent(tape, node, element));
  }
  agree(seen === tape.elementCount, 0);
}

function parsed(native: Native, bytes: Uint8Array): NativeElement | null {
  try {
    return native.parseXml(decodeText(bytes, textStart(bytes), bytes.length), PARSE_OPTIONS).root();
  } catch {
    return differ(0);
  }
}

function compareNames(tape: Tape, node: NativeElement, element: number): void {
  const offset = tape.elements[element * ELEMENT_WORDS + E.start]!;
  agree(node.name() === localNameOf(tape, element), offset);
  agree((node.namespace()?.href() ?? '') === namespaceUriOf(tape, element), offset);
}

function compareAttributes(tape: Tape, node: NativeElement, element: number): void {
  const base = element * ELEMENT_WORDS;
  const first = tape.elements[base + E.attributes]!;
  const count = tape.elements[base + E.attributeCount]!;
  const values = new Map<string, string>();
  for (const attribute of node.attrs()) {
    values.set(`${attribute.namespace()?.href() ?? ''} ${attribute.name()}`, attribute.value());
  }
  agree(values.size === count, tape.elements[base + E.start]!);
  for (let attribute = first; attribute < first + count; attribute++) {
    const words = attribute * ATTRIBUTE_WORDS;
    const local = decodeText(tape.bytes, tape.attributes[words + A.local]!, tape.attributes[words + A.nameEnd]!);
    const value = values.get(`${uriText(tape, tape.attributes[words + A.uri]!)} ${local}`);
    agree(value === attributeText(tape, attribute), tape.attributes[words + A.name]!);
  }
}

function compareDeclarations(tape: Tape, node: NativeElement, element: number): void {
  const base = element * ELEMENT_WORDS;
  const first = tape.elements[base + E.declarations]!;
  const end = first + tape.elements[base + E.declarationCount]!;
  const bindings = new Map(
    node.namespaces(true).map((namespace) => [namespace.prefix() ?? '', namespace.href() ?? '']),
  );
  let count = 0;
  for (let declaration = first; declaration < end; declaration++) {
    const words = declaration * DECLARATION_WORDS;
    const prefix = tape.declarations[words + D.prefix]!;
    // libxml2 does not keep a declaration of xml.
    if (prefix === XML_PREFIX) continue;
    count++;
    const uri = uriText(tape, tape.declarations[words + D.uri]!);
    const name = decodeText(tape.bytes, tape.prefixStarts[prefix]!, tape.prefixEnds[prefix]!);
    agree(bindings.get(name) === uri, tape.elements[base + E.start]!);
  }
  agree(bindings.size === count, tape.elements[base + E.start]!);
}

/** Compares the text around and between the child elements, and pairs those up. */
function compareContent(tape: Tape, node: NativeElement, element: number): [NativeElement, number][] {
  const base = element * ELEMENT_WORDS;
  const children: [NativeElement, number][] = [];
  const endOfElements = tape.elements[base + E.next]!;
  let child = element + 1;
  let at = tape.elements[base + E.content]!;
  let text = '';
  for (const item of node.childNodes()) {
    const type = item.type();
    if (type === 'text' || type === 'cdata') {
      text += item.text();
    } else if (type === 'element') {
      agree(child < endOfElements, at);
      agree(text === gapText(tape, at, tape.elements[child * ELEMENT_WORDS + E.start]!), at);
      children.push([item as NativeElement, child]);
      text = '';
      at = tape.elements[child * ELEMENT_WORDS + E.end]!;
      child = tape.elements[child * ELEMENT_WORDS + E.next]!;
    } else {
      agree(type === 'comment' || type === 'pi', at);
    }
  }
  agree(child === endOfElements, at);
  agree(text === gapText(tape, at, tape.elements[base + E.contentEnd]!), at);
  return children;
}

function gapText(tape: Tape, start: number, end: number): string {
  gap.reset();
  writePlainText(tape.bytes, start, end, gap);
  return decodeText(gap.bytes, 0, gap.length);
}

function agree(condition: boolean, offset: number): void {
  if (!condition) differ(offset);
}

function differ(offset: number): never {
  throw new Fault('peer.readers-differ', { offset });
}
