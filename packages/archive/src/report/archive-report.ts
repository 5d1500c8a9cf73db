import type { FaultCode } from '@parley/core';
import { Fault, meaningOf } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { FINITE, formatInstant, readable, requireKind, requireOptions, shapeOf, whole } from '@parley/core/internal';
import type { Counted, Place, UnitTally } from '../job/unit-tally.ts';
import type { ArchiveSummary } from '../run/archive-summary.ts';
import type { Markup } from './html.ts';
import { html } from './html.ts';

/** How the last run went, which what was found does not depend on. */
export interface RunFigures {
  readonly endedAtMs: number;
  readonly elapsedMs: number;
  /** Messages that it verified itself; the others are of runs before. */
  readonly messages: number;
}

const FIGURES: Kind<RunFigures> = shapeOf<RunFigures>({ endedAtMs: FINITE, elapsedMs: FINITE, messages: whole() });
const SUMMARY = readable<ArchiveSummary>();

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.2rem .8rem .2rem 0;border-bottom:1px solid #ddd;vertical-align:top}
.n{text-align:right;font-variant-numeric:tabular-nums}code{font-size:.9em;overflow-wrap:anywhere}
.bar{display:flex;height:.8rem;min-width:8rem}.ok{background:#3a7d44}.no{background:#b3261e}.verdict{font-size:1.2rem}
@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}th,td{border-color:#444}}`;

/**
 * One page of HTML about an archive, which needs nothing from elsewhere: counts by code, context and hour, the first refusals, and how
 * fast it went.
 * @throws Fault `caller.option-invalid`
 */
export function archiveReport(summary: ArchiveSummary, run: RunFigures): string {
  requireKind(SUMMARY, summary, 'summary');
  requireOptions(FIGURES, run, 'run');
  try {
    return pageOf(summary, run).text;
  } catch (error) {
    throw new Fault('caller.option-invalid', { option: 'summary', reason: 'unreadable' }, error);
  }
}

function pageOf(summary: ArchiveSummary, run: RunFigures): Markup {
  const { tally } = summary;
  const refused = tally.messages - tally.valid;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Archive: ${counted(refused)} of ${counted(tally.messages)} messages refused</title>
<style>${raw(STYLE)}</style></head><body>
<h1>Verification of an archive</h1>
<p class="verdict">${verdict(summary)}</p>
${overview(summary, run)}
<h2>By code</h2>${codes(tally)}
<h2>By hour</h2>${hours(tally)}
<h2>By context</h2>${contexts(tally)}
<h2>First refusals</h2>${first(tally)}
${unread(summary)}
</body></html>
`;
}

function verdict({ tally, unread: damaged }: ArchiveSummary): string {
  const refused = tally.messages - tally.valid;
  const said =
    refused === 0
      ? `All ${counted(tally.messages)} messages are valid.`
      : `${counted(refused)} of ${counted(tally.messages)} messages are refused.`;
  return damaged.length === 0 ? said : `${said} ${counted(damaged.length)} segments were not read to their end.`;
}

function overview({ segments, shards, sizeBytes, tally }: ArchiveSummary, run: RunFigures): Markup {
  const seconds = Math.max(run.elapsedMs, 1) / 1000;
  const rows: readonly (readonly [string, string])[] = [
    ['Messages', `${counted(tally.messages)} (${(tally.octets / 1e6).toFixed(1)} MB)`],
    ['Contexts', counted(tally.contexts)],
    ['Segments', `${counted(segments)} (${(sizeBytes / 1e6).toFixed(1)} MB as they are kept)`],
    ['Shards', counted(shards)],
    [
      'Last run',
      `${counted(run.messages)} messages in ${seconds.toFixed(1)} s: ${counted(run.messages / seconds)} messages/s`,
    ],
    ['Ended', formatInstant(run.endedAtMs)],
  ];
  return html`<table>${rows.map(([name, value]) => html`<tr><th>${name}</th><td>${value}</td></tr>`)}</table>`;
}

function codes(tally: UnitTally): Markup {
  const rows = Object.entries(tally.refused).map(
    ([code, count]) =>
      html`<tr><td><code>${code}</code></td><td class="n">${counted(count)}</td><td>${meaningOf(code as FaultCode)}</td></tr>`,
  );
  return html`<table><tr><th>Code</th><th class="n">Messages</th><th>Meaning</th></tr>
<tr><td>valid</td><td class="n">${counted(tally.valid)}</td><td></td></tr>${rows}</table>`;
}

function hours({ hours: byHour }: UnitTally): Markup {
  const most = Math.max(1, ...Object.values(byHour).map(({ messages }) => messages));
  const rows = Object.entries(byHour).map(
    ([hour, of]) =>
      html`<tr><td>${hour === '' ? 'unknown' : `${hour.replace('T', ' ')}:00 UTC`}</td><td class="n">${counted(of.messages)}</td><td class="n">${counted(of.refused)}</td><td>${bar(of, most)}</td></tr>`,
  );
  return html`<table><tr><th>Hour</th><th class="n">Messages</th><th class="n">Refused</th><th></th></tr>${rows}</table>`;
}

function bar({ messages, refused }: Readonly<Counted>, most: number): Markup {
  const share = (count: number): string => `${((100 * count) / most).toFixed(2)}%`;
  return html`<div class="bar"><span class="no" style="width:${share(refused)}"></span><span class="ok" style="width:${share(messages - refused)}"></span></div>`;
}

function contexts({ topContexts, contexts: all }: UnitTally): Markup {
  const rows = topContexts.map(
    ({ context, messages, refused }) =>
      html`<tr><td><code>${context}</code></td><td class="n">${counted(messages)}</td><td class="n">${counted(refused)}</td></tr>`,
  );
  return html`<p>${counted(topContexts.length)} of ${counted(all)}: those with most refusals, then those with most messages.</p>
<table><tr><th>Context</th><th class="n">Messages</th><th class="n">Refused</th></tr>${rows}</table>`;
}

function first({ first: byCode }: UnitTally): Markup {
  const rows = Object.entries(byCode).flatMap(([code, places]) =>
    places.map(
      ({ id, segment, line }: Place) =>
        html`<tr><td><code>${code}</code></td><td><code>${id}</code></td><td class="n">${segment}</td><td class="n">${line}</td></tr>`,
    ),
  );
  return html`<table><tr><th>Code</th><th>Record</th><th class="n">Segment</th><th class="n">Line</th></tr>${rows}</table>`;
}

function unread({ unread: damaged }: ArchiveSummary): Markup {
  if (damaged.length === 0) return html``;
  const rows = damaged.map(
    ({ segment, code, detail }) =>
      html`<tr><td><code>${segment}</code></td><td><code>${code}</code></td><td>${JSON.stringify(detail)}</td></tr>`,
  );
  return html`<h2>Segments that were not read to their end</h2><table><tr><th>Segment</th><th>Code</th><th></th></tr>${rows}</table>`;
}

/** What is ours, and has nothing to be escaped. */
function raw(text: string): Markup {
  return html(Object.assign([text], { raw: [text] }));
}

/** With its thousands apart. */
function counted(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
