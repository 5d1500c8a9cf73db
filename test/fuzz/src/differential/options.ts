import { parseArgs } from 'node:util';
import { FINDINGS_FOLDER } from '../finding.ts';
import { numberOption, wholeNumberOption } from '../number-option.ts';

export const USAGE: string = `Usage: pnpm fuzz:c14n [--minutes M | --documents N] [--seed S] [--first N] [--findings FOLDER]

Sends generated and damaged documents through both scanners, libxmljs2 and libxml2, and compares what they take, what
they read and every canonical form, octet by octet.

  --minutes M        stop after M minutes; 1 when neither is given
  --documents N      stop after N documents
  --seed S           which documents; the same seed makes the same ones (default 1)
  --first N          begin with document N (default 0): --first N --documents 1 shows one again
  --findings FOLDER  where differences are written (default ${FINDINGS_FOLDER})
  --help             show this

Exit status: 0 no difference but those that docs/fuzzing.md lists, 1 a difference, 2 usage error.
`;

export interface DifferentialOptions {
  readonly seed: number;
  readonly first: number;
  readonly documentsMax: number;
  readonly durationMs: number;
  readonly findingsFolder: string;
}

/** What was asked for; `undefined` for help. @throws Error that says what is wrong */
export function readOptions(args: readonly string[]): DifferentialOptions | undefined {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { minutes: text, documents: text, seed: text, first: text, findings: text, help: { type: 'boolean' } },
  });
  if (values.help === true) return undefined;
  const minutes = numberOption('minutes', values.minutes) ?? (values.documents === undefined ? 1 : Infinity);
  return {
    seed: wholeNumberOption('seed', values.seed) ?? 1,
    first: wholeNumberOption('first', values.first) ?? 0,
    documentsMax: wholeNumberOption('documents', values.documents) ?? Infinity,
    durationMs: minutes * 60_000,
    findingsFolder: values.findings ?? FINDINGS_FOLDER,
  };
}
