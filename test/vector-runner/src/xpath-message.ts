/** A message of our own that is accepted as it is, with an XPath transform in the place of its first transform. */
import { fileURLToPath } from 'node:url';
import { canonicalise, OctetSink } from '@parley/codec';
import { E, ELEMENT_WORDS, isNamed, localName, Namespace, splice } from '@parley/codec/internal';
import { contextSource } from '@parley/core';
import { open } from '@parley/engine';
import { contextsOf } from './context-file.ts';
import { findElement, octetsOf, scanned } from './document.ts';
import { strictPolicy } from './manifest-policy.ts';
import { openSuite } from './suite-folder.ts';

const BENCH = fileURLToPath(new URL('../../vectors/bench', import.meta.url));
const MESSAGE = 'signed-1k.xml';
const AT_MS = Date.parse('2026-11-22T05:01:00Z');
const TRANSFORM = localName('Transform');
const XPATH = 'http://www.w3.org/TR/1999/REC-xpath-19991116';

/** The code that `open` answers with, `undefined` when it accepts. `xpath` is a document whose root is an XPath element. */
export function openWithXPath(xpath: Uint8Array): string | undefined {
  const suite = openSuite(BENCH);
  const message = suite.bytes(MESSAGE);
  const request = {
    atMs: AT_MS,
    policy: strictPolicy({}),
    contexts: contextSource(contextsOf(suite.json('contexts.json'))),
  };
  if (!open(message, request).ok) throw new Error(`${MESSAGE} is refused as it is`);
  const reply = open(withTransform(message, xpath), request);
  return reply.ok ? undefined : reply.code;
}

function withTransform(message: Uint8Array, xpath: Uint8Array): Uint8Array {
  const tape = scanned(message);
  const transform = findElement(tape, (element) => isNamed(tape, element, Namespace.ds, TRANSFORM)) * ELEMENT_WORDS;
  const parameter = new OctetSink();
  // Without its comments, which alone would have the message refused.
  canonicalise(scanned(xpath), 0, parameter, { method: 'inclusive' });
  const text = `<ds:Transform Algorithm="${XPATH}">${Buffer.from(octetsOf(parameter)).toString('utf8')}</ds:Transform>`;
  const [start, end] = [tape.elements[transform + E.start] ?? 0, tape.elements[transform + E.end] ?? 0];
  return splice(message, [{ start, end, with: new TextEncoder().encode(text) }]);
}
