import { parseArgs } from 'node:util';
import { FINDINGS_FOLDER } from '../finding.ts';
import { numberOption, wholeNumberOption } from '../number-option.ts';

export const USAGE: string = `Usage: pnpm fuzz [--target T]... [--executions N | --minutes M] [--seed S] [--corpus FOLDER] [--findings FOLDER] [--slow FOLDER]

Runs mutated inputs through our readers and writers, keeps those that reach new code, and looks for anything thrown
that is no known fault, for hangs, and for broken promises.

  --target T         one target, may be repeated; all of them by default
  --executions N     how many in all, shared out among the targets
  --minutes M        how long in all; 1 when neither is given
  --seed S           which choices are made (default 1)
  --corpus FOLDER    keep there what reaches new code, and begin with what is there
  --findings FOLDER  where findings are written (default ${FINDINGS_FOLDER})
  --slow FOLDER      write there what took each target the longest for its size, as slow-TARGET.json
  --help             show this

Exit status: 0 nothing found, 1 findings, 2 usage error.
`;

export interface GuidedOptions {
  /** Empty for all. */
  readonly targets: readonly string[];
  readonly executionsMax: number;
  readonly durationMs: number;
  readonly seed: number;
  readonly corpusFolder: string | undefined;
  readonly findingsFolder: string;
  readonly slowFolder: string | undefined;
}

/** What was asked for; `undefined` for help. @throws Error that says what is wrong */
export function readOptions(args: readonly string[]): GuidedOptions | undefined {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ executions: text, minutes: text, seed: text, corpus: text, findings: text, slow: text },
      target: { type: 'string', multiple: true },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return undefined;
  const minutes = numberOption('minutes', values.minutes) ?? (values.executions === undefined ? 1 : Infinity);
  return {
    targets: values.target ?? [],
    executionsMax: wholeNumberOption('executions', values.executions) ?? Infinity,
    durationMs: minutes * 60_000,
    seed: wholeNumberOption('seed', values.seed) ?? 1,
    corpusFolder: values.corpus,
    findingsFolder: values.findings ?? FINDINGS_FOLDER,
    slowFolder: values.slow,
  };
}
