// A relay in a process of its own, so that it can be killed: `relay-child.mjs ADAPTER CONFIGURATION-AS-JSON`. Runs until SIGTERM.
// @ts-check
import process from 'node:process';
import { opening, relay, verifying } from '@parley/bus';
import { createPool, policyOf } from '@parley/engine';
import { contextsOf, LARGEST_MESSAGE_BYTES } from './kit-messages.mjs';

const [adapter = '', text = ''] = process.argv.slice(2);
const configuration = JSON.parse(text);
const { openBus } = await import(`./${adapter}-bus.mjs`);
const bus = await openBus(configuration);
const contexts = contextsOf(configuration.startMs);
const pool = createPool({
  workers: configuration.workers ?? 1,
  policy: policyOf('cxf', { limits: { messageBytesMax: LARGEST_MESSAGE_BYTES } }),
  contexts: { get: async (identifier) => contexts.find((context) => context.identifier === identifier) },
});
const ending = new AbortController();
process.once('SIGTERM', () => ending.abort());
// Whoever started it is gone.
process.stdin.once('end', () => process.exit(1)).resume();
const nowMs = () => Date.now();
const stage = configuration.handOn === 'message' ? verifying({ pool, nowMs }) : opening({ pool, nowMs });
const inlet = bus.inlet();
const outlets = { outlet: bus.outlet(), deadLetters: bus.deadLetters() };
const retry = { attemptsMax: 100, pauseMs: 50 };
process.stdout.write('ready\n');
const summary = await relay({ inlet, stage, ...outlets, commit: bus.commit?.(), retry, signal: ending.signal });
process.stdout.write(`${JSON.stringify(summary)}\n`);
await pool.close();
await bus.close();
process.stdin.destroy();
