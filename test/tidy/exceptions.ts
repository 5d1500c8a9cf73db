// Where a rule does not hold, and why: exceptions.json, one file for all rules. An exception that is no longer needed
// is itself a finding, so the lists only get shorter.
import exceptions from './exceptions.json' with { type: 'json' };
import type { Finding } from './sources.ts';

export type Rule = keyof typeof exceptions;

/** Findings that no exception covers. */
export function unexcused(rule: Rule, findings: readonly Finding[]): Finding[] {
  return findings.filter(({ path }) => !Object.hasOwn(exceptions[rule], path));
}

/** Exceptions that cover nothing among all `findings` of their rule. */
export function idleExceptions(rule: Rule, findings: readonly Finding[]): Finding[] {
  const found = new Set(findings.map(({ path }) => path));
  return Object.keys(exceptions[rule])
    .filter((path) => !found.has(path))
    .map((path) => ({ path: 'test/tidy/exceptions.json', line: 0, message: `${rule}: ${path} needs none; remove it` }));
}

/** Both: what a rule with one check has to report. */
export function excuse(rule: Rule, findings: readonly Finding[]): Finding[] {
  return [...unexcused(rule, findings), ...idleExceptions(rule, findings)];
}
