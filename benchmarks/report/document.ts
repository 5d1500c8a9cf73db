/** The results as Markdown, between what people write about them. */
import { aimRows, figure } from '../aims.ts';
import type { Results } from '../results.ts';
import { machineText } from '../results-text.ts';
import { chartsOf } from './charts.ts';

export const BEGIN = '<!-- figures: written by `pnpm bench:report`; change nothing here -->';
export const END = '<!-- end of figures -->';

/** `document` with the figures of `results` between its marks. */
export function withFigures(document: string, results: Results): string {
  const [before, rest] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (before < 0 || rest < before) throw new Error('the document has no place for figures');
  return `${document.slice(0, before)}${BEGIN}\n\n${figures(results)}\n\n${document.slice(rest)}`;
}

function figures(results: Results): string {
  const aims = aimRows(results).map(({ what, unit, reached, bound, wanted, isMet }) => [
    what,
    `${figure(reached)} ${unit}`,
    `${bound} ${figure(wanted)}`,
    isMet ? 'met' : `missed by ${figure(100 * Math.abs(reached / wanted - 1))} %`,
  ]);
  const [, ...charts] = chartsOf(results);
  return [
    machineText(results.machine).replaceAll('\n', '  \n'),
    table(['aim', 'reached', 'wanted', ''], aims),
    ...charts.map(({ title, unit, labels, series }) => {
      const rows = labels.map((label, row) => [
        label,
        ...series.map(({ values }) => {
          const value = values[row];
          return value === null || value === undefined ? '' : figure(value);
        }),
      ]);
      return `### ${title}\n\n${table([unit, ...series.map(({ name }) => name)], rows)}`;
    }),
  ].join('\n\n');
}

function table(heads: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
