/** `pnpm bench:report`: results -> a page of HTML, and the figures of docs/performance.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Results } from '../results.ts';
import { RESULTS_FORMAT } from '../results.ts';
import { withFigures } from './document.ts';
import { chartLibrary } from './library.ts';
import { reportPage } from './page.ts';

const HELP = `Usage: pnpm bench:report <results.json> [more.json ...] [options]

Of several results, which must be of one machine and commit, the suites are put together; the last of a suite counts.

  --html <file>      where the page goes (default: results.html beside the first results)
  --document <file>  writes the figures between the marks of a Markdown file, such as docs/performance.md
  --help             this text
`;

try {
  main();
} catch (error) {
  console.error(`bench:report: ${(error as Error).message}`);
  process.exitCode = 2;
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { html: { type: 'string' }, document: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  const [first] = positionals;
  if (values.help || first === undefined) {
    process.stdout.write(HELP);
    return;
  }
  const results = together(positionals.map(readResults));
  const html = values.html ?? path.join(path.dirname(first), 'results.html');
  writeFileSync(html, reportPage(results, chartLibrary()));
  console.log(html);
  if (values.document === undefined) return;
  writeFileSync(values.document, withFigures(readFileSync(values.document, 'utf8'), results));
  console.log(values.document);
}

function readResults(file: string): Results {
  const results = JSON.parse(readFileSync(file, 'utf8')) as Results;
  if (results.format !== RESULTS_FORMAT) throw new Error(`${file} is not of ${RESULTS_FORMAT}`);
  return results;
}

function together(all: readonly Results[]): Results {
  const [first] = all;
  if (first === undefined) throw new Error('no results');
  for (const { machine } of all) {
    if (
      machine.cpu !== first.machine.cpu ||
      machine.node !== first.machine.node ||
      machine.commit !== first.machine.commit
    )
      throw new Error('results of several machines or commits say nothing together');
  }
  return { ...first, suites: Object.assign({}, ...all.map(({ suites }) => suites)) as Results['suites'] };
}
