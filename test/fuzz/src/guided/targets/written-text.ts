/** What the writer writes reads back as it was, and is canonical as written. */
import { isUtf8 } from 'node:buffer';
import {
  attributeText,
  canonicaliseDocument,
  NamespaceBinding,
  OctetSink,
  scan,
  Tape,
  textOf,
  XmlWriter,
} from '@parley/codec';
import { UNQUALIFIED } from '@parley/codec/internal';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import { encodeBase64 } from '@parley/core/internal';
import type { Target } from '../target.ts';
import { demand, Violation } from '../target.ts';

const NO_CHARACTER = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const [FIRST, SECOND] = [new NamespaceBinding('p', 'urn:p?a&b'), new NamespaceBinding('q', 'urn:q')];
const ROOT = FIRST.name('a');
const VALUE = UNQUALIFIED.name('b');
const OTHER_VALUE = SECOND.name('b');
const TEXT = SECOND.name('c');
const OCTETS = UNQUALIFIED.name('d');
const encoder = new TextEncoder();
const tape = new Tape();
const sink = new OctetSink(4096);

export const WRITTEN_TEXT: Target = {
  name: 'written-text',
  share: 60,
  inputBytesMax: 120,
  seeds: ['', 'text', '<a b="c">&amp;</a>', ']]>', '\r\n\t', 'é€𝄞', '\u0000', '\ufffe', '"\'&<>', '-->'].map((text) =>
    encoder.encode(text),
  ),
  dictionary: [
    ...['&', '<', '>', '"', "'", '\r', '\n', '\t', ']]>', '&#xD;', '\u0001', '\u0085', '\u2028', '𝄞'],
    ...['\ufffd', '\uffff'],
  ],
  answers: 'caller.',
  run,
};

/** An odd number of octets is taken for UTF-8, an even one for UTF-16, where halves of pairs can stand alone. */
function run(input: Uint8Array): void {
  const octets = Buffer.from(input.buffer, input.byteOffset, input.length);
  const isOdd = (input.length & 1) === 1;
  const text = octets.toString(isOdd ? 'utf8' : 'utf16le');
  const says = (): string => JSON.stringify(text);
  const isText = !NO_CHARACTER.test(text) && (!isOdd || isUtf8(input));
  let document: Uint8Array;
  try {
    document = written(text, isOdd ? input : encoder.encode(text), octets);
  } catch (error) {
    demand(!(isText && error instanceof Fault), 'refused-text', says);
    throw error;
  }
  demand(isText, 'took-no-character', says);
  try {
    scan(document, DEFAULT_LIMITS, tape);
  } catch (error) {
    throw new Violation('written-malformed', `${String(error)}: ${says()}`);
  }
  demand(tape.elementCount === 4, 'markup-in-text', says);
  demand(attributeText(tape, 0) === text && attributeText(tape, 1) === text, 'other-value', says);
  demand(textOf(tape, 1) === text && textOf(tape, 2) === text, 'other-text', says);
  demand(textOf(tape, 3) === encodeBase64(octets), 'other-base64', says);
  sink.reset();
  canonicaliseDocument(tape, sink);
  demand(Buffer.compare(sink.bytes.subarray(0, sink.length), document) === 0, 'not-canonical', says);
}

function written(text: string, utf8: Uint8Array, octets: Uint8Array): Uint8Array {
  const writer = new XmlWriter().open(ROOT, [
    [VALUE, text],
    [OTHER_VALUE, text],
  ]);
  writer.element(TEXT, text).open(TEXT).textOctets(utf8).close();
  return writer.open(OCTETS).base64(octets).close().close().take();
}
