/** The run of the differential fuzzer: documents, comparisons, findings, a summary. */
import type { NumberedDocument } from '../documents/document-source.ts';
import { numberedDocument } from '../documents/document-source.ts';
import { writeFinding } from '../finding.ts';
import { minimise } from '../minimise.ts';
import type { Difference } from './compare-document.ts';
import { compareDocument } from './compare-document.ts';
import type { DifferentialOptions } from './options.ts';
import { allQuestions, sameQuestion, someQuestions } from './questions.ts';

export interface DifferentialSummary {
  documents: number;
  accepted: number;
  /** By code. */
  readonly refused: Map<string, number>;
  canonicalForms: number;
  octets: number;
  /** By kind. */
  readonly allowed: Map<string, number>;
  differences: number;
  elapsedMs: number;
}

/** One fault can show in every second document: the first few say enough. */
const REPORTED_MAX = 10;

/** Runs as `options` say; `report` is given every difference as text. */
export function fuzzDocuments(options: DifferentialOptions, report: (text: string) => void): DifferentialSummary {
  const summary: DifferentialSummary = {
    documents: 0,
    accepted: 0,
    refused: new Map(),
    canonicalForms: 0,
    octets: 0,
    allowed: new Map(),
    differences: 0,
    elapsedMs: 0,
  };
  const startMs = performance.now();
  while (summary.documents < options.documentsMax && summary.elapsedMs < options.durationMs) {
    const number = options.first + summary.documents;
    const document = numberedDocument(options.seed, number);
    const difference = count(summary, document);
    if (difference !== undefined && ++summary.differences <= REPORTED_MAX) {
      report(reportOf(difference, document.bytes, number, options));
    }
    summary.elapsedMs = performance.now() - startMs;
  }
  return summary;
}

function count(summary: DifferentialSummary, { bytes, random }: NumberedDocument): Difference | undefined {
  // One document in 20 is read as SOAP is: without processing instructions.
  const read = random.chance(5) ? 'refuse' : 'keep';
  const { refusal, canonicalForms, allowed, difference } = compareDocument(bytes, someQuestions(random), {
    processingInstructions: read,
  });
  summary.documents++;
  summary.octets += bytes.length;
  summary.canonicalForms += canonicalForms;
  if (refusal === undefined) summary.accepted++;
  else add(summary.refused, refusal);
  for (const id of allowed) add(summary.allowed, id);
  return difference;
}

function reportOf(
  difference: Difference,
  bytes: Uint8Array,
  number: number,
  { seed, findingsFolder }: DifferentialOptions,
): string {
  const questioner = difference.question === undefined ? allQuestions : sameQuestion(difference.question);
  const shows = (smaller: Uint8Array): Difference | undefined => {
    const found = compareDocument(smaller, questioner).difference;
    return found?.kind === difference.kind ? found : undefined;
  };
  const smallest = minimise(bytes, (smaller) => shows(smaller) !== undefined);
  const what = shows(smallest)?.what ?? difference.what;
  const command = `pnpm fuzz:c14n --seed ${seed} --first ${number} --documents 1`;
  const input = Buffer.from(smallest).toString('base64');
  const file = writeFinding(findingsFolder, { target: 'c14n', kind: difference.kind, what, input, command });
  return [
    `DIFFERENCE (${difference.kind}) in document ${number} of seed ${seed}: ${command}`,
    `document, minimised: ${Buffer.from(smallest).toString('utf8')}`,
    what,
    `written to ${file}`,
    '',
  ].join('\n');
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
