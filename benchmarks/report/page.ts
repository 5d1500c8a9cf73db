/** The results as one page of HTML that needs nothing else. */
import { figure } from '../aims.ts';
import type { Results } from '../results.ts';
import { machineText } from '../results-text.ts';
import type { Chart } from './charts.ts';
import { chartsOf } from './charts.ts';

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
section{margin:2.5rem 0}.pair{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:1.5rem;align-items:start}
table{border-collapse:collapse;font-size:.85rem;width:100%}th,td{border-bottom:1px solid #ddd;padding:.2rem .5rem;text-align:left}
td+td,th+th{text-align:right;font-variant-numeric:tabular-nums}pre{white-space:pre-wrap;color:#555}@media(max-width:50rem){.pair{display:block}}`;

const DRAW = `for (const [index, chart] of CHARTS.entries()) new Chart(document.getElementById('chart-' + index), {
  type: chart.kind,
  data: { labels: chart.labels, datasets: chart.series.map((one) => ({ label: one.name, data: one.values })) },
  options: { animation: false, indexAxis: chart.kind === 'bar' ? 'y' : 'x',
    scales: { [chart.kind === 'bar' ? 'x' : 'y']: { beginAtZero: true, title: { display: true, text: chart.unit } } } },
});
document.documentElement.dataset.drawn = String(CHARTS.length);`;

/** `library`: the source of the chart library, which goes into the page. */
export function reportPage(results: Results, library: string): string {
  const charts = chartsOf(results);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Parley: benchmarks</title>
<style>${STYLE}</style></head><body>
<h1>Parley: benchmarks</h1>
<pre>${escaped(machineText(results.machine))}</pre>
${charts.map(section).join('\n')}
<script>${inScript(library)}</script>
<script>const CHARTS = ${inScript(JSON.stringify(charts))};
${DRAW}</script>
</body></html>
`;
}

function section(chart: Chart, index: number): string {
  const heads = ['', ...chart.series.map(({ name }) => `${name} (${chart.unit})`)];
  const rows = chart.labels.map((label, row) => [
    label,
    ...chart.series.map(({ values }) => {
      const value = values[row];
      return value === null || value === undefined ? '' : figure(value);
    }),
  ]);
  const cells = (name: 'th' | 'td', row: readonly string[]): string =>
    `<tr>${row.map((cell) => `<${name}>${escaped(cell)}</${name}>`).join('')}</tr>`;
  return `<section><h2>${escaped(chart.title)}</h2><div class="pair"><div><canvas id="chart-${index}" role="img" aria-label="${escaped(chart.title)}; the figures are in the table"></canvas></div>
<table><thead>${cells('th', heads)}</thead><tbody>${rows.map((row) => cells('td', row)).join('')}</tbody></table></div></section>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Nothing in it ends the element. */
function inScript(source: string): string {
  return source.replaceAll('</', '<\\/').replaceAll('<!--', '<\\!--');
}
