/** The names that we write. They are made of constants, once, and checked when they are made. */
import { Fault } from '@parley/core';
import { instanceOf, requireKind, TEXT, textLike } from '@parley/core/internal';
import { writeEscapedAttribute } from '../hot/octets/escape.ts';
import { OctetSink } from '../hot/octets/octet-sink.ts';
import { NAMESPACE_URIS, Namespace } from '../tape/vocabulary.ts';

/** ASCII names: the vocabulary has no others. */
const ASCII_NAME = textLike(/^[A-Za-z_][A-Za-z0-9._-]*$/, 'a name in ASCII');
const ASCII_URI = textLike(/^[\x21-\x7e]+$/, 'a URI in ASCII');
const XML: string = NAMESPACE_URIS[Namespace.xml]!;
const XMLNS: string = NAMESPACE_URIS[Namespace.xmlns]!;

/** A namespace and the prefix that it is written with, or `UNQUALIFIED`: we never set a default namespace. */
export class NamespaceBinding {
  readonly prefix: string;
  readonly uri: string;
  /** The declaration with the blank before it, in canonical form. */
  readonly declaration: Uint8Array;

  /** @throws Fault `caller.option-invalid` no name, no URI in ASCII, or what Namespaces in XML §3 reserves */
  constructor(prefix: string, uri: string) {
    const isNone = prefix === '' && uri === '';
    requireKind(TEXT, prefix, 'prefix');
    requireKind(TEXT, uri, 'uri');
    if (!isNone) {
      requireKind(ASCII_NAME, prefix, 'prefix');
      requireKind(ASCII_URI, uri, 'uri');
    }
    if ((prefix === 'xml') !== (uri === XML))
      throw new Fault('caller.option-invalid', { option: 'prefix', reason: 'xml is that of its namespace alone' });
    if (prefix === 'xmlns' || uri === XMLNS)
      throw new Fault('caller.option-invalid', { option: 'prefix', reason: 'xmlns is none' });
    this.prefix = prefix;
    this.uri = uri;
    this.declaration = octetsOf((out) => {
      out.writeText(` xmlns:${prefix}="`);
      writeEscapedAttribute(uri, out);
      out.writeText('"');
    });
  }

  /** A name in this namespace. @throws Fault `caller.option-invalid` `local` is no ASCII name */
  name(local: string): QualifiedName {
    return new QualifiedName(this, local);
  }
}

const NAMESPACE = instanceOf<NamespaceBinding>(NamespaceBinding);

/** A name of an element or an attribute, with the markup that it is in. */
export class QualifiedName {
  readonly namespace: NamespaceBinding;
  readonly local: string;
  /** `<p:local`, without what ends the tag. */
  readonly startTag: Uint8Array;
  readonly endTag: Uint8Array;
  /** The attribute up to its value: ` p:local="`. */
  readonly attribute: Uint8Array;

  /** @throws Fault `caller.option-invalid` `local` is no ASCII name */
  constructor(namespace: NamespaceBinding, local: string) {
    requireKind(NAMESPACE, namespace, 'namespace');
    requireKind(ASCII_NAME, local, 'local');
    this.namespace = namespace;
    this.local = local;
    const name = namespace.prefix === '' ? local : `${namespace.prefix}:${local}`;
    this.startTag = octetsOf((out) => out.writeText(`<${name}`));
    this.endTag = octetsOf((out) => out.writeText(`</${name}>`));
    this.attribute = octetsOf((out) => out.writeText(` ${name}="`));
  }
}

/** No namespace: most attributes. */
export const UNQUALIFIED: NamespaceBinding = new NamespaceBinding('', '');

/** Names by version of a specification, and by local name. */
export type VersionedNames<Version extends string, Local extends string> = Readonly<
  Record<Version, Readonly<Record<Local, QualifiedName>>>
>;

/** The same names in the namespace of each version. */
export function namesIn<Version extends string, const Local extends string>(
  namespaces: Readonly<Record<Version, NamespaceBinding>>,
  locals: readonly Local[],
): VersionedNames<Version, Local> {
  const versions = Object.entries<NamespaceBinding>(namespaces).map(([version, namespace]) => [
    version,
    Object.fromEntries(locals.map((local) => [local, namespace.name(local)])),
  ]);
  return Object.fromEntries(versions) as VersionedNames<Version, Local>;
}

/** Order of attributes in C14N: namespace, then local name. All is ASCII, so code units are octets. */
export function compareNames(left: QualifiedName, right: QualifiedName): number {
  const { uri } = left.namespace;
  if (uri !== right.namespace.uri) return uri < right.namespace.uri ? -1 : 1;
  if (left.local === right.local) return 0;
  return left.local < right.local ? -1 : 1;
}

function octetsOf(write: (out: OctetSink) => void): Uint8Array {
  const out = new OctetSink(64);
  write(out);
  return out.take();
}
