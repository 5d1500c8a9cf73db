/** The whole run: arguments in, text out, exit status back. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readAliases } from './reject-code.ts';
import type { SuiteReport } from './report.ts';
import { isClean, reportOf, reportText, totalText } from './report.ts';
import { runSuite } from './run-suite.ts';
import { reasonOf, suiteDirectories } from './suite-folder.ts';

const USAGE = `Usage: pnpm vectors <folder>... [--json] [--verbose]

Runs every suite of test vectors (a folder with a manifest.json) at or below the folders.

  --json      one JSON document instead of text
  --verbose   list every vector
  --help      show this

Exit status: 0 all as expected, 1 a mismatch or a vector that cannot be run, 2 usage error.
Example: pnpm vectors test/vectors
`;

export interface Output {
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
}

type Arguments = { readonly folders: readonly string[]; readonly json: boolean; readonly verbose: boolean };

/** Runs the vectors that `args` name. Returns the exit status. */
export async function runVectors(args: readonly string[], output: Output): Promise<number> {
  const given = readArguments(args);
  if (typeof given === 'string') return usageError(given, output);
  if (given === undefined) {
    output.write(USAGE);
    return 0;
  }
  const missing = given.folders.find((folder) => statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true);
  if (missing !== undefined) return usageError(`${missing} is not a folder`, output);
  const directories = [...new Set(given.folders.flatMap((folder) => suiteDirectories(resolve(folder))))];
  if (directories.length === 0) return usageError('no manifest.json in these folders', output);

  const aliases = readAliases();
  const reports: SuiteReport[] = [];
  const documents: object[] = [];
  for (const directory of directories) {
    const result = await runSuite(directory, aliases);
    const report = reportOf(result);
    reports.push(report);
    if (given.json) documents.push(given.verbose ? { ...report, outcomes: result.outcomes } : report);
    else output.write(`${reportText(report, given.verbose ? result.outcomes : [])}\n`);
  }
  const clean = reports.every(isClean);
  if (given.json) output.write(`${JSON.stringify({ ok: clean, suites: documents }, undefined, 2)}\n`);
  else output.write(`${totalText(reports)}\n`);
  return clean ? 0 : 1;
}

/** The arguments, or what is wrong with them, or `undefined` when help is asked for. */
function readArguments(args: readonly string[]): Arguments | string | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: args.filter((argument) => argument !== '--'),
      allowPositionals: true,
      options: { json: { type: 'boolean' }, verbose: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help === true) return undefined;
    if (positionals.length === 0) return 'no folder given';
    return { folders: positionals, json: values.json === true, verbose: values.verbose === true };
  } catch (error) {
    return reasonOf(error);
  }
}

function usageError(what: string, output: Output): number {
  output.writeError(`vectors: ${what}\n\n${USAGE}`);
  return 2;
}
