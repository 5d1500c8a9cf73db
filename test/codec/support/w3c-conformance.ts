/** The W3C's conformance cases, their documents without the DTD, and the canonical form that the suite is written in. */
import { vectorJson } from './reading.ts';

export interface ConformanceCase {
  readonly id: string;
  /** The document as it is in the suite, DOCTYPE and all. */
  readonly document: Uint8Array;
  /** In the "second canonical form" of the suite, for some of the well-formed. */
  readonly canonical: string | undefined;
  readonly strictProfile: 'accept' | 'reject';
}

interface ManifestVector {
  readonly id: string;
  readonly file: string;
  readonly strictProfile: 'accept' | 'reject';
}

interface StoredCase {
  readonly id: string;
  readonly text?: string;
  readonly base64?: string;
  readonly canonical?: string;
}

const SUITE = 'w3c-xml-conformance';

export function conformanceCases(): ConformanceCase[] {
  const { vectors } = vectorJson<{ vectors: ManifestVector[] }>(`${SUITE}/manifest.json`);
  const stored = new Map<string, StoredCase>();
  for (const file of new Set(vectors.map((vector) => vector.file))) {
    for (const entry of vectorJson<StoredCase[]>(`${SUITE}/${file}`)) stored.set(entry.id, entry);
  }
  return vectors.map(({ id, strictProfile }) => {
    const { text, base64, canonical } = stored.get(id) ?? { id };
    const buffer = text === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(text, 'utf8');
    return { id, document: new Uint8Array(buffer), canonical, strictProfile };
  });
}

/**
 * The document with its DOCTYPE cut out, `undefined` where there is none to be found: what is left puts names, text and
 * references to the test that a DOCTYPE keeps from us.
 */
export function withoutDoctype(document: Uint8Array): Uint8Array | undefined {
  const [first, second] = document;
  if (first === 0xff && second === 0xfe) return cutOut(document, 'utf16le');
  if (first !== 0xfe || second !== 0xff || document.length % 2 !== 0) return cutOut(document, 'latin1');
  const swapped = cutOut(new Uint8Array(Buffer.from(document).swap16()), 'utf16le');
  return swapped && new Uint8Array(Buffer.from(swapped).swap16());
}

/** `latin1` for all encodings whose ASCII is ASCII: one character is one octet then, whatever it means. */
function cutOut(document: Uint8Array, encoding: 'latin1' | 'utf16le'): Uint8Array | undefined {
  const text = Buffer.from(document).toString(encoding);
  const misc = /(?:\xef\xbb\xbf|\ufeff)?(?:\s+|<!--.*?-->|<\?.*?\?>)*/sy;
  misc.exec(text);
  const start = misc.lastIndex;
  if (!text.startsWith('<!DOCTYPE', start)) return undefined;
  const token = /<!--.*?-->|<\?.*?\?>|"[^"]*"|'[^']*'|[[\]<>]/gs;
  token.lastIndex = start + 1;
  let depth = 1;
  while (depth > 0) {
    const match = token.exec(text)?.[0];
    if (match === undefined) return undefined;
    if (match === '<' || match === '[') depth++;
    if (match === '>' || match === ']') depth--;
  }
  return new Uint8Array(Buffer.from(text.slice(0, start) + text.slice(token.lastIndex), encoding));
}

/** The canonical form of C14N without comments, written as the suite writes it; without its list of notations. */
export function secondCanonicalForm(canonical: string): string {
  let depth = 0;
  return canonical.replaceAll(/<\?([^\s?]+)\?>|<\?.*?\?>|<\/[^>]*>|<(?:"[^"]*"|[^">])*>|[^<]+/gs, (piece, target) => {
    if (piece.startsWith('<?')) return target === undefined ? piece : `<?${String(target)} ?>`;
    if (piece.startsWith('</')) depth--;
    else if (piece.startsWith('<')) depth++;
    else return depth === 0 ? '' : withReferences(piece);
    return piece.replaceAll(/"[^"]*"/g, (value) => `"${withReferences(value.slice(1, -1))}"`);
  });
}

/** What the suite expects, without the notations that the DTD declares. */
export function withoutNotations(canonical: string): string {
  return canonical.replace(/^<!DOCTYPE .*?\n\]>\n/s, '');
}

function withReferences(text: string): string {
  return text
    .replaceAll(/\t|&#x9;/g, '&#9;')
    .replaceAll(/\n|&#xA;/g, '&#10;')
    .replaceAll('&#xD;', '&#13;')
    .replaceAll('"', '&quot;')
    .replaceAll('>', '&gt;');
}
