/** Canonical forms. */
import { Fault } from '@parley/core';
import type { Kind, Members } from '@parley/core/internal';
import { FLAG, listOf, oneOf, optional, requireOptions, shapeOf, TEXT, whole } from '@parley/core/internal';
import type { CanonicalisationOptions, ContentOptions, Replacement } from '../canonical/options.ts';
import {
  canonicalise as hotCanonicalise,
  canonicaliseContent as hotCanonicaliseContent,
  canonicaliseDocument as hotCanonicaliseDocument,
} from '../hot/canonical/canonicalise.ts';
import type { OctetSink } from '../hot/octets/octet-sink.ts';
import type { Tape } from '../tape/tape.ts';
import { requireElement, requireSink } from './place.ts';

const CONTENT: Members<ContentOptions> = { comments: optional(FLAG), shieldDefaultNamespace: optional(FLAG) };
const CONTENT_OPTIONS: Kind<ContentOptions> = shapeOf<ContentOptions>(CONTENT);
const OPTIONS: Kind<CanonicalisationOptions> = shapeOf<CanonicalisationOptions>({
  ...CONTENT,
  method: optional(oneOf(['exclusive', 'inclusive', 'inclusive-1.1'])),
  name: optional(TEXT),
  uri: optional(TEXT),
  inclusivePrefixes: optional(listOf(TEXT)),
  without: optional(whole(-1)),
  replacement: optional(shapeOf<Replacement>({ element: whole(), by: whole() })),
});

/**
 * Appends the canonical form of the subtree of `element` to `out`.
 * @param tape as scanned; nothing of it is changed
 * @throws Fault `caller.option-invalid`, also when nothing would be left: no octets are no canonical form (T25);
 * `peer.limit-cost` when it is more than the sink is to take; `peer.limit-value` C14N 1.1, xml:base beyond all measure
 */
export function canonicalise(tape: Tape, element: number, out: OctetSink, options: CanonicalisationOptions = {}): void {
  requireElement(tape, element);
  requireSink(out);
  requireCanonicalisation(tape, element, options);
  hotCanonicalise(tape, element, out, options);
}

/**
 * Appends the content of `element`, each child node canonicalised exclusively and on its own: octets that stand for themselves where
 * no namespace is in scope, which is what encrypting a content wants.
 * @throws Fault `caller.option-invalid`; `peer.limit-cost` as {@link canonicalise}
 */
export function canonicaliseContent(tape: Tape, element: number, out: OctetSink, options: ContentOptions = {}): void {
  requireElement(tape, element);
  requireSink(out);
  requireOptions(CONTENT_OPTIONS, options, 'options');
  hotCanonicaliseContent(tape, element, out, options);
}

/**
 * Appends the canonical form of the whole document: comments and kept PIs around the root stand on lines of their own.
 * @throws Fault `caller.option-invalid`; `peer.limit-cost` as {@link canonicalise}
 */
export function canonicaliseDocument(tape: Tape, out: OctetSink, options: CanonicalisationOptions = {}): void {
  requireElement(tape, 0, 'tape');
  requireSink(out);
  requireCanonicalisation(tape, 0, options);
  hotCanonicaliseDocument(tape, out, options);
}

function requireCanonicalisation(tape: Tape, element: number, options: CanonicalisationOptions): void {
  requireOptions(OPTIONS, options, 'options');
  const { without = -1, replacement } = options;
  if (without >= 0) requireElement(tape, without, 'without');
  if (without === element)
    throw new Fault('caller.option-invalid', { option: 'without', reason: 'nothing would be left' });
  if (replacement === undefined) return;
  requireElement(tape, replacement.element, 'replacement.element');
  requireElement(tape, replacement.by, 'replacement.by');
  if (without >= 0) throw new Fault('caller.option-invalid', { option: 'replacement', reason: 'not with without' });
}
