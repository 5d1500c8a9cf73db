import type { Reply } from '@parley/core';
import { encodeBase64, printable } from '@parley/core/internal';
import type { CauseExplanation, DeviationName, ReferenceExplanation, SignatureExplanation } from '@parley/engine';
import { faultText } from '../terminal/fault-text.ts';
import { qualifiedName } from './element-text.ts';
import type { Tree } from './tree.ts';

/** What `--explain` found: of each signature, or why there is nothing to be found. */
export type DigestExplanation = Reply<readonly Reply<SignatureExplanation>[]>;

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

/** Whether any digest differs, or cannot be judged. */
export function hasDifference(explanation: DigestExplanation): boolean {
  if (!explanation.ok) return true;
  return explanation.value.some(
    (signature) => !signature.ok || signature.value.references.some(({ covered }) => covered?.isRight === false),
  );
}

/** The explanation for people; nothing when nobody asked. */
export function digestTree(explanation: DigestExplanation | undefined): readonly Tree[] {
  if (explanation === undefined) return [];
  if (!explanation.ok) return [{ label: `digests  refused: ${faultText(explanation.code, explanation.detail)}` }];
  return explanation.value.map((signature, index) => {
    const label = `digests  of signature ${index + 1}`;
    if (!signature.ok) return { label: `${label}: refused: ${faultText(signature.code, signature.detail)}` };
    const { signedInfo, references } = signature.value;
    const covering = { label: 'ds:SignedInfo, what the key is applied to', children: octetLines(signedInfo) };
    return { label, children: [covering, ...references.map(referenceTree)] };
  });
}

function referenceTree({ uri, covered, digest, stated, cause }: ReferenceExplanation): Tree {
  const reference = uri === undefined ? 'no URI' : printable(uri);
  if (covered === undefined)
    return { label: `${reference}  not to be seen: hidden by ciphertext, or not in the message` };
  const prefixes =
    covered.inclusivePrefixes.length === 0 ? '' : ` with PrefixList ${covered.inclusivePrefixes.join(' ')}`;
  const name = qualifiedName(covered.namespace, covered.localName);
  const label = printable(`${name} (${reference})  ${covered.form}${prefixes}, ${digest}`);
  if (covered.isRight) return { label: `${label}: right`, children: octetLines(covered.octets) };
  return {
    label: `${label}: DIFFERS`,
    children: [
      { label: `the message says  ${stated}` },
      { label: `it is             ${covered.computed}, of`, children: octetLines(covered.octets) },
      causeTree(cause),
    ],
  };
}

function causeTree(cause: CauseExplanation | undefined): Tree {
  if (cause === undefined)
    return {
      label: 'nothing that is tried gives that digest: it was changed after it was signed, or signed otherwise',
    };
  return { label: `this is what the sender digested: ${causeText(cause)}`, children: octetLines(cause.octets) };
}

function causeText({ form, inclusivePrefixes, digest, deviation, element }: CauseExplanation): string {
  const parts = [
    element === undefined ? undefined : `another element, ${qualifiedName(element.namespace, element.localName)}`,
    form === undefined
      ? undefined
      : form === 'as-written'
        ? 'the octets as they are written'
        : `canonical form ${form}`,
    inclusivePrefixes === undefined ? undefined : prefixListText(inclusivePrefixes),
    digest === undefined ? undefined : `digest ${digest}`,
    deviation === undefined ? undefined : SENTENCES[deviation],
  ];
  return printable(parts.filter((part) => part !== undefined).join(', '));
}

function prefixListText(prefixes: readonly string[]): string {
  return prefixes.length === 0 ? 'no PrefixList' : `PrefixList ${prefixes.join(' ')}`;
}

const LINES_MAX = 12;
const LINE_CHARACTERS_MAX = 160;

/** Octets for a terminal: as many lines as help, and what is left out. */
function octetLines(octets: Uint8Array): readonly Tree[] {
  const shown = new TextDecoder().decode(octets.subarray(0, LINES_MAX * LINE_CHARACTERS_MAX));
  const lines = shown
    .split('\n')
    .flatMap((line) => line.match(new RegExp(`.{1,${LINE_CHARACTERS_MAX}}`, 'gsu')) ?? [''])
    .map((line) => ({ label: printable(line.replaceAll('\r', '␍')) }));
  const isWhole = octets.length <= LINES_MAX * LINE_CHARACTERS_MAX && lines.length <= LINES_MAX;
  if (isWhole) return lines;
  return [...lines.slice(0, LINES_MAX), { label: `… of ${octets.length} octets; --json has all of them` }];
}

/** The same for machines, octets as base64; `null` when nobody asked. */
export function digestJson(explanation: DigestExplanation | undefined): unknown {
  if (explanation?.ok !== true) return explanation ?? null;
  const signatures = explanation.value.map((signature) =>
    signature.ok ? { ok: true, ...Object(withBase64(signature.value)) } : signature,
  );
  return { ok: true, signatures };
}

function withBase64(value: unknown): unknown {
  if (value instanceof Uint8Array) return encodeBase64(value);
  if (Array.isArray(value)) return value.map(withBase64);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withBase64(member)]));
}
