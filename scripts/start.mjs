// `npm start`: the main job. Records a conversation of two parties, then verifies every message of its log.
// Arguments after `--` go to the recording: `npm start -- --messages 2000`.
// @ts-check
import { rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { bootstrap, ROOT, run } from './bootstrap.mjs';

const FOLDER = '.parley/demo';

await bootstrap({ native: false });
rmSync(path.join(ROOT, FOLDER), { recursive: true, force: true });
parley('demo', FOLDER, ...process.argv.slice(2));
parley('verify', `${FOLDER}/log.ndjson`, '--contexts', `${FOLDER}/contexts`);
console.log(`
To try next:
  npx parley inspect ${FOLDER}/log.ndjson --record 3 --contexts ${FOLDER}/contexts             # what one message holds
  npx parley inspect ${FOLDER}/log.ndjson --record 3 --contexts ${FOLDER}/contexts --explain   # what was signed, to the octet
  npx parley help`);

/** @param {readonly string[]} args */
function parley(...args) {
  console.log(`$ npx parley ${args.join(' ')}`);
  run(process.execPath, [path.join('packages', 'cli', 'bin', 'parley.js'), ...args]);
}
