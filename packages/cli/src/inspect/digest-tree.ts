import type { Reply } from '@parley/core';
import { encodeBase64, printable } from '@parley/core/internal';
import type { CauseExplanation, ReferenceExplanation, SignatureExplanation } from '@parley/engine';
import { faultText } from '../terminal/fault-text.ts';
import { qualifiedName } from './element-text.ts';
import { octetLines, variantText } from './octets-tree.ts';
import type { Tree } from './tree.ts';
import { valueTree } from './value-tree.ts';

/** What `--explain` found: of each signature, or why there is nothing to be found. */
export type DigestExplanation = Reply<readonly Reply<SignatureExplanation>[]>;

/** Whether any digest differs, or cannot be judged; or a value differs by a key that was found. */
export function hasDifference(explanation: DigestExplanation): boolean {
  if (!explanation.ok) return true;
  return explanation.value.some(
    (signature) =>
      !signature.ok ||
      signature.value.references.some(({ covered }) => covered?.isRight === false) ||
      (signature.value.value?.ok === true && !signature.value.value.value.isRight),
  );
}

/** The explanation for people; nothing when nobody asked. */
export function digestTree(explanation: DigestExplanation | undefined): readonly Tree[] {
  if (explanation === undefined) return [];
  if (!explanation.ok) return [{ label: `digests  refused: ${faultText(explanation.code, explanation.detail)}` }];
  return explanation.value.map((signature, index) => {
    const label = `digests  of signature ${index + 1}`;
    if (!signature.ok) return { label: `${label}: refused: ${faultText(signature.code, signature.detail)}` };
    const { signedInfo, references, value } = signature.value;
    const covering = { label: 'ds:SignedInfo, what the key is applied to', children: octetLines(signedInfo) };
    return { label, children: [covering, ...valueTree(value), ...references.map(referenceTree)] };
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
      causeTree(cause, covered.holdsCiphertext),
    ],
  };
}

function causeTree(cause: CauseExplanation | undefined, holdsCiphertext: boolean): Tree {
  if (cause === undefined && holdsCiphertext)
    return {
      label:
        'it holds ciphertext: what was signed before it was encrypted, only the keys can show (--contexts, --keys)',
    };
  if (cause === undefined)
    return {
      label: 'nothing that is tried gives that digest: it was changed after it was signed, or signed otherwise',
    };
  return { label: `this is what the sender digested: ${causeText(cause)}`, children: octetLines(cause.octets) };
}

function causeText(cause: CauseExplanation): string {
  const { digest, element } = cause;
  const parts = [
    element === undefined ? undefined : `another element, ${qualifiedName(element.namespace, element.localName)}`,
    digest === undefined ? undefined : `digest ${digest}`,
    ...variantText(cause),
  ];
  return printable(parts.filter((part) => part !== undefined).join(', '));
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
