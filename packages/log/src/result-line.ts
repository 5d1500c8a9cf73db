import { FAULT_CODES, Fault } from '@parley/core';
import {
  FINITE,
  FLAG,
  formatInstant,
  jsonLine,
  objectWith,
  oneOf,
  optional,
  readable,
  requireKind,
  TEXT,
} from '@parley/core/internal';
import type { OpenedMessage, Verdict } from '@parley/engine';
import type { LogResult } from './verify-log.ts';

/** A result as far as its line says it. */
export type ToldResult =
  | (Omit<Extract<LogResult, { readonly ok: true }>, 'verdict'> & {
      readonly verdict: Pick<Verdict<OpenedMessage>, 'identifier' | 'signed' | 'encrypted'>;
    })
  | Extract<LogResult, { readonly ok: false }>;

const TOLD = objectWith<Pick<ToldResult, 'id' | 'ok' | 'atMs'>>({ id: TEXT, ok: FLAG, atMs: optional(FINITE) });
const VERDICT = readable<Extract<ToldResult, { readonly ok: true }>['verdict']>();
const REFUSAL = objectWith<Pick<Extract<ToldResult, { readonly ok: false }>, 'code' | 'detail'>>({
  code: oneOf(FAULT_CODES),
  detail: readable(),
});

/**
 * One line of a results file, without its end: docs/logs.md. Nothing in it needs care when it is shown.
 * @throws Fault `caller.option-invalid` no result
 */
export function resultLine(result: ToldResult): string {
  requireKind(TOLD, result, 'result');
  if (result.ok) requireKind(VERDICT, result.verdict, 'result.verdict');
  else requireKind(REFUSAL, result, 'result');
  try {
    return lineOf(result);
  } catch (error) {
    // What JSON has no word for.
    throw new Fault('caller.option-invalid', { option: 'result', reason: 'unreadable' }, error);
  }
}

/** {@link resultLine} of a result of our own. */
export function lineOf(result: ToldResult): string {
  const at = result.atMs === undefined ? null : instantOrNull(result.atMs);
  const { id } = result;
  if (result.ok) {
    const { identifier, signed, encrypted } = result.verdict;
    return jsonLine({ id, ok: true, code: null, context: identifier, signed, encrypted, at });
  }
  const { identifier, ...detail } = result.detail;
  const context = identifier ?? null;
  return jsonLine({ id, ok: false, code: result.code, context, signed: [], encrypted: [], at, detail });
}

/** Whether `line` is one that {@link resultLine} makes: a verdict, and no message. */
export function isResultLine(line: Uint8Array): boolean {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(line));
  } catch {
    return false;
  }
  if (typeof value !== 'object' || value === null) return false;
  const { id, ok, code, message, base64 } = value as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || message !== undefined || base64 !== undefined) return false;
  return ok === true ? code === null : ok === false && typeof code === 'string';
}

// A record may claim any number as its time.
function instantOrNull(atMs: number): string | null {
  return Math.abs(atMs) <= 8.64e15 && atMs >= 0 ? formatInstant(atMs) : null;
}
