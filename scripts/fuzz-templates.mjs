// `npm run fuzz:templates -- [--count 10000000] [--seed 1] [--every 200000] [--workers 2]`: templates against the whole way, over changed messages;
// a tenth as many are signed again, and a hundredth sealed. Goes on from --seed, which the report of each part names; ends at the first difference.
// @ts-check
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000000' },
    seed: { type: 'string', default: '1' },
    every: { type: 'string', default: '200000' },
    workers: { type: 'string', default: String(availableParallelism()) },
  },
});
const [count, seed] = [wholeNumber(values.count), wholeNumber(values.seed)];
const [every, workers] = [wholeNumber(values.every), wholeNumber(values.workers)];
/** Of fewer, chance decides how many a template knows, which each part wants to be enough. */
const EVERY_MIN = 2000;
if (Math.min(every, count) < EVERY_MIN) {
  console.error(
    `--count and --every: at least ${EVERY_MIN}, for each part is to know a share of its messages by templates`,
  );
  process.exit(2);
}
const TESTS = ['test/engine/templates/differential.test.ts', 'test/engine/seal-templates'];
const VITEST = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));

/** @param {string} text */
function wholeNumber(text) {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  console.error(`not a whole number above 0: ${text}`);
  return process.exit(2);
}

/**
 * One part, in a process of its own.
 * @param {number} from its seed
 * @param {number} messages
 * @returns {Promise<string | undefined>} what it printed, if it failed
 */
function run(from, messages) {
  const env = { ...process.env, PARLEY_TEMPLATES: String(messages), PARLEY_TEMPLATES_SEED: String(from) };
  const child = spawn(process.execPath, [VITEST, 'run', '--reporter=dot', '--maxWorkers=1', ...TESTS], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0 ? undefined : printed));
  });
}

const startedMs = Date.now();
let next = 0;
let done = 0;

async function work() {
  while (next < count) {
    const from = seed + Math.floor(next / every);
    // What is left over, and too little for a part of its own, belongs to the last one.
    const messages = count - next < every + EVERY_MIN ? count - next : every;
    next += messages;
    const failed = await run(from, messages);
    if (failed !== undefined) {
      console.error(`${failed}\na difference, or a crash, in the part with --seed ${from} --count ${messages}`);
      process.exit(1);
    }
    done += messages;
    const seconds = Math.round((Date.now() - startedMs) / 1000);
    console.log(
      `${done} of ${count} changed, ${Math.round(done / 5)} signed again, ${seconds} s; seed ${from} was good`,
    );
  }
}

await Promise.all(Array.from({ length: workers }, work));
