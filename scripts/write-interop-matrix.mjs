// Writes docs/interop.md from what the interop tests exchange here and now, and prints it. Needs every peer: Java and
// Maven for WSS4J, and xmlsec1.
// @ts-check
import './check-node.mjs';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { startVitest } from 'vitest/node';

const ROOT = new URL('..', import.meta.url);
const RESULT = new URL('.parley/interop.md', ROOT);
/** Fails until the document is what this writes. */
const COMPARISON = 'docs/interop.md says so';

rmSync(RESULT, { force: true });
const vitest = await startVitest('test', ['test/interop/matrix.test.ts'], { root: fileURLToPath(ROOT), watch: false });
const tests = vitest.state.getTestModules().flatMap((file) => [...file.children.allTests()]);
const amiss = tests.filter((test) => test.name !== COMPARISON && test.result().state !== 'passed');
await vitest.close();
if (tests.length === 0 || amiss.length > 0) {
  console.error(`docs/interop.md stays as it was: ${amiss.length} tests failed, or have no peer here`);
  process.exit(1);
}
const text = readFileSync(RESULT, 'utf8');
writeFileSync(new URL('docs/interop.md', ROOT), text);
console.log(text);
process.exit(0);
