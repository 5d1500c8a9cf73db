import { printable } from '@parley/core/internal';
import type { DeviationName, Variant } from '@parley/engine';
import type { Tree } from './tree.ts';

const SENTENCES: Readonly<Record<DeviationName, string>> = {
  'line-ends-crlf': 'lines ended with CR LF',
  'carriage-returns-written': 'with a &#xD; before every line end',
  'carriage-returns-lost': 'without its &#xD;',
  'text-trimmed': 'without the white space around its texts',
  'white-space-between-elements-removed':
    'without the white space between elements: it was indented after it was signed',
  'white-space-collapsed': 'every run of white space as one blank',
  'byte-order-mark': 'behind a byte order mark',
  'xml-declaration': 'behind an XML declaration',
  'line-end-behind': 'with a line end behind it',
  'xml-attributes-missing': 'without the xml: attributes of the elements around it',
  'empty-elements-not-expanded': 'with empty-element tags, which no canonical form has',
  'content-only': 'its content, without its own tags',
};

/** How octets differ from what the message says, in words. */
export function variantText({ form, inclusivePrefixes, deviation }: Variant): readonly string[] {
  const parts = [
    form === undefined
      ? undefined
      : form === 'as-written'
        ? 'the octets as they are written'
        : `canonical form ${form}`,
    inclusivePrefixes === undefined ? undefined : prefixListText(inclusivePrefixes),
    deviation === undefined ? undefined : SENTENCES[deviation],
  ];
  return parts.filter((part) => part !== undefined);
}

function prefixListText(prefixes: readonly string[]): string {
  return prefixes.length === 0 ? 'no PrefixList' : `PrefixList ${prefixes.join(' ')}`;
}

const LINES_MAX = 12;
const LINE_CHARACTERS_MAX = 160;

/** Octets for a terminal: as many lines as help, and what is left out. */
export function octetLines(octets: Uint8Array): readonly Tree[] {
  const shown = new TextDecoder().decode(octets.subarray(0, LINES_MAX * LINE_CHARACTERS_MAX));
  const lines = shown
    .split('\n')
    .flatMap((line) => line.match(new RegExp(`.{1,${LINE_CHARACTERS_MAX}}`, 'gsu')) ?? [''])
    .map((line) => ({ label: printable(line.replaceAll('\r', '␍')) }));
  const isWhole = octets.length <= LINES_MAX * LINE_CHARACTERS_MAX && lines.length <= LINES_MAX;
  if (isWhole) return lines;
  return [...lines.slice(0, LINES_MAX), { label: `… of ${octets.length} octets; --json has all of them` }];
}
