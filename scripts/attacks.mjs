// `npm run attacks`: all that the attack generators of test/engine/attacks can make, where `npm test` runs a sample. Prints counts.
// @ts-check
import './check-node.mjs';
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const test = fileURLToPath(new URL('test.mjs', import.meta.url));
const result = spawnSync(process.execPath, [test, 'test/engine/attacks'], {
  env: { ...process.env, PARLEY_ATTACKS: 'all' },
  stdio: 'inherit',
});
process.exit(result.status ?? 1);
