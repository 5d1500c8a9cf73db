/**
 * xmlenc-decrypt: a document with one xenc:EncryptedData. It is decrypted, also where strict rules refuse it and core has a
 * switch, and what comes out is compared as the manifest says.
 */
import { canonicaliseDocument, OctetSink, readDocument, Tape } from '@parley/codec';
import { E, ELEMENT_WORDS, splice } from '@parley/codec/internal';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import { CIPHER_ALGORITHMS, decodeBase64Text, decrypt } from '@parley/core/internal';
import { octetsOf } from './document.ts';
import { readEncryptedData } from './encrypted-claim.ts';
import { givenKeys, secretOf } from './encrypted-key.ts';
import type { JsonRecord } from './json-record.ts';
import { recordField, requiredText, textField, textListField, UnreadableVector } from './json-record.ts';
import { areExplained } from './refusals.ts';
import type { SuiteFolder } from './suite-folder.ts';
import type { Verdict } from './verdict.ts';
import { asExpected, compareOctets, mismatch } from './verdict.ts';

const DOCTYPE = /<!DOCTYPE[^[>]*(?:\[[^\]]*\]\s*)?>/;
/** What a forger may see; any other code is a fault of ours, or of the vector. */
const FAILURES = ['peer.decrypt-failed', 'peer.key-usage'];

interface Decrypted {
  readonly plaintext: Uint8Array;
  /** The document with the plaintext in the place of the EncryptedData. */
  readonly document: Uint8Array;
}

/** Runs one vector. @throws UnreadableVector */
export function runEncryptedDataVector(suite: SuiteFolder, vector: JsonRecord): Verdict {
  const isInvalid = textField(vector, 'expected') === 'invalid';
  try {
    const refusals: string[] = [];
    const decrypted = decryptVector(suite, vector, refusals);
    return judgeRefusals(vector, refusals) ?? judgeOutput(suite, vector, decrypted, refusals);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return isInvalid && FAILURES.includes(error.code)
      ? asExpected(['does not decrypt'])
      : mismatch(isInvalid ? 'peer.decrypt-failed' : 'decrypted', error.code);
  }
}

/** What is wrong with the refusals, if anything is. */
function judgeRefusals(vector: JsonRecord, refusals: readonly string[]): Verdict | undefined {
  const strictReasons = textListField(vector, 'strictReasons');
  const isAccepted = textField(vector, 'strictProfile') === 'accept';
  const isExplained = areExplained(refusals, strictReasons);
  if (isExplained && (isAccepted || refusals.some((reason) => strictReasons.includes(reason)))) return undefined;
  return mismatch(`refused: ${strictReasons.join('; ')}`, refusals.join('; ') || 'decrypted');
}

function judgeOutput(
  suite: SuiteFolder,
  vector: JsonRecord,
  decrypted: Decrypted | undefined,
  refusals: readonly string[],
): Verdict {
  if (decrypted === undefined && refusals.length === 0) return mismatch('decrypted', 'no key');
  if (decrypted !== undefined) {
    const verdict = compareOutput(suite, vector, decrypted);
    if (verdict.verdict !== 'as-expected') return verdict;
  }
  return asExpected([decrypted === undefined ? 'plaintext not computed' : 'plaintext agrees'], refusals);
}

/** `undefined` when a refusal is in the way that cannot be switched off. */
function decryptVector(suite: SuiteFolder, vector: JsonRecord, refusals: string[]): Decrypted | undefined {
  const tape = readTolerantly(suite.bytes(requiredText(vector, 'file')), refusals);
  const { element, algorithm, cipherValue, keyInfo } = readEncryptedData(tape);
  const cipher = CIPHER_ALGORITHMS.find(({ uri }) => uri === algorithm);
  if (cipher === undefined) throw new UnreadableVector(`cipher ${algorithm}`);
  if (cipherValue === undefined) {
    refusals.push('CipherReference');
    return undefined;
  }
  const key = secretOf(keyInfo, givenKeys(suite, vector), cipher.keyBytes, refusals);
  if (key === undefined) return undefined;
  const plaintext = decrypt(cipher, key, cipherValue);
  const words = element * ELEMENT_WORDS;
  const [start = 0, end = 0] = [tape.elements[words + E.start], tape.elements[words + E.end]];
  return { plaintext, document: splice(tape.bytes, [{ start, end, with: plaintext }]) };
}

/** Reads a document; one with a DOCTYPE is refused, which is noted, and read without it. */
function readTolerantly(bytes: Uint8Array, refusals: string[]): Tape {
  const tape = new Tape();
  const read = (document: Uint8Array): void => {
    readDocument(document, DEFAULT_LIMITS, tape, 'auto', { processingInstructions: 'keep' });
  };
  try {
    read(bytes);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'peer.xml-dtd-forbidden') throw error;
    refusals.push('DOCTYPE');
    // Those of the suites declare the types of Ids, and no attribute's value.
    read(new TextEncoder().encode(new TextDecoder().decode(bytes).replace(DOCTYPE, '')));
  }
  return tape;
}

function compareOutput(suite: SuiteFolder, vector: JsonRecord, { plaintext, document }: Decrypted): Verdict {
  if (textField(vector, 'expected') === 'invalid') return mismatch('peer.decrypt-failed', 'decrypted');
  const output = recordField(vector, 'expectedOutput') ?? {};
  const expected = suite.bytes(requiredText(output, 'file'));
  const compare = requiredText(output, 'compare');
  switch (compare) {
    case 'octets':
      return compareOctets('plaintext', expected, plaintext);
    case 'base64-of-octets':
      return compareOctets('plaintext', decodeBase64Text(new TextDecoder().decode(expected)), plaintext);
    case 'c14n-of-document':
      return compareOctets('canonical form', canonicalDocument(expected), canonicalDocument(document));
    default:
      throw new UnreadableVector(`compare ${compare}`);
  }
}

function canonicalDocument(bytes: Uint8Array): Uint8Array {
  const sink = new OctetSink();
  canonicaliseDocument(readTolerantly(bytes, []), sink, { method: 'inclusive', comments: true });
  return octetsOf(sink);
}
