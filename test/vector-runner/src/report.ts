/** What a run says about its suites, as data and as text. */
import type { SuiteResult } from './run-suite.ts';
import type { Outcome } from './verdict.ts';

export interface Counted {
  readonly reason: string;
  readonly count: number;
}

export interface SuiteReport {
  readonly suite: string;
  readonly directory: string;
  readonly run: number;
  readonly asExpected: number;
  /** Of `asExpected`: refused by another, equally early check. */
  readonly aliases: readonly { readonly id: string; readonly expected: string; readonly actual: string }[];
  readonly aliasPercent: number;
  readonly mismatches: readonly { readonly id: string; readonly expected: string; readonly actual: string }[];
  readonly errors: readonly { readonly id: string; readonly reason: string }[];
  /** Of `asExpected`: what the vector needs is refused on purpose; tried, and refused. */
  readonly refused: number;
  /** How many of `refused` have this among their reasons. */
  readonly refusals: readonly Counted[];
  /** What vectors of many checks came to. */
  readonly checked: readonly Counted[];
  readonly outOfScope: readonly Counted[];
  readonly unknownPolicyFields: readonly string[];
}

/** Above this a table of aliases hides something. */
export const ALIAS_PERCENT_MAX = 5;

/** Counts the outcomes of a suite. */
export function reportOf(result: SuiteResult): SuiteReport {
  const of = <V extends Outcome['verdict']>(verdict: V): Extract<Outcome, { verdict: V }>[] =>
    result.outcomes.filter((outcome): outcome is Extract<Outcome, { verdict: V }> => outcome.verdict === verdict);
  const aliases = of('alias').map(({ id, expected, actual }) => ({ id, expected, actual }));
  const mismatches = of('mismatch').map(({ id, expected, actual }) => ({ id, expected, actual }));
  const errors = of('error').map(({ id, reason }) => ({ id, reason }));
  const asExpected = of('as-expected').length + aliases.length;
  const run = asExpected + mismatches.length + errors.length;
  const refused = of('as-expected').flatMap(({ refusals }) => (refusals === undefined ? [] : [refusals]));
  return {
    suite: result.suite,
    directory: result.directory,
    run,
    asExpected,
    aliases,
    aliasPercent: run === 0 ? 0 : (100 * aliases.length) / run,
    mismatches,
    errors,
    refused: refused.length,
    refusals: counted(refused.flat().map((reason) => ({ reason, count: 1 }))),
    checked: counted(of('as-expected').flatMap(({ checked = [] }) => checked.map((reason) => ({ reason, count: 1 })))),
    outOfScope: counted(of('out-of-scope').map(({ reason, tests }) => ({ reason, count: tests }))),
    unknownPolicyFields: result.unknownPolicyFields,
  };
}

/** One entry for each reason, in the order in which they come up. */
export function counted(entries: readonly Counted[]): readonly Counted[] {
  const counts = new Map<string, number>();
  for (const { reason, count } of entries) counts.set(reason, (counts.get(reason) ?? 0) + count);
  return [...counts].map(([reason, count]) => ({ reason, count }));
}

/** Whether nothing is wrong with the suite. */
export function isClean(report: SuiteReport): boolean {
  return report.mismatches.length === 0 && report.errors.length === 0 && report.aliasPercent <= ALIAS_PERCENT_MAX;
}

/** A few lines about a suite; with `outcomes`, one more for each of them. */
export function reportText(report: SuiteReport, outcomes: readonly Outcome[] = []): string {
  const outOfScope = outOfScopeOf(report);
  const counts = [
    `${report.run} run`,
    `${report.asExpected} as expected`,
    ...(report.refused === 0 ? [] : [`${report.refused} of them refused on purpose`]),
    `${report.mismatches.length} mismatches`,
    ...(report.errors.length === 0 ? [] : [`${report.errors.length} errors`]),
    `${outOfScope} out of scope`,
  ];
  const lines = [
    `${report.suite}: ${counts.join(', ')}`,
    ...outcomes.map((outcome) => `    ${outcomeText(outcome)}`),
    ...report.mismatches.map(({ id, expected, actual }) => `  mismatch ${id}: expected ${expected}, actual ${actual}`),
    ...report.errors.map(({ id, reason }) => `  error ${id}: ${reason}`),
    ...report.checked.map(({ reason, count }) => `  checked: ${count} x ${reason}`),
    ...report.refusals.map(({ reason, count }) => `  refused on purpose: ${count} x ${reason}`),
    ...report.outOfScope.map(({ reason, count }) => `  out of scope: ${count} x ${reason}`),
  ];
  if (report.aliases.length > 0) {
    const excess = report.aliasPercent > ALIAS_PERCENT_MAX ? `, more than the ${ALIAS_PERCENT_MAX} % allowed` : '';
    lines.push(`  aliases: ${report.aliases.length} (${report.aliasPercent.toFixed(1)} %${excess})`);
  }
  if (report.unknownPolicyFields.length > 0) {
    lines.push(`  policy fields not applied: ${report.unknownPolicyFields.join(', ')}`);
  }
  return lines.join('\n');
}

/** How many cases of the suite are not run. */
export function outOfScopeOf(report: SuiteReport): number {
  return report.outOfScope.reduce((sum, { count }) => sum + count, 0);
}

/** One line over all suites. */
export function totalText(reports: readonly SuiteReport[]): string {
  const sum = (count: (report: SuiteReport) => number): number =>
    reports.reduce((total, report) => total + count(report), 0);
  const run = sum((report) => report.run);
  const asExpected = sum((report) => report.asExpected);
  const mismatches = sum((report) => report.mismatches.length);
  const errors = sum((report) => report.errors.length);
  const outOfScope = sum(outOfScopeOf);
  return `${reports.length} suites: ${run} run, ${asExpected} as expected, ${mismatches} mismatches, ${errors} errors, ${outOfScope} out of scope`;
}

function outcomeText(outcome: Outcome): string {
  switch (outcome.verdict) {
    case 'as-expected':
      return `${outcome.id}: as expected${outcome.refusals === undefined ? '' : `, refused on purpose: ${outcome.refusals.join('; ')}`}`;
    case 'alias':
    case 'mismatch':
      return `${outcome.id}: ${outcome.verdict}, expected ${outcome.expected}, actual ${outcome.actual}`;
    case 'out-of-scope':
    case 'error':
      return `${outcome.id}: ${outcome.verdict.replaceAll('-', ' ')}, ${outcome.reason}`;
  }
}
