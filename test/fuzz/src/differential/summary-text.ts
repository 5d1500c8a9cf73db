import type { DifferentialSummary } from './fuzz-documents.ts';
import { LIBXMLJS2_TAKES_PART } from './libxmljs2.ts';

/** The end of a run, for people; the last line is what counts. */
export function summaryText(seed: number, summary: DifferentialSummary): string {
  const { documents, accepted, refused, canonicalForms, octets, allowed, differences, elapsedMs } = summary;
  const seconds = elapsedMs / 1000;
  return [
    `seed ${seed}: ${documents} documents (${(octets / 1e6).toFixed(1)} MB) in ${seconds.toFixed(1)} s, ` +
      `${Math.round(documents / seconds)} documents/s; libxmljs2 ${LIBXMLJS2_TAKES_PART ? 'took part' : 'is not installed'}`,
    `accepted ${accepted}, with ${canonicalForms} canonical forms compared`,
    `refused ${documents - accepted}${listOf(refused)}`,
    `allowed differences ${total(allowed)}${listOf(allowed)}`,
    `${differences} differences`,
  ].join('\n');
}

function listOf(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  return sorted.map(([name, count]) => `\n  ${String(count).padStart(9)}  ${name}`).join('');
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
