import process from 'node:process';
import { fuzzDocuments } from './fuzz-documents.ts';
import { readOptions, USAGE } from './options.ts';
import { summaryText } from './summary-text.ts';

process.exitCode = run(process.argv.slice(2));

function run(args: readonly string[]): number {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  if (options === undefined) {
    console.log(USAGE);
    return 0;
  }
  const summary = fuzzDocuments(options, (text) => console.log(text));
  console.log(summaryText(options.seed, summary));
  return summary.differences === 0 ? 0 : 1;
}
