/** Whether a document is what its schemas say, as libxml2 sees it. */
import type { Limits } from '@parley/core';
import { DEFAULT_LIMITS } from '@parley/core';
import { instanceOf, LIMITS, limitFault, requireInput, requireKind } from '@parley/core/internal';
import { scan } from '../hot/scan/scan.ts';
import { localNameOf, namespaceUriOf } from '../tape/navigate.ts';
import { E, ELEMENT_WORDS, Tape } from '../tape/tape.ts';
import { elementOnLine, withElementLines } from './element-lines.ts';
import { messageWithoutValue } from './finding-message.ts';
import { nativeFindings } from './native-validation.ts';
import { SchemaSet } from './schema-set.ts';

const SCHEMAS = instanceOf<SchemaSet>(SchemaSet);

/** One way in which a document differs from its schemas. Plain data. */
export interface SchemaFinding {
  /** What libxml2 says, without the value that it says it of. */
  readonly message: string;
  /** libxml2's number of the error, `XML_SCHEMAV_…` in its xmlerror.h: 1871 is an element where it may not stand. */
  readonly number: number;
  /** `{namespace}local` of the element; this and the next two are missing beyond some 65,000 elements. */
  readonly element?: string;
  /** Offset of its `<`, in octets. */
  readonly offset?: number;
  /** Line of its `<`, from 1. */
  readonly line?: number;
}

/** So many findings are given at most: a document with more is not going to be mended by reading them. */
const FINDINGS_MAX = 1_000;

// libxml2 parses by recursion, deeper than this with care for no stack.
const NATIVE_DEPTH_MAX = 2_000;

/** libxml2 counts lines of elements in 16 bits. */
const LINE_MAX = 65_534;

/**
 * Validates a document against schemas, with libxml2; empty when it is valid.
 *
 * Our scanner reads the document first, under `limits`; libxml2 is given only what that accepts, so never a DOCTYPE or a
 * processing instruction. `xsi:schemaLocation` in the document is not followed. Elements that no schema of the set
 * describes pass wherever the schemas leave room for others (XML Schema calls that lax). The set is compiled anew each
 * time (milliseconds): for diagnosis and tests, not for traffic. Main thread only, as libxmljs2 is.
 * @param document UTF-8, borrowed
 * @returns at most 1,000 findings, in the order in which libxml2 comes upon them
 * @throws Fault those of `scan` for the document, `peer.readers-differ` when libxml2 cannot read
 * it, `peer.limit-name` for a namespace longer than a name may be, `caller.libxml-unavailable`, `caller.schema-invalid`
 */
export function validate(
  document: Uint8Array,
  schemas: SchemaSet,
  limits: Limits = DEFAULT_LIMITS,
): readonly SchemaFinding[] {
  requireInput(document, 'document');
  requireKind(SCHEMAS, schemas, 'schemas');
  requireKind(LIMITS, limits, 'limits');
  const tape = new Tape();
  scan(document, { ...limits, depthMax: Math.min(limits.depthMax, NATIVE_DEPTH_MAX) }, tape);
  checkNamespaceLengths(tape, limits);
  const { bytes, lines } = withElementLines(tape);
  const findings = nativeFindings(bytes, schemas.driver).slice(0, FINDINGS_MAX);
  return findings.map((finding) => {
    const message = messageWithoutValue(finding);
    return { message, number: finding.code, ...placeOf(tape, lines, finding.line, message) };
  });
}

// safety: libxml2 repeats a namespace in every error, so a long one would cost its length times the number of elements.
function checkNamespaceLengths(tape: Tape, limits: Limits): void {
  for (let uri = 0; uri < tape.uriCount; uri++) {
    const lengthBytes = tape.uriEnds[uri]! - tape.uriStarts[uri]!;
    if (lengthBytes > limits.nameBytesMax) {
      throw limitFault('peer.limit-name', 'nameBytesMax', limits.nameBytesMax, lengthBytes);
    }
  }
}

type Place = Pick<SchemaFinding, 'element' | 'offset' | 'line'>;

function placeOf(tape: Tape, lines: Int32Array, nativeLine: number, message: string): Place {
  const index = nativeLine > LINE_MAX ? -1 : elementOnLine(lines, nativeLine);
  if (index < 0) return {};
  const namespace = namespaceUriOf(tape, index);
  const element = namespace === '' ? localNameOf(tape, index) : `{${namespace}}${localNameOf(tape, index)}`;
  // The message names the element too; where the two differ, no place is better than a wrong one.
  if (!message.startsWith(`Element '${element}'`)) return {};
  const offset = tape.elements[index * ELEMENT_WORDS + E.start]!;
  return { element, offset, line: lineOf(tape.bytes, offset) };
}

function lineOf(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(0x0a); at >= 0 && at < offset; at = bytes.indexOf(0x0a, at + 1)) line++;
  return line;
}
