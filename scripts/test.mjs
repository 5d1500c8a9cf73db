// `npm test`: install and build what is out of date, then formatting and lint, the types of the tests, and all tests.
// `npm test -- test/core` runs the tests whose path matches, and nothing else. Ends with `N passed, N failed`; what was
// skipped because another implementation is not on this machine stands before that.
// @ts-check
import './check-node.mjs';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PEERS = '/test/interop/';
const given = process.argv.slice(2);
const filters = given.filter((argument) => argument !== '--no-install');
const counts = { passed: 0, failed: 0 };
/**
 * Why tests with other implementations could not run, and how many.
 * @type {Map<string, number>}
 */
const skipped = new Map();

// Under another Node version the installed tree is used as it is.
const ready = given.includes('--no-install') || check('install and build', 'scripts/bootstrap.mjs');
if (ready && filters.length === 0) {
  check('format and lint', 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.');
  check('types of the tests', 'node_modules/typescript/bin/tsc', '-p', 'test');
}
if (ready) await runTests();
for (const [reason, count] of skipped) console.log(`skipped ${count}: ${reason}`);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);

/**
 * @param {string} title
 * @param {string} script
 * @param {readonly string[]} args
 */
function check(title, script, ...args) {
  const result = spawnSync(process.execPath, [path.join(ROOT, script), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ok = result.status === 0;
  console.log(`${ok ? 'ok' : 'FAILED'}: ${title}`);
  if (ok) counts.passed++;
  else counts.failed++;
  return ok;
}

async function runTests() {
  const { startVitest } = await import('vitest/node');
  const vitest = await startVitest('test', filters, { root: ROOT, watch: false });
  counts.failed += vitest.state.getUnhandledErrors().length;
  for (const file of vitest.state.getTestModules()) {
    for (const test of file.children.allTests()) {
      const result = test.result();
      const reason = result.state === 'skipped' && file.moduleId.includes(PEERS) ? result.note : undefined;
      if (result.state === 'passed') counts.passed++;
      else if (reason !== undefined) skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
      else counts.failed++; // skipped counts as failed: no other test may be left out
    }
    counts.failed += file.errors().length; // a file that could not be loaded holds no tests
  }
  await vitest.close();
}
