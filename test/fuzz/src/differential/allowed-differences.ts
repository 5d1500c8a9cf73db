/**
 * Where Parley and libxml2 may differ: the whole list. Any other difference is a finding. Each row has an example that
 * test/fuzz/allowed-differences.test.ts runs, so a row that explains nothing any more cannot stay.
 */
import type { CanonicalisationMethod } from '@parley/codec';
import type { FaultCode } from '@parley/core';

/** A document that we refuse and libxml2 takes. */
export interface RefusedByUs {
  readonly side: 'refused-by-us';
  readonly reason: string;
  readonly example: string;
  readonly code: FaultCode;
  /** What the document must hold for that. */
  readonly because: RegExp;
}

/** A document that libxml2 refuses and we take. */
export interface RefusedByLibxml2 {
  readonly side: 'refused-by-libxml2';
  readonly reason: string;
  readonly example: string;
  /** What libxml2 says; every error of the document must match a row. */
  readonly message: RegExp;
}

/** A canonical form that libxml2 prints differently. */
export interface OtherForm {
  readonly side: 'other-form';
  readonly reason: string;
  readonly example: string;
  /** Our canonical form as libxml2 prints it; `ours` again where the row says nothing. */
  readonly rewrite: (ours: string, found: FoundForm) => string;
}

export interface FoundForm {
  readonly method: CanonicalisationMethod;
  readonly theirs: string;
  /** What xml:base says on the apex and its ancestors, from the inside out. */
  readonly bases: readonly string[];
}

export type AllowedDifference = RefusedByUs | RefusedByLibxml2 | OtherForm;

