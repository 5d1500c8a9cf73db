import { Fault } from '@parley/core';
import type { NativeDocument, NativeError } from '../libxml/native.ts';
import { loadNative } from '../libxml/native.ts';
import type { DecodedDocument } from './decode-document.ts';

// safety: no network, no entities, no DTD, and libxml2's walls are left standing (`huge`).
const PARSE_OPTIONS = {
  nonet: true,
  noent: false,
  dtdload: false,
  dtdattr: false,
  nocdata: true,
  huge: false,
} as const;
const FORM = { declaration: false, format: false, selfCloseEmpty: true } as const;

const ERROR_LEVEL = 2;
/** Errors of libxml2 that are none of well-formedness and namespaces, by its number. */
const BESIDE_THE_POINT = [
  // XML_WAR_NS_URI: a namespace name that RFC 3986 does not take for a URI.
  99,
  // XML_DTD_ID_REDEFINED and XML_DTD_XMLID_VALUE: what xml:id says of its value. Ids are judged elsewhere.
  513, 539,
];
const LF = 0x0a;

const encoder = new TextEncoder();

/**
 * A document as libxml2 reads it, in its own serialisation, as UTF-8: the same infoset, CDATA as text, no XML
 * declaration. The octets are the caller's.
 *
 * safety: give it only what `scan` has taken, within `withinLibxml`: well-formed, without a DTD. Of libxml2's
 * tree nothing is touched but the whole document.
 * @throws Fault `peer.readers-differ` when libxml2 refuses it, `caller.libxml-unavailable`
 */
export function libxmlForm(document: DecodedDocument): Uint8Array {
  const parsed = parse(document);
  const complaint = parsed.errors.find(isRefusal);
  if (complaint !== undefined) refuse(complaint, document);
  if (parsed.getDtd() !== null) throw new Fault('peer.xml-dtd-forbidden', { offset: 0 });
  // So that characters of attribute values are written as themselves.
  parsed.encoding('UTF-8');
  return encoder.encode(parsed.toString(FORM));
}

function parse(document: DecodedDocument): NativeDocument {
  const native = loadNative();
  try {
    return native.parseXml(document.source, PARSE_OPTIONS);
  } catch (error) {
    return refuse(error as Partial<NativeError>, document);
  }
}

function isRefusal({ level, code }: NativeError): boolean {
  return level >= ERROR_LEVEL && !BESIDE_THE_POINT.includes(code);
}

// safety: libxml2's own words quote the document.
function refuse({ code = -1, line = 1 }: Partial<NativeError>, { octets }: DecodedDocument): never {
  throw new Fault('peer.readers-differ', {
    what: 'well-formedness',
    offset: lineStart(octets, line),
    libxmlError: code,
  });
}

/** Where line `line`, counted from 1, begins. */
function lineStart(octets: Uint8Array, line: number): number {
  let start = 0;
  for (let left = line - 1; left > 0; left--) {
    const lf = octets.indexOf(LF, start);
    if (lf < 0) return start;
    start = lf + 1;
  }
  return start;
}
