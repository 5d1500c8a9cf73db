/** Documents of any size in the shapes that cost most: what an attacker would send, and what everybody sends. */
import { collidingNames } from './colliding-names.ts';

/** The work that is measured on a document. */
export type Work = 'scan' | 'exclusive' | 'inclusive' | 'ids';

export interface Shape {
  readonly name: string;
  /** Besides `scan`. */
  readonly works: readonly Work[];
  /** A document of about `bytes` octets. */
  readonly documentOf: (bytes: number) => string;
  /** For `exclusive`. */
  readonly inclusivePrefixesOf?: (bytes: number) => readonly string[];
}

// A record of the tape takes more room than the octets of `<b/>`: above this many nodes, text makes the size.
const NODES_MAX = 1_000_000;
/** On one element, or one inside another. */
const CROWD_MAX = 10_000;
/** Colliding names of one element: more are refused as an attack. */
const COLLIDING_NAMES = 250;

const BOTH: readonly Work[] = ['exclusive', 'inclusive'];

export const SHAPES: readonly Shape[] = [
  { name: 'order lines in an Envelope', works: BOTH, documentOf: envelope },
  { name: 'one text', works: BOTH, documentOf: (bytes) => `<a>${'x'.repeat(bytes - 7)}</a>` },
  { name: 'siblings', works: BOTH, documentOf: (bytes) => siblings(bytes, '<b/>') },
  { name: 'siblings, each rewritten', works: BOTH, documentOf: (bytes) => siblings(bytes, "<b c='' b=''></b >") },
  { name: 'one inside another', works: BOTH, documentOf: (bytes) => nested(bytes, NODES_MAX, () => 'a') },
  {
    name: 'one inside another, xmlns on each',
    works: BOTH,
    documentOf: (bytes) => nested(bytes, NODES_MAX, (level) => `a xmlns="urn:${level}"`),
  },
  {
    name: 'one inside another, a prefix of each',
    works: BOTH,
    documentOf: (bytes) => nested(bytes, CROWD_MAX, (level) => `p${level}:a xmlns:p${level}="urn:${level}"`),
  },
  {
    name: 'prefixes on one element, each used',
    works: BOTH,
    documentOf: (bytes) => prefixes(bytes, (number) => `<p${number}:b/>`),
  },
  {
    name: 'a PrefixList of them all',
    works: ['exclusive'],
    documentOf: (bytes) => prefixes(bytes, () => ''),
    inclusivePrefixesOf: (bytes) => numbers(prefixCount(bytes)).map((number) => `p${number}`),
  },
  { name: 'attributes on one element', works: BOTH, documentOf: (bytes) => attributes(bytes, CROWD_MAX) },
  { name: 'attributes on elements, 250 each, colliding', works: BOTH, documentOf: colliding },
  { name: 'attributes of two long namespaces', works: BOTH, documentOf: longNamespaces },
  { name: 'one attribute value', works: BOTH, documentOf: (bytes) => `<a b="${'&#9;x'.repeat((bytes - 9) / 5)}"/>` },
  {
    name: 'comments, CDATA, references',
    works: BOTH,
    documentOf: (bytes) => `<a>${'<!--c--><![CDATA[<]]>&#65;&amp;\r\n'.repeat((bytes - 7) / 33)}</a>`,
  },
  {
    name: 'ids',
    works: ['ids'],
    documentOf: (bytes) => padded(bytes, 24, NODES_MAX, (number) => `<b Id="n${number}"/>`),
  },
];

function envelope(bytes: number): string {
  const line = (number: number): string =>
    `<m:Line><m:Id>${number}</m:Id><m:Name lang="en">Item &amp; thing</m:Name><m:Amount currency="EUR">${number}.00</m:Amount></m:Line>`;
  const start = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><m:Order xmlns:m="urn:orders">`;
  return `${start}${numbers(bytes / 120)
    .map(line)
    .join('')}</m:Order></s:Body></s:Envelope>`;
}

function siblings(bytes: number, sibling: string): string {
  return padded(bytes, sibling.length, NODES_MAX, () => sibling);
}

function nested(bytes: number, depthMax: number, tagOf: (level: number) => string): string {
  const tags = numbers(Math.min(depthMax, bytes / (2 * tagOf(CROWD_MAX).length + 5))).map(tagOf);
  const start = tags.map((tag) => `<${tag}>`).join('');
  const end = tags.map((tag) => `</${tag.split(' ', 1)[0]}>`).reverse();
  return `${start}${'x'.repeat(Math.max(0, bytes - start.length - end.join('').length))}${end.join('')}`;
}

function prefixCount(bytes: number): number {
  return Math.min(CROWD_MAX, bytes / 40);
}

function prefixes(bytes: number, use: (number: number) => string): string {
  const all = numbers(prefixCount(bytes));
  const start = `<a${all.map((number) => ` xmlns:p${number}="urn:${number}"`).join('')}>${all.map(use).join('')}`;
  return `${start}${'x'.repeat(Math.max(0, bytes - start.length))}</a>`;
}

/** In descending order, so that doubles are looked for by hash and C14N has to sort. */
function attributes(bytes: number, countMax: number): string {
  const names = numbers(Math.min(countMax, bytes / 12)).map((number) => ` b${1e6 - number}=""`);
  const start = `<a${names.join('')}>`;
  return `${start}${'x'.repeat(Math.max(0, bytes - start.length))}</a>`;
}

function colliding(bytes: number): string {
  const names = collidingNames(COLLIDING_NAMES).map((name) => ` ${name}=""`);
  const size = names.join('').length + 4;
  // Small documents have one element, with fewer attributes.
  const element = `<b${names.slice(0, Math.max(2, (bytes / size) * COLLIDING_NAMES)).join('')}/>`;
  return padded(bytes, element.length, NODES_MAX / COLLIDING_NAMES, () => element);
}

/** Two attributes of 15 octets that make the reader compare a tenth of the document, again and again. */
function longNamespaces(bytes: number): string {
  const long = 'x'.repeat(bytes / 10);
  const start = `<a xmlns:p="urn:${long}1" xmlns:q="urn:${long}2" p:a="" q:a="">`;
  const count = Math.min(NODES_MAX / 4, (bytes - start.length) / 19);
  const content = '<b q:a="" p:a=""/>'.repeat(Math.max(1, count));
  return `${start}${content}${'x'.repeat(Math.max(0, bytes - start.length - content.length))}</a>`;
}

/** As many of `write(number)` in one element as `bytes` hold, but `countMax` at most, with text in between. */
function padded(bytes: number, lengthOfOne: number, countMax: number, write: (number: number) => string): string {
  const count = Math.max(1, Math.floor(Math.min(countMax, bytes / lengthOfOne)));
  const text = 'x'.repeat(Math.max(0, Math.floor(bytes / count) - lengthOfOne));
  return `<a>${numbers(count)
    .map((number) => write(number) + text)
    .join('')}</a>`;
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: Math.max(1, Math.floor(count)) }, (_, index) => index);
}
