/** Does a refusal carry the code that the manifest expects? */
import { readFileSync } from 'node:fs';
import { listField, recordOf, requiredText, textField } from './json-record.ts';
import type { Verdict } from './verdict.ts';
import { AS_EXPECTED, mismatch } from './verdict.ts';

/** `actual` may stand for `expected`, for vectors of `vectorClass` (all of them when it is absent). */
export interface Alias {
  readonly expected: string;
  readonly actual: string;
  readonly vectorClass: string | undefined;
  readonly reason: string;
}

// The manifest's word for "the cryptography refuses it, by whichever check comes first".
const CIPHER_OR_MAC = 'DECRYPT_OR_SIGNATURE';
const CIPHER_OR_MAC_CODES = ['peer.decrypt-failed', 'peer.signature-invalid', 'peer.digest-mismatch'];

/** The table that stands beside this folder's sources. */
export function readAliases(): readonly Alias[] {
  const table: unknown = JSON.parse(readFileSync(new URL('../aliases.json', import.meta.url), 'utf8'));
  return listField({ table }, 'table').map((entry) => {
    const row = recordOf(entry, 'alias');
    return {
      expected: requiredText(row, 'expected'),
      actual: requiredText(row, 'actual'),
      vectorClass: textField(row, 'class'),
      reason: requiredText(row, 'reason'),
    };
  });
}

/** Whether the manifest's code leaves it open to accept (`OK_OR_X`). */
export function allowsAcceptance(rejectCode: string | undefined): boolean {
  return (rejectCode?.split('_OR_') ?? []).includes('OK');
}

/**
 * Judges a refusal with `actual`. Without a `rejectCode` any refusal of the peer's will do; a code that blames
 * ourselves (`internal.`) or our caller never will.
 */
export function judgeRefusal(
  rejectCode: string | undefined,
  actual: string,
  vectorClass: string | undefined,
  aliases: readonly Alias[],
): Verdict {
  const expected = expectedCodes(rejectCode);
  const wanted = expected.length === 0 ? 'refusal' : expected.join(' or ');
  if (!actual.startsWith('peer.')) return mismatch(wanted, actual);
  if (expected.length === 0 || expected.includes(actual)) return AS_EXPECTED;
  const isAlias = aliases.some(
    (alias) =>
      expected.includes(alias.expected) &&
      alias.actual === actual &&
      (alias.vectorClass === undefined || alias.vectorClass === vectorClass),
  );
  return isAlias ? { verdict: 'alias', expected: wanted, actual } : mismatch(wanted, actual);
}

function expectedCodes(rejectCode: string | undefined): readonly string[] {
  if (rejectCode === undefined) return [];
  return rejectCode
    .split(CIPHER_OR_MAC)
    .flatMap((piece, index) => (index === 0 ? codesOf(piece) : [...CIPHER_OR_MAC_CODES, ...codesOf(piece)]));
}

function codesOf(joined: string): readonly string[] {
  return joined
    .split('_OR_')
    .filter((name) => name !== '' && name !== 'OK')
    .map((name) => `peer.${name.toLowerCase().replaceAll('_', '-')}`);
}
