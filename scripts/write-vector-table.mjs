// Writes docs/vectors.md from a run of the built runner over test/vectors. Needs libxmljs2, which reads two of the documents.
// @ts-check
import './check-node.mjs';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readAliases } from '../test/vector-runner/dist/reject-code.js';
import { reportOf } from '../test/vector-runner/dist/report.js';
import { runSuite } from '../test/vector-runner/dist/run-suite.js';
import { suiteDirectories } from '../test/vector-runner/dist/suite-folder.js';
import { vectorTable } from '../test/vector-runner/dist/vector-table.js';

const aliases = readAliases();
const reports = [];
for (const directory of suiteDirectories(fileURLToPath(new URL('../test/vectors', import.meta.url)))) {
  reports.push(reportOf(await runSuite(directory, aliases)));
}
writeFileSync(new URL('../docs/vectors.md', import.meta.url), vectorTable(reports));
