import { writeEscapedAttribute } from '../hot/octets/escape.ts';
import { OctetSink } from '../hot/octets/octet-sink.ts';
import type { QualifiedName } from './qualified-name.ts';

/** An attribute that is put into a start tag of a document, under a prefix that the document does not use. */
export class AddedAttribute {
  readonly name: QualifiedName;
  /** What goes behind the name in the start tag: declaration and attribute, each with a blank before it. */
  readonly markup: Uint8Array;

  /** @throws Fault `caller.input-invalid` `value` has a character that XML cannot carry */
  constructor(name: QualifiedName, value: string) {
    const { declaration } = name.namespace;
    scratch.reset();
    scratch.write(declaration, 0, declaration.length);
    scratch.write(name.attribute, 0, name.attribute.length);
    writeEscapedAttribute(value, scratch);
    scratch.writeText('"');
    this.name = name;
    this.markup = scratch.bytes.slice(0, scratch.length);
  }
}

const scratch = new OctetSink(256);
