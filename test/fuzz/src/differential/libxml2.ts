/** libxml2 (as WebAssembly), the independent oracle for well-formedness and canonical forms. */
import type { C14NOptions, XmlElement, XmlOutputBufferHandler } from 'libxml2-wasm';
import { ParseOption, XmlC14NMode, XmlDocument, XmlError, XmlParseError } from 'libxml2-wasm';

/** As `CanonicalisationOptions` of the codec. */
export interface OracleOptions {
  readonly method?: 'exclusive' | 'inclusive' | 'inclusive-1.1' | undefined;
  readonly inclusivePrefixes?: readonly string[] | undefined;
  readonly comments?: boolean | undefined;
}

const MODES = {
  exclusive: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0,
  inclusive: XmlC14NMode.XML_C14N_1_0,
  'inclusive-1.1': XmlC14NMode.XML_C14N_1_1,
} as const;
const SAFELY = ParseOption.XML_PARSE_NO_XXE;
const WARNING = 1;

/** A document that libxml2 read; `close` it, or its memory is never given back. */
export class OracleDocument {
  readonly #document: XmlDocument;
  #elements: readonly XmlElement[] | undefined;

  private constructor(document: XmlDocument) {
    this.#document = document;
  }

  /** The document, or why libxml2 refuses it (warnings left out). */
  static read(bytes: Uint8Array): OracleDocument | readonly string[] {
    try {
      return new OracleDocument(XmlDocument.fromBuffer(bytes, { option: SAFELY }));
    } catch (error) {
      if (!(error instanceof XmlParseError)) throw error;
      const errors = error.details.filter((detail) => detail.level > WARNING);
      return errors.length === 0 ? [error.message] : errors.map((detail) => detail.message);
    }
  }

  /** @returns undefined when libxml2 refuses the bytes */
  static parse(bytes: Uint8Array): OracleDocument | undefined {
    const read = OracleDocument.read(bytes);
    return read instanceof OracleDocument ? read : undefined;
  }

  /** Why libxml2 refuses the bytes; empty when it does not. */
  static refusals(bytes: Uint8Array): readonly string[] {
    const read = OracleDocument.read(bytes);
    if (!(read instanceof OracleDocument)) return read;
    read.close();
    return [];
  }

  /** Reads what breaks rules beyond well-formedness only (xml:id, the syntax of URIs), or gives `undefined`. */
  static readLeniently(bytes: Uint8Array): OracleDocument | undefined {
    try {
      return new OracleDocument(XmlDocument.fromBuffer(bytes, { option: SAFELY | ParseOption.XML_PARSE_NOERROR }));
    } catch {
      return undefined;
    }
  }

  /** As text. @throws Error when libxml2 has no canonical form of it */
  canonicalDocument(options: OracleOptions): string {
    return textOf(this.canonicalForm(undefined, options));
  }

  /** As text. `index` counts elements in document order from 0. @throws Error when libxml2 has no canonical form of it */
  canonicalElement(index: number, options: OracleOptions): string {
    return textOf(this.canonicalForm(index, options));
  }

  /** Of an element, or of the whole document. @returns undefined when libxml2 has no canonical form of it */
  canonicalForm(index: number | undefined, options: OracleOptions): Uint8Array | undefined {
    const { method = 'exclusive', inclusivePrefixes, comments } = options;
    const out = new Octets();
    const given: C14NOptions = {
      mode: MODES[method],
      withComments: comments === true,
      ...(inclusivePrefixes === undefined ? {} : { inclusiveNamespacePrefixes: [...inclusivePrefixes] }),
      // perf: several times faster than XmlElement.canonicalize, which makes an object for each node it asks about.
      ...(index === undefined ? {} : { nodeSet: new Set([this.#element(index)]) }),
    };
    try {
      this.#document.canonicalize(out, given);
    } catch (error) {
      if (error instanceof XmlError) return undefined;
      throw error;
    }
    return out.bytes.subarray(0, out.length);
  }

  /** Takes an element out of the document; the others keep their index. */
  remove(index: number): void {
    this.#element(index).remove();
  }

  close(): void {
    this.#document.dispose();
  }

  #element(index: number): XmlElement {
    this.#elements ??= this.#document.find('//*') as XmlElement[];
    const element = this.#elements[index];
    if (element === undefined) throw new RangeError(`libxml2 saw no element ${index}`);
    return element;
  }
}

function textOf(form: Uint8Array | undefined): string {
  if (form === undefined) throw new Error('libxml2 has no canonical form of it');
  return Buffer.from(form).toString('utf8');
}

class Octets implements XmlOutputBufferHandler {
  bytes: Uint8Array = new Uint8Array(4096);
  length = 0;

  write(piece: Uint8Array): number {
    const needed = this.length + piece.length;
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(needed * 2);
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    this.bytes.set(piece, this.length);
    this.length = needed;
    return piece.length;
  }

  close(): boolean {
    return true;
  }
}
