/** libxml2 (as WebAssembly), the independent oracle for well-formedness and canonical forms. */

import type { SubtreeC14NOptions, XmlElement } from 'libxml2-wasm';
import { ParseOption, XmlC14NMode, XmlDocument, XmlParseError } from 'libxml2-wasm';

export interface OracleOptions {
  readonly inclusivePrefixes?: readonly string[];
  readonly comments?: boolean;
}

/** A document that libxml2 read; `close` it. */
export class OracleDocument {
  readonly #document: XmlDocument;

  private constructor(document: XmlDocument) {
    this.#document = document;
  }

  /** @returns undefined when libxml2 refuses the bytes */
  static parse(bytes: Uint8Array): OracleDocument | undefined {
    try {
      return new OracleDocument(XmlDocument.fromBuffer(bytes, { option: ParseOption.XML_PARSE_NO_XXE }));
    } catch {
      return undefined;
    }
  }

  /** Why libxml2 refuses the bytes, warnings left out; empty when it does not. */
  static refusals(bytes: Uint8Array): string[] {
    try {
      XmlDocument.fromBuffer(bytes, { option: ParseOption.XML_PARSE_NO_XXE }).dispose();
      return [];
    } catch (error) {
      if (!(error instanceof XmlParseError)) throw error;
      return error.details.filter((detail) => detail.level > 1).map((detail) => detail.message);
    }
  }

  canonicalDocument(options: OracleOptions): string {
    return this.#document.canonicalizeToString(exclusive(options));
  }

  /** `index` counts elements in document order from 0. */
  canonicalElement(index: number, options: OracleOptions): string {
    const element = this.#document.get(`(//*)[${index + 1}]`) as XmlElement;
    return element.canonicalizeToString(exclusive(options));
  }

  close(): void {
    this.#document.dispose();
  }
}

function exclusive(options: OracleOptions): SubtreeC14NOptions {
  const { inclusivePrefixes, comments } = options;
  return {
    mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0,
    withComments: comments === true,
    ...(inclusivePrefixes === undefined ? {} : { inclusiveNamespacePrefixes: [...inclusivePrefixes] }),
  };
}
