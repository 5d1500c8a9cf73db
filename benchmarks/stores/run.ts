/**
 * `pnpm bench:stores`: what each store costs beside memory, in one run, and how a folder of contexts grows. Redis and PostgreSQL are those of
 * `test/interop`; one that is not on this machine is said so, and left out.
 */
import { parseArgs } from 'node:util';
import { describeMachine } from '../machine.ts';
import { wholeNumber } from '../number-option.ts';
import { machineText } from '../results-text.ts';
import type { GrowthRow } from './growth.ts';
import { growthOf } from './growth.ts';
import { openPlaces, STORES, storeNamed } from './places.ts';
import type { StoreRow } from './rates.ts';
import { ratesOf } from './rates.ts';

const HELP = `Usage: pnpm bench:stores [options]

  --store <name>     ${STORES.join(', ')}; may be given several times (default: all)
  --operations <n>   of each kind in one round (default: 5000)
  --rounds <n>       the last one counts (default: 2)
  --at-once <n>      calls under way (default: 64)
  --contexts <n>     in a folder of LMDB, at most (default: 100000)
  --json             the results as JSON, and nothing else
  --help             this text
`;

const { values } = parseArgs({
  options: {
    store: { type: 'string', multiple: true },
    operations: { type: 'string' },
    rounds: { type: 'string' },
    'at-once': { type: 'string' },
    contexts: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

interface Aim {
  readonly what: string;
  readonly reached: number;
  readonly wantedAtMost: number;
}

if (values.help) console.log(HELP);
else await main();
// Clients that go on connecting to a server that is gone keep no benchmark alive.
process.exit();

async function main(): Promise<void> {
  const say = (text: string): void => {
    if (!values.json) console.log(text);
  };
  const settings = {
    operations: wholeNumber('--operations', values.operations, 5000),
    rounds: wholeNumber('--rounds', values.rounds, 2),
    atOnce: wholeNumber('--at-once', values['at-once'], 64),
  };
  const contextsMax = wholeNumber('--contexts', values.contexts, 100_000);
  const machine = describeMachine();
  say(
    `${machineText(machine)}\n${settings.operations} of each, ${settings.atOnce} at once, the last of ${settings.rounds} rounds`,
  );
  const rates: StoreRow[] = [];
  const missing: Record<string, string> = {};
  for (const name of (values.store ?? STORES).map(storeNamed)) {
    try {
      const places = await openPlaces(name);
      rates.push(...(await ratesOf(name, places, settings)));
      await places.close();
      for (const row of rates.filter(({ store }) => store === name)) say(rateText(row));
    } catch (error) {
      missing[name] = error instanceof Error ? error.message.trim() : String(error);
      say(`${name.padEnd(10)}${missing[name]}`);
    }
  }
  const growth = await growthOf(contextsMax, (text) => void process.stderr.write(`${text}\n`));
  for (const row of growth) say(growthText(row));
  const aims = aimsOf(rates, growth);
  for (const { what, reached, wantedAtMost } of aims)
    say(`${reached <= wantedAtMost ? 'met   ' : 'MISSED'} ${what}: ${reached.toFixed(2)}, at most ${wantedAtMost}`);
  const results = { format: 'parley-benchmarks-stores/1', machine, settings, rates, growth, missing, aims };
  if (values.json) console.log(JSON.stringify(results, undefined, 2));
}

function rateText({ store, operation, perSecond, cpuUs }: StoreRow): string {
  const rate = Math.round(perSecond).toString().padStart(9);
  return `${store.padEnd(10)}${operation.padEnd(14)}${rate}/s ${cpuUs.toFixed(0).padStart(6)} us of CPU`;
}

function growthText({ contexts, megabytes, openMs, lookupUs, lookupCpuUs }: GrowthRow): string {
  const size = `${contexts} contexts, ${Math.round(megabytes)} MB`;
  return `lmdb      ${size}: opened in ${Math.round(openMs)} ms, a look-up ${lookupUs.toFixed(1)} us, ${lookupCpuUs.toFixed(1)} of CPU`;
}

function aimsOf(rates: readonly StoreRow[], growth: readonly GrowthRow[]): readonly Aim[] {
  const replay = rates.find(({ store, operation }) => store === 'redis' && operation === 'replay check');
  const [first, last] = [growth[0], growth.at(-1)];
  return [
    ...(replay === undefined
      ? []
      : [{ what: 'replay insert in Redis, us of CPU', reached: replay.cpuUs, wantedAtMost: 80 }]),
    ...(first === undefined || last === undefined
      ? []
      : [
          {
            what: `CPU of a look-up at ${last.contexts} contexts to that at ${first.contexts}`,
            reached: last.lookupCpuUs / first.lookupCpuUs,
            wantedAtMost: 2,
          },
          { what: `ms until ${last.contexts} contexts are open`, reached: last.openMs, wantedAtMost: 1000 },
        ]),
  ];
}
