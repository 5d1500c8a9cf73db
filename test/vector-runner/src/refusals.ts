/** The closed list of what is refused on purpose: refusals.json, beside this folder's sources. */
import { readFileSync } from 'node:fs';
import { listField, recordOf, requiredText } from './json-record.ts';
import type { Outcome } from './verdict.ts';
import { mismatch } from './verdict.ts';

export interface Refusal {
  /** In the words of the manifests, where they have some. */
  readonly reason: string;
  readonly why: string;
  /** Whether the manifests take what we refuse. */
  readonly isStricter: boolean;
}

/** The list, in the order of the file. */
export function readRefusals(): readonly Refusal[] {
  const table: unknown = JSON.parse(readFileSync(new URL('../refusals.json', import.meta.url), 'utf8'));
  return listField({ table }, 'table').map((entry) => {
    const row = recordOf(entry, 'refusal');
    return {
      reason: requiredText(row, 'reason'),
      why: requiredText(row, 'why'),
      isStricter: row['stricter'] === true,
    };
  });
}

const REFUSALS: ReadonlyMap<string, Refusal> = new Map(readRefusals().map((refusal) => [refusal.reason, refusal]));

/** Whether each of `reasons` is one of the manifest's or one in which we are stricter than the manifests. */
export function areExplained(reasons: readonly string[], strictReasons: readonly string[]): boolean {
  return reasons.every((reason) => strictReasons.includes(reason) || REFUSALS.get(reason)?.isStricter === true);
}

/** `outcome`; a mismatch if it is a refusal that is not on the list. */
export function onTheList(outcome: Outcome): Outcome {
  const refusals = outcome.verdict === 'as-expected' ? (outcome.refusals ?? []) : [];
  const unlisted = refusals.filter((reason) => !REFUSALS.has(reason));
  if (unlisted.length === 0) return outcome;
  return { id: outcome.id, ...mismatch('a refusal of refusals.json', unlisted.join('; ')) };
}
