/** The meaning that an accepted message must have: what its Body holds after decryption. */
import { E, ELEMENT_WORDS, splice } from '@parley/codec/internal';
import type { OpenedMessage, SignedPart } from '@parley/engine';
import { bodyOf, canonicalContent, encryptedDataWithId, hasEncryptedData, scanned } from './document.ts';
import type { JsonRecord } from './json-record.ts';
import {
  listField,
  outputFileOf,
  recordOf,
  requiredText,
  textField,
  textListField,
  UnreadableVector,
} from './json-record.ts';
import type { SuiteFolder } from './suite-folder.ts';
import type { Verdict } from './verdict.ts';
import { AS_EXPECTED, compareOctets, mismatch, outOfScope } from './verdict.ts';

const CHILDREN_OF_BODY = 'children of Body';

/** Judges what came out of `message`: its Body, what was decrypted, and which signatures the manifest lists. */
export function judgeOpened(
  suite: SuiteFolder,
  vector: JsonRecord,
  message: Uint8Array,
  opened: OpenedMessage,
): Verdict {
  const signatures = judgeSignatures(vector, opened.signed);
  return signatures.verdict === 'as-expected' ? judgeBody(suite, vector, message, opened) : signatures;
}

function judgeBody(suite: SuiteFolder, vector: JsonRecord, message: Uint8Array, opened: OpenedMessage): Verdict {
  // `body` is canonical: every prefix that its content uses is declared in it, so it can be read on its own.
  const actual = canonicalContent(scanned(opened.body), 0);
  if (Array.isArray(vector['expectedOutput'])) {
    const parts = listField(vector, 'expectedOutput').map((part) => recordOf(part, 'expectedOutput'));
    if (opened.encrypted.length !== parts.length) {
      return mismatch(`${parts.length} encrypted parts`, `${opened.encrypted.length} encrypted parts`);
    }
    return compareOctets('Body', bodyOfPlaintexts(suite, message, parts), actual);
  }
  const file = outputFileOf(vector);
  if (file !== undefined) {
    const comparison = comparisonOf(vector['expectedOutput']);
    if (!comparison.includes(CHILDREN_OF_BODY)) return outOfScope(`unknown comparison: ${comparison}`);
    return compareOctets('Body', suite.bytes(file), actual);
  }
  const tape = scanned(message);
  // Encrypted, and the suite does not say what is in it: that it decrypts has to do.
  if (hasEncryptedData(tape)) return AS_EXPECTED;
  return compareOctets('Body', canonicalContent(tape, bodyOf(tape)), actual);
}

function comparisonOf(output: unknown): string {
  if (typeof output === 'string') return CHILDREN_OF_BODY;
  return textField(recordOf(output, 'expectedOutput'), 'compare') ?? CHILDREN_OF_BODY;
}

/** The Body's content of `message` with each EncryptedData replaced by its plaintext. */
function bodyOfPlaintexts(suite: SuiteFolder, message: Uint8Array, parts: readonly JsonRecord[]): Uint8Array {
  let bytes = message;
  let waiting = parts;
  while (waiting.length > 0) {
    const tape = scanned(bytes);
    const part = waiting.find(
      (candidate) => encryptedDataWithId(tape, requiredText(candidate, 'encryptedDataId')) >= 0,
    );
    if (part === undefined) throw new UnreadableVector('expectedOutput names an EncryptedData that is not there');
    const element = encryptedDataWithId(tape, requiredText(part, 'encryptedDataId')) * ELEMENT_WORDS;
    const start = tape.elements[element + E.start] ?? 0;
    const end = tape.elements[element + E.end] ?? 0;
    bytes = splice(bytes, [{ start, end, with: suite.bytes(requiredText(part, 'file')) }]);
    waiting = waiting.filter((candidate) => candidate !== part);
  }
  const tape = scanned(bytes);
  return canonicalContent(tape, bodyOf(tape));
}

function judgeSignatures(vector: JsonRecord, signed: readonly SignedPart[]): Verdict {
  for (const entry of listField(vector, 'signatures')) {
    const signature = recordOf(entry, 'signature');
    if (signature['valid'] !== true) continue;
    const algorithm = textField(signature, 'algorithm');
    for (const name of textListField(signature, 'signed')) {
      const isSigned = signed.some(
        (part) => part.localName === name && (algorithm === undefined || part.algorithm === algorithm),
      );
      if (!isSigned) return mismatch(`${name} signed by ${algorithm ?? 'any MAC'}`, 'not signed');
    }
  }
  return AS_EXPECTED;
}