export const ALLOWED_DIFFERENCES: Readonly<Record<string, AllowedDifference>> = {
  'dtd-refused': {
    side: 'refused-by-us',
    reason: 'SOAP has no document type declaration, and entities are how XML readers get attacked.',
    example: '<!DOCTYPE a><a/>',
    code: 'peer.xml-dtd-forbidden',
    because: /<!DOCTYPE/u,
  },
  'encoding-refused': {
    side: 'refused-by-us',
    reason: 'The scanner takes UTF-8 only; other encodings go to the libxml reader.',
    example: '<?xml version="1.0" encoding="ISO-8859-1"?><a/>',
    code: 'peer.encoding-forbidden',
    because: /encoding|^\ufeff|\0/u,
  },
  'nul-refused': {
    side: 'refused-by-us',
    reason: 'The libxml2 of libxmljs2, 2.9.9, takes a NUL behind the root for the end of the document. XML has no NUL.',
    example: '<a/>\0',
    code: 'peer.xml-malformed',
    because: /\0/u,
  },
  'version-refused': {
    side: 'refused-by-us',
    reason: 'XML 1.1 changes what is a character, a name and a line end; no peer sends it.',
    example: '<?xml version="1.1"?><a/>',
    code: 'peer.xml-version',
    because: /version/u,
  },
  'relative-namespace-refused': {
    side: 'refused-by-us',
    reason: 'C14N is not defined for a relative namespace name. libxml2 refuses too, but only when it canonicalises.',
    example: '<a xmlns:b="c"/>',
    code: 'peer.xml-relative-namespace',
    because: /xmlns/u,
  },
  'instruction-refused': {
    side: 'refused-by-us',
    reason: 'SOAP forbids processing instructions; the option `processingInstructions: "keep"` takes them.',
    example: '<?a?><b/>',
    code: 'peer.structure-invalid',
    because: /<\?/u,
  },
  'depth-limited': {
    side: 'refused-by-us',
    reason: 'Our limit on open elements is lower than the 256 of libxml2.',
    example: `${'<a>'.repeat(129)}${'</a>'.repeat(129)}`,
    code: 'peer.limit-depth',
    because: /<[^/!?]/u,
  },
  'attributes-limited': {
    side: 'refused-by-us',
    reason: 'Our limit on attributes of one element; libxml2 has none that matters.',
    example: `<a ${Array.from({ length: 257 }, (_, index) => `b${index}=""`).join(' ')}/>`,
    code: 'peer.limit-attributes',
    because: /=/u,
  },
  'namespaces-limited': {
    side: 'refused-by-us',
    reason: 'Our limit on declarations of one element; libxml2 has none that matters.',
    example: `<a ${Array.from({ length: 65 }, (_, index) => `xmlns:b${index}="urn:b"`).join(' ')}/>`,
    code: 'peer.limit-namespaces',
    because: /xmlns/u,
  },
  'uri-syntax': {
    side: 'refused-by-libxml2',
    reason:
      'libxml2 parses namespace names by RFC 3986, which Namespaces in XML makes no matter of well-formedness. It has ' +
      'no canonical form of such a document either.',
    example: '<a xmlns="http://example.org/é"/>',
    message: /^xmlns.* is not a valid URI\n$/su,
  },
  'id-not-a-name': {
    side: 'refused-by-libxml2',
    reason: 'xml:id errors are errors of the xml:id recommendation, not of well-formedness.',
    example: '<a xml:id="1"/>',
    message: /^xml:id : attribute value .* is not an NCName\n$/su,
  },
  'id-twice': {
    side: 'refused-by-libxml2',
    reason: 'As above. An Id that occurs twice is refused where ids are resolved: `checkIds`.',
    example: '<a xml:id="b"><c xml:id="b"/></a>',
    message: /^ID .* already defined\n$/su,
  },
  'ampersand-in-namespace': {
    side: 'other-form',
    reason: 'libxml2 prints `&` in a namespace name unescaped, which is not even XML; `&#38;` before 2.14.',
    example: '<a xmlns="urn:a?b&amp;c"/>',
    rewrite: (ours) => inStartTags(ours, / xmlns(?::[^=]*)?="[^"]*"/gu, (found) => found.replaceAll('&amp;', '&')),
  },
  'empty-base-dropped': {
    side: 'other-form',
    reason:
      'C14N 1.1 leaves out an xml:base that joining made empty, on an element whose ancestors are omitted (§2.4). ' +
      'libxml2 leaves out every empty xml:base.',
    example: '<a xml:base=""/>',
    rewrite: (ours, { method }) => (method === 'inclusive-1.1' ? inStartTags(ours, / xml:base=""/gu, () => '') : ours),
  },
  'base-joined-otherwise': {
    side: 'other-form',
    reason:
      'libxml2 joins relative references among themselves in a way of its own: dot segments and fragments stay, a ' +
      'base without a slash is dropped, and so is a value that is no URI reference; it also escapes what it builds. ' +
      'C14N 1.1 §2.4 says what we do. Joins of plain paths on one absolute base must agree.',
    example: '<a xml:base="b"><c xml:base="./d"/></a>',
    rewrite: (ours, { method, theirs, bases }) =>
      method === 'inclusive-1.1' && isOddJoin(bases) && withoutApexBase(ours) === withoutApexBase(theirs)
        ? theirs
        : ours,
  },
};

/**
 * Whether anything is joined that is more than a plain path, or on a base without scheme, authority and path, or climbs
 * above the root.
 */
function isOddJoin(bases: readonly string[]): boolean {
  if (!bases.every(isPlain)) return true;
  const outer = bases.at(-1) ?? '';
  const inner = bases.slice(0, -1);
  const folders = /^[a-z]+:\/\/[^/?#]+((?:\/[^/?#]+)*)\//u.exec(outer)?.[1];
  const climbs = inner.flatMap((reference) => reference.split('/')).filter((step) => step === '..').length;
  const isRelative = bases.slice(1).some((base) => !/^[a-z]+:\/\/[^/?#]+\//u.test(base));
  return isRelative || climbs > (folders?.split('/').length ?? 1) - 1;
}

/** A path, or a scheme, a host and a path, of characters that nobody escapes. */
function isPlain(reference: string): boolean {
  return /^(?:[a-z][a-z\d+.-]*:\/\/[\w.~-]+(?=\/))?[\w.~/-]*$/iu.test(reference);
}

function withoutApexBase(form: string): string {
  return form.replace(/^(<[^/!?](?:[^">]|"[^"]*")*?) xml:base="[^"]*"/u, '$1');
}

/** Replaces in the start tags of a canonical form: no tag holds a raw `<`, every value stands in double quotes. */
function inStartTags(form: string, pattern: RegExp, replacement: (found: string) => string): string {
  return form.replaceAll(/<[^/!?](?:[^">]|"[^"]*")*>/gu, (tag) => tag.replaceAll(pattern, replacement));
}
