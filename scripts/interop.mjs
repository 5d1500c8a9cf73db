// `npm run interop`: every endpoint of every live peer, both ways, and docs/interop-live.md from what came of it.
// `npm run interop -- cxf wcf` runs these peers, and takes for the others what came of them last time.
// Where a peer is not here or an outcome is not known, the document stays as it was.
// @ts-check
import './check-node.mjs';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { createVitest } from 'vitest/node';

/**
 * @typedef {{ name: string, outcome: string, entry: { reason: string } }} KnownStep
 * @typedef {{ endpoint: string, steps: number, known: KnownStep[], unreached: string[], complaints: string[] }} Result
 * @typedef {{ peer: string, direction: string, ranAt: string, node: string, results: Result[] }} Run
 */

const ROOT = new URL('..', import.meta.url);
const RESULTS = new URL('.parley/live/', ROOT);
const DIRECTIONS = ['to-peer', 'from-peer'];
/** Half an hour is what it takes. */
const MINUTES_MAX = 90;
const TITLES = ['cxf', 'cxf streaming', 'metro', 'wcf', 'liberty', 'rampart'];

process.env['PARLEY_LIVE'] = 'all';
const asked = process.argv.slice(2);
if (asked.length === 0) rmSync(RESULTS, { recursive: true, force: true });
const files = asked.length === 0 ? ['test/interop/live'] : asked.map((peer) => `test/interop/live/${peer}.test.ts`);
// One peer at a time: they have timeouts of their own. All of them together have one, too: what is left then has not run.
const vitest = await createVitest('test', { root: fileURLToPath(ROOT), watch: false, fileParallelism: false });
const late = setTimeout(() => void vitest.cancelCurrentRun('keyboard-input'), MINUTES_MAX * 60_000);
await vitest.start(files);
clearTimeout(late);
const tests = vitest.state.getTestModules().flatMap((file) => [...file.children.allTests()]);
const amiss = tests.filter((test) => test.result().state !== 'passed').length;
await vitest.close();
const runs = readRuns();
const absent = TITLES.filter((peer) => !DIRECTIONS.every((direction) => runOf(peer, direction) !== undefined));
const unknown = runs.filter(({ results }) => results.some(({ complaints }) => complaints.length > 0));
if (tests.length === 0 || amiss > 0 || absent.length > 0 || unknown.length > 0) {
  const why = [
    `${amiss} tests failed, or have no peer here`,
    `never run: ${absent.join(', ') || 'none'}`,
    `not as it should be: ${unknown.map(({ peer, direction }) => `${peer} ${direction}`).join(', ') || 'none'}`,
  ];
  console.error(`docs/interop-live.md stays as it was: ${why.join('; ')}`);
  process.exit(1);
}
writeFileSync(new URL('docs/interop-live.md', ROOT), document());
process.exit(0);

/** @returns {Run[]} */
function readRuns() {
  return readdirSync(RESULTS)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(new URL(name, RESULTS), 'utf8')));
}

/** @param {string} peer @param {string} direction */
function runOf(peer, direction) {
  return runs.find((run) => run.peer === peer && run.direction === direction);
}

function document() {
  return `# Live conversations with other implementations

A whole conversation at each endpoint of each peer, over HTTP and TLS: with Parley calling the peer (to: issue, two calls, renew, a
call, cancel, a call that has to be refused), and with the peer's own client calling Parley (from: what that client can do of these).
Written by \`npm run interop\`; what endpoints are called says what they do, as \`Policies.java\` of each peer explains, for WCF \`Peer.cs\`.
A cell says how many steps went as they should, or names those that did not; its note says whose doing that is.

| peer | direction | run on | endpoints | whole | with a note |
| --- | --- | --- | ---: | ---: | ---: |
${TITLES.flatMap((peer) => DIRECTIONS.map((direction) => summary(peer, direction))).join('\n')}
${TITLES.map(section).join('')}`;
}

/** @param {string} peer @param {string} direction */
function summary(peer, direction) {
  const { ranAt, node, results } = /** @type {Run} */ (runOf(peer, direction));
  const whole = results.filter(({ known }) => known.length === 0).length;
  const when = `${ranAt.slice(0, 10)}, Node ${node}`;
  const word = direction === 'to-peer' ? 'to' : 'from';
  return `| ${product(peer)} | ${word} | ${when} | ${results.length} | ${whole} | ${results.length - whole} |`;
}

/** @param {string} peer */
function section(peer) {
  /** @type {string[]} */
  const notes = [];
  const both = DIRECTIONS.map((direction) => runOf(peer, direction)?.results ?? []);
  const endpoints = [...new Set(both.flat().map(({ endpoint }) => endpoint))];
  const lines = endpoints.map((name) => {
    const cells = both.map((results) =>
      cell(
        results.find(({ endpoint }) => endpoint === name),
        notes,
      ),
    );
    return `| ${name} | ${cells.join(' | ')} |`;
  });
  return `
## ${product(peer)}

| endpoint | to | from |
| --- | --- | --- |
${lines.join('\n')}

${notes.map((note, index) => `${index + 1}. ${note}`).join('\n')}
`;
}

/** @param {Result | undefined} result @param {string[]} notes */
function cell(result, notes) {
  if (result === undefined) return '–';
  const { steps, known, unreached } = result;
  if (known.length === 0) return `all ${steps}`;
  const reasons = [...new Set(known.map(({ entry }) => entry.reason))];
  const odd = reasons.map((reason) => {
    if (!notes.includes(reason)) notes.push(reason);
    const names = known.filter(({ entry }) => entry.reason === reason).map(({ name }) => name);
    return `${names.join(', ')} (${notes.indexOf(reason) + 1})`;
  });
  return `${unreached.length === 0 ? 'all but' : 'ends at'} ${odd.join('; ')}`;
}

/** @param {string} peer */
function product(peer) {
  switch (peer) {
    case 'cxf':
      return `Apache CXF ${versionIn('cxf/pom.xml', /<cxf\.version>([^<]*)</)}`;
    case 'cxf streaming':
      return `Apache CXF ${versionIn('cxf/pom.xml', /<cxf\.version>([^<]*)</)}, streaming`;
    case 'metro':
      return `Eclipse Metro ${versionIn('metro/pom.xml', /<metro\.version>([^<]*)</)}`;
    case 'rampart':
      return `Apache Rampart ${versionIn('rampart/pom.xml', /<rampart\.version>([^<]*)</)}`;
    case 'liberty':
      return `Open Liberty ${versionIn('build-liberty.mjs', /VERSION = '([^']*)'/)} (CXF 2.6)`;
    default:
      return `Microsoft's WCF 4.8 on Mono ${monoVersion()}`;
  }
}

/** @param {string} file @param {RegExp} pattern */
function versionIn(file, pattern) {
  const text = readFileSync(new URL(`test/interop/live/${file}`, ROOT), 'utf8');
  return pattern.exec(text)?.[1] ?? 'of unknown version';
}

function monoVersion() {
  const { stdout } = spawnSync('mono', ['--version'], { encoding: 'utf8' });
  return /version ([\d.]+)/.exec(stdout ?? '')?.[1] ?? 'of unknown version';
}
