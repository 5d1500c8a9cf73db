// Runs a script under another version of Node: `node scripts/on-node.mjs 22 scripts/test.mjs --no-install`.
// The binary is the npm package `node`; nothing of the installed tree changes.
// @ts-check
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const [version, ...command] = process.argv.slice(2);
if (version === undefined || command.length === 0) {
  console.error('usage: node scripts/on-node.mjs <version> <script> [arguments]');
  process.exit(2);
}
const result = spawnSync('npx', ['--yes', '--loglevel=error', '-p', `node@${version}`, 'node', ...command], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
process.exit(result.status ?? 1);
