// `npm run interop`: every endpoint of every live peer, both ways, and docs/interop-live.md from what came of it. Where a peer is not here or an outcome is not known, the document stays as it was.
// @ts-check
import './check-node.mjs';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { startVitest } from 'vitest/node';

/**
 * @typedef {{ name: string, outcome: string }} Step
 * @typedef {{ peer?: string, direction: string, endpoint: string, steps: Step[], reasons?: string[] }} Row
 */

const ROOT = new URL('..', import.meta.url);
const RESULTS = new URL('.parley/live/', ROOT);
const OUTCOME_CHARS_MAX = 120;

process.env['PARLEY_LIVE'] = 'all';
rmSync(RESULTS, { recursive: true, force: true });
const vitest = await startVitest('test', ['test/interop/live'], { root: fileURLToPath(ROOT), watch: false });
const tests = vitest.state.getTestModules().flatMap((file) => [...file.children.allTests()]);
const amiss = tests.filter((test) => test.result().state !== 'passed');
await vitest.close();
if (tests.length === 0 || amiss.length > 0) {
  console.error(`docs/interop-live.md stays as it was: ${amiss.length} tests failed, or have no peer here`);
  process.exit(1);
}
writeFileSync(new URL('docs/interop-live.md', ROOT), document());
process.exit(0);

function document() {
  const peers = readdirSync(RESULTS).filter((name) => name.endsWith('.json'));
  return `# Live conversations with other implementations

Run on ${new Date().toISOString().slice(0, 10)} by \`npm run interop\`, which writes this file: a whole conversation at each endpoint,
with Parley calling the peer (to) and the peer calling Parley (from). A cell names the steps that went otherwise than they should,
and the note says why; one that counts its steps has none. Peers: Apache CXF ${version('cxf')}, Eclipse Metro ${version('metro')}, Apache Rampart
${version('rampart')}, Open Liberty with CXF 2.6 (${liberty()}), Microsoft's WCF on Mono.
${peers.map((name) => section(name.slice(0, -'.json'.length))).join('')}`;
}

/** @param {string} peer */
function section(peer) {
  /** @type {Row[]} */
  const rows = JSON.parse(readFileSync(new URL(`${peer}.json`, RESULTS), 'utf8'));
  const notes = [...new Set(rows.flatMap(({ reasons = [] }) => reasons))];
  const endpoints = [...new Set(rows.map(({ endpoint }) => endpoint))];
  /** @param {string} endpoint @param {string} direction */
  const cell = (endpoint, direction) => {
    const row = rows.find((each) => each.endpoint === endpoint && each.direction === direction);
    return row === undefined ? 'not run' : summary(row, notes);
  };
  const lines = endpoints.map((name) => `| ${name} | ${cell(name, 'to-peer')} | ${cell(name, 'from-peer')} |`);
  const explained = notes.map((note, index) => `${index + 1}. ${note}`);
  return `
## ${peer}

| endpoint | to | from |
| --- | --- | --- |
${lines.join('\n')}

${explained.join('\n')}
`;
}

/** @param {Row} row @param {readonly string[]} notes */
function summary({ steps, reasons = [] }, notes) {
  if (reasons.length === 0) return `all ${steps.length}`;
  const odd = steps
    .filter(({ outcome }) => outcome !== 'ok' && outcome !== 'same identifier')
    .map(({ name, outcome }) => `${name}: ${short(outcome)}`);
  return `${odd.join('; ')} (${reasons.map((reason) => notes.indexOf(reason) + 1).join(', ')})`;
}

/** @param {string} outcome */
function short(outcome) {
  return outcome.slice(0, OUTCOME_CHARS_MAX).replaceAll('|', '/');
}

/** @param {string} peer */
function version(peer) {
  const pom = readFileSync(new URL(`test/interop/live/${peer}/pom.xml`, ROOT), 'utf8');
  return new RegExp(`<${peer}\\.version>([^<]*)<`).exec(pom)?.[1] ?? 'of unknown version';
}

function liberty() {
  const script = readFileSync(new URL('test/interop/live/build-liberty.mjs', ROOT), 'utf8');
  return /VERSION = '([^']*)'/.exec(script)?.[1] ?? 'of unknown version';
}
