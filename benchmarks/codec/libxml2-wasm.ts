/** libxml2 compiled to WebAssembly: the one peer with all canonical forms. Called the cheapest way that it offers. */
import type { XmlOutputBufferHandler } from 'libxml2-wasm';
import { ParseOption, XmlC14NMode, XmlDocument, XmlXPath } from 'libxml2-wasm';
import type { SynchronousSubject } from '../measure.ts';
import { canonicalFormsOf, requireSame } from './canonical-forms.ts';
import { xpathOf } from './element-paths.ts';
import type { SignedMessage } from './ours.ts';
import { SCAN, SCAN_AND_CANONICALISE, SCAN_AND_CANONICALISE_DOCUMENT } from './ours.ts';

export const LIBXML2_WASM = 'libxml2-wasm, parse + C14N of the signed parts';

const OPTIONS = { option: ParseOption.XML_PARSE_NO_XXE };
const EXCLUSIVE = { mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0 };
const INCLUSIVE = { mode: XmlC14NMode.XML_C14N_1_0 };
const INCLUSIVE_1_1 = { mode: XmlC14NMode.XML_C14N_1_1 };
type Mode = typeof EXCLUSIVE | typeof INCLUSIVE | typeof INCLUSIVE_1_1;

export function libxml2WasmSubjects(signed: SignedMessage): readonly SynchronousSubject[] {
  const { name: message, octets, tape } = signed;
  const paths = signed.parts.map((part) => XmlXPath.compile(xpathOf(tape, part)));
  const out = new CollectingHandler(octets.length * 4);
  const parsed = (use: (document: XmlDocument) => void): void => {
    const document = XmlDocument.fromBuffer(octets, OPTIONS);
    use(document);
    document.dispose();
  };
  const canonicalisePartsAs = (document: XmlDocument, mode: Mode): void => {
    // A set of nodes costs less than canonicalize() of the node, which asks a function about every node.
    for (const path of paths) document.canonicalize(out, { ...mode, nodeSet: new Set([document.get(path)!]) });
  };
  const canonicaliseParts = (document: XmlDocument): void => canonicalisePartsAs(document, EXCLUSIVE);
  const canonicaliseDocument = (document: XmlDocument): void => document.canonicalize(out, EXCLUSIVE);
  const written = (write: (document: XmlDocument) => void): Buffer => {
    out.length = 0;
    parsed(write);
    return Buffer.from(out.octets.subarray(0, out.length));
  };
  requireSame('libxml2-wasm', canonicalFormsOf(signed).document, written(canonicaliseDocument));
  const methods = { exclusive: EXCLUSIVE, inclusive: INCLUSIVE, 'inclusive-1.1': INCLUSIVE_1_1 } as const;
  for (const method of Object.keys(methods) as (keyof typeof methods)[]) {
    const { parts } = canonicalFormsOf(signed, { method });
    const theirs = written((document) => canonicalisePartsAs(document, methods[method]));
    requireSame('libxml2-wasm', Buffer.concat(parts), theirs);
  }

  const subject = (name: string, against: string, use: (document: XmlDocument) => void): SynchronousSubject => ({
    name,
    message,
    bytes: octets.length,
    against,
    run: () => {
      out.length = 0;
      parsed(use);
    },
  });
  return [
    subject('libxml2-wasm, parse', SCAN, () => undefined),
    subject(LIBXML2_WASM, SCAN_AND_CANONICALISE, canonicaliseParts),
    subject('libxml2-wasm, parse + C14N of the document', SCAN_AND_CANONICALISE_DOCUMENT, canonicaliseDocument),
  ];
}

/** Keeps what is written, as our sink does: no string is made of it. */
class CollectingHandler implements XmlOutputBufferHandler {
  readonly octets: Uint8Array;
  length = 0;

  constructor(capacityBytes: number) {
    this.octets = new Uint8Array(capacityBytes);
  }

  write(octets: Uint8Array): number {
    this.octets.set(octets, this.length);
    this.length += octets.length;
    return octets.length;
  }

  close(): boolean {
    return true;
  }
}
