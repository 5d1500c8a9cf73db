/** docs/vectors.md: what a run came to, and the closed list of what is refused. */
import { readRefusals } from './refusals.ts';
import type { SuiteReport } from './report.ts';
import { counted, outOfScopeOf } from './report.ts';

const COLUMNS: readonly (readonly [title: string, count: (report: SuiteReport) => number])[] = [
  ['run', ({ run }) => run],
  ['as expected', ({ asExpected }) => asExpected],
  ['of these refused on purpose', ({ refused }) => refused],
  ['mismatches, errors', ({ mismatches, errors }) => mismatches.length + errors.length],
  ['out of scope', outOfScopeOf],
];

/** The document. `reports` in the order of the suites' folders. */
export function vectorTable(reports: readonly SuiteReport[]): string {
  const aliases = sumOver(reports, (report) => report.aliases.length);
  return `# Test vectors

Written from a run over \`test/vectors\` by \`node scripts/write-vector-table.mjs\`. What each suite is, where it comes from and how
it is run: [test/vectors/README.md](../test/vectors/README.md).

${row('suite', ...COLUMNS.map(([title]) => title))}
${row('---', ...COLUMNS.map(() => '---:'))}
${reports.map((report) => row(`\`${report.suite}\``, ...COLUMNS.map(([, count]) => count(report)))).join('\n')}
${row('all', ...COLUMNS.map(([, count]) => sumOver(reports, count)))}

Of those as expected, ${aliases} are refused with another code than the manifest names, by a check that is equally early:
\`test/vector-runner/aliases.json\`.

## Computed

Refusing everything would be as expected too. What was computed and compared in signatures and encrypted documents:

${row('what', 'count')}
${row('---', '---:')}
${counted(reports.flatMap(({ checked }) => checked))
  .filter(({ reason }) => !reason.includes('not computed'))
  .map(({ reason, count }) => row(reason, count))
  .join('\n')}

"Another" digest or signature value, and what "does not decrypt", stand in vectors that are invalid.

## Refused on purpose

The whole list. A vector that needs one of these is tried, and must be refused; another reason to refuse what is valid is a
mismatch. Most of them the manifests give. Where we are stricter than those, it says so.

${row('what', 'vectors', 'why', 'stricter than the manifests')}
${row('---', '---:', '---', '---')}
${refusalRows(reports).join('\n')}
`;
}

function refusalRows(reports: readonly SuiteReport[]): readonly string[] {
  const counts = new Map(
    counted(reports.flatMap(({ refusals }) => refusals)).map((entry) => [entry.reason, entry.count]),
  );
  return readRefusals().map(({ reason, why, isStricter }) =>
    row(reason, counts.get(reason) ?? 0, why, isStricter ? 'yes' : ''),
  );
}

function row(...cells: readonly (string | number)[]): string {
  return `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
}

function sumOver(reports: readonly SuiteReport[], count: (report: SuiteReport) => number): number {
  return reports.reduce((total, report) => total + count(report), 0);
}
