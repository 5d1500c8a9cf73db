/** Schema documents that go together, checked so that compiling them reads these files and nothing else. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import { listOf, requireKind, TEXT } from '@parley/core/internal';
import { scan } from '../hot/scan/scan.ts';
import { attributeNamed, localName, localNameOf, namespaceUriOf } from '../tape/navigate.ts';
import { Tape } from '../tape/tape.ts';
import { attributeText, decodeText } from '../tape/text.ts';
import { NamespaceBinding, UNQUALIFIED } from '../write/qualified-name.ts';
import type { Attribute } from '../write/xml-writer.ts';
import { XmlWriter } from '../write/xml-writer.ts';

const XML_SCHEMA = 'http://www.w3.org/2001/XMLSchema';
const XS = new NamespaceBinding('xs', XML_SCHEMA);
const SCHEMA = XS.name('schema');
const IMPORT = XS.name('import');
const TARGET_NAMESPACE_ATTRIBUTE = UNQUALIFIED.name('targetNamespace');
const NAMESPACE_ATTRIBUTE = UNQUALIFIED.name('namespace');
const SCHEMA_LOCATION = UNQUALIFIED.name('schemaLocation');
const TARGET_NAMESPACE = localName('targetNamespace');
const NAMESPACE = localName('namespace');

// Other files; and, safety, identity constraints: libxml2 2.9.9 has known memory errors there (CVE-2024-56171, CVE-2025-32415).
const NOT_SUPPORTED: ReadonlySet<string> = new Set(['include', 'redefine', 'key', 'keyref', 'unique']);

/** One schema document, as far as compiling it depends on others. Namespaces: '' is none. */
interface SchemaOutline {
  readonly targetNamespace: string;
  readonly imports: readonly string[];
}

const FILES = listOf(TEXT);

/** What {@link validate} validates against: schema documents, no two of one target namespace. */
export class SchemaSet {
  /** The target namespaces, in the order of the files; '' is none. */
  readonly namespaces: readonly string[];
  /** A schema without components that imports each file of the set. */
  readonly driver: string;

  /**
   * Reads and checks the files; they are read again at each validation and must not change.
   *
   * A file comes after those whose namespaces it imports: libxml2 then has each namespace when it meets the import, and
   * never follows a `schemaLocation`. Hence no `include`, no `redefine` and no circle of imports. Identity constraints
   * (`key`, `keyref`, `unique`) are not taken either.
   * @param files paths of schema documents in UTF-8, without a DOCTYPE
   * @throws Fault `caller.input-unreadable`, `caller.schema-invalid`
   */
  constructor(files: readonly string[]) {
    requireKind(FILES, files, 'files');
    const known = new Set<string>();
    // A target namespace of its own lets it import a schema without one.
    const driver = new XmlWriter().open(SCHEMA, [[TARGET_NAMESPACE_ATTRIBUTE, 'urn:parley:schema-set']]);
    for (const file of files) {
      const { targetNamespace, imports: needed } = outlineOf(file);
      // libxml2 compares them without white space: what is in doubt is not a match.
      if (/\s/.test(targetNamespace)) throw invalid(file, 'white space in the target namespace');
      if (known.has(targetNamespace)) throw invalid(file, `a second schema of '${targetNamespace}'`);
      const missing = needed.find((namespace) => !known.has(namespace));
      if (missing !== undefined) throw invalid(file, `imports '${missing}', which no file before it defines`);
      known.add(targetNamespace);
      driver.element(IMPORT, '', importOf(targetNamespace, file));
    }
    this.namespaces = [...known];
    const octets = driver.close().take();
    this.driver = decodeText(octets, 0, octets.length);
  }
}

function importOf(namespace: string, file: string): readonly Attribute[] {
  const location: Attribute = [SCHEMA_LOCATION, pathToFileURL(path.resolve(file)).pathname];
  return namespace === '' ? [location] : [[NAMESPACE_ATTRIBUTE, namespace], location];
}

function outlineOf(file: string): SchemaOutline {
  const tape = new Tape();
  try {
    scan(contentOf(file), DEFAULT_LIMITS, tape);
  } catch (error) {
    throw error instanceof Fault && error.code !== 'caller.input-unreadable' ? invalid(file, error.message) : error;
  }
  if (!isSchemaElement(tape, 0, 'schema')) throw invalid(file, 'no schema document');
  const imports: string[] = [];
  for (let element = 1; element < tape.elementCount; element++) {
    if (namespaceUriOf(tape, element) !== XML_SCHEMA) continue;
    const name = localNameOf(tape, element);
    if (NOT_SUPPORTED.has(name)) throw invalid(file, `${name} is not supported`);
    if (name === 'import') imports.push(attributeValue(tape, element, NAMESPACE));
  }
  return { targetNamespace: attributeValue(tape, 0, TARGET_NAMESPACE), imports };
}

function contentOf(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Fault('caller.input-unreadable', { file }, error);
  }
}

function isSchemaElement(tape: Tape, element: number, local: string): boolean {
  return namespaceUriOf(tape, element) === XML_SCHEMA && localNameOf(tape, element) === local;
}

function attributeValue(tape: Tape, element: number, name: Uint8Array): string {
  const attribute = attributeNamed(tape, element, 0, name);
  return attribute < 0 ? '' : attributeText(tape, attribute);
}

function invalid(file: string, reason: string): Fault {
  return new Fault('caller.schema-invalid', { file, reason });
}
