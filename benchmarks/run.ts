/** `pnpm bench`. */
import { parseArgs } from 'node:util';
import { countAllocations } from './allocation/allocation.ts';
import { measureCodec } from './codec/codec.ts';
import { measureHttp } from './http/http.ts';
import { measureKernels } from './kernels/kernels.ts';
import { measureLog } from './log/log.ts';
import { describeMachine } from './machine.ts';
import type { Wanted } from './measure.ts';
import { measureMessages } from './messages/messages.ts';
import type { ToldName } from './messages/told-programs.ts';
import { BESIDE_NAMES } from './messages/told-programs.ts';
import { wholeNumber } from './number-option.ts';
import { measurePeers } from './peers/xml-crypto.ts';
import { measureBatches } from './pipeline/batches.ts';
import { measureSingleMessages } from './pipeline/single-messages.ts';
import type { Results, Settings, SuiteName, SuiteResults } from './results.ts';
import { RESULTS_FORMAT, SHORT_SET, SUITES } from './results.ts';
import { aimsText, machineText, suiteText } from './results-text.ts';
import { measureScale } from './scale/scale.ts';
import { measureScaling } from './scaling/scaling.ts';
import { measureSequences } from './sequences/sequences.ts';
import { measureSoak } from './soak/soak.ts';

const HELP = `Usage: pnpm bench [options]

Measures Parley on this machine. What the figures mean, and which to trust: benchmarks/README.md.

  --only <suite>   kernels, codec, allocation, scaling, pipeline, log, pool, peers, messages, sequences, http, soak or scale; may be
                   given several times (default: kernels, pipeline, log and pool)
  --match <text>   kernels, codec and messages: those whose name contains it, such as vector/ or 5k; may be given
                   several times
  --beside <peer>  messages: beside this one, too: jdk, go, rust (compiles for minutes, once) or mono; may be given several times
  --quick          shorter rounds and runs: a look, not a result
  --rounds <n>     rounds (default: 11; quick: 7)
  --round-ms <n>   time for one kernel in one round (default: 60; quick: 20)
  --warm-up-ms <n> most that a kernel runs uncounted at first (default: 1500; quick: 1000)
  --messages <n>   messages in one run of pipeline, log and pool (default: 20000; quick: 4000), and of http up to 6000
  --connections <n> connections of http (default: 16)
  --soak <n>       messages of soak (default: 10000000; quick: 50000)
  --contexts <n>   contexts in the store of scale, at most (default: 1000000; quick: 1000)
  --json           the results as JSON, and nothing else
  --help           this text
`;

const FULL: Settings = {
  rounds: 11,
  roundMs: 60,
  warmUpMs: 1500,
  messages: 20_000,
  allocatingMessages: 100_000,
  largestBytes: 100_000_000,
  connections: 16,
  soakMessages: 10_000_000,
  contextsMax: 1_000_000,
};
const QUICK: Settings = {
  rounds: 7,
  roundMs: 20,
  warmUpMs: 1000,
  messages: 4000,
  allocatingMessages: 5000,
  largestBytes: 1_000_000,
  connections: 16,
  soakMessages: 50_000,
  contextsMax: 1000,
};

// A round is a whole load, and some seconds long.
const HTTP_ROUNDS_MAX = 3;
const HTTP_MESSAGES_MAX = 6000;

// What `seal` takes of one envelope, in powers of ten.
const SEALED_BYTES_MAX = 1_000_000;

interface Options {
  readonly settings: Settings;
  readonly suites: readonly SuiteName[];
  readonly isWanted: Wanted;
  readonly beside: readonly ToldName[];
  readonly json: boolean;
}

await main();

async function main(): Promise<void> {
  const options = readOptions();
  if (options === undefined) return;
  const { settings, json } = options;
  const machine = describeMachine();
  const say = (text: string): void => {
    if (!json) console.log(text);
  };
  say(`${machineText(machine)}\n${settings.rounds} rounds; medians of the rounds, least and greatest beside them`);
  let suites: Partial<SuiteResults> = {};
  for (const suite of options.suites) {
    const results = await measureSuite(suite, options, say);
    suites = { ...suites, [suite]: results };
    say(`\n${suiteText(suite, results)}`);
  }
  const results: Results = { format: RESULTS_FORMAT, machine, settings, suites };
  say(`\n${aimsText(results)}`);
  if (json) console.log(JSON.stringify(results, undefined, 2));
}

async function measureSuite(
  suite: SuiteName,
  { settings, isWanted, beside }: Options,
  say: (text: string) => void,
): Promise<SuiteResults[SuiteName]> {
  switch (suite) {
    case 'codec':
      return measureCodec(settings, isWanted);
    case 'allocation':
      return countAllocations(settings.allocatingMessages);
    case 'scaling':
      return measureScaling(settings.largestBytes);
    case 'kernels':
      return measureKernels(settings, isWanted);
    case 'pipeline':
      return await measureBatches(settings.rounds, settings.messages);
    case 'log':
      return await measureLog(settings.rounds, settings.messages);
    case 'pool':
      return await measureSingleMessages(settings.rounds, settings.messages);
    case 'http': {
      const { rounds, messages, connections } = settings;
      const most = { rounds: Math.min(rounds, HTTP_ROUNDS_MAX), messages: Math.min(messages, HTTP_MESSAGES_MAX) };
      return await measureHttp({ ...most, connections, say });
    }
    case 'soak':
      return [await measureSoak(settings.soakMessages)];
    case 'scale': {
      const { rounds, messages, contextsMax } = settings;
      const largestBytes = Math.min(settings.largestBytes, SEALED_BYTES_MAX);
      return await measureScale({ rounds, messages, contextsMax, largestBytes });
    }
    case 'peers':
      return measurePeers(settings);
    case 'sequences':
      return await measureSequences(settings.rounds, settings.messages);
    case 'messages':
      return await measureMessages(settings, { isWanted, told: ['xmlsec', ...beside], say });
  }
}

/** `undefined` when there is nothing more to do; says so itself. */
function readOptions(): Options | undefined {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', multiple: true },
        match: { type: 'string', multiple: true, default: [] },
        beside: { type: 'string', multiple: true, default: [] },
        quick: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        'round-ms': { type: 'string' },
        'warm-up-ms': { type: 'string' },
        messages: { type: 'string' },
        connections: { type: 'string' },
        soak: { type: 'string' },
        contexts: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(HELP);
      return undefined;
    }
    const base = values.quick ? QUICK : FULL;
    const settings = {
      ...base,
      rounds: wholeNumber('--rounds', values.rounds, base.rounds),
      roundMs: wholeNumber('--round-ms', values['round-ms'], base.roundMs),
      warmUpMs: wholeNumber('--warm-up-ms', values['warm-up-ms'], base.warmUpMs),
      messages: wholeNumber('--messages', values.messages, base.messages),
      connections: wholeNumber('--connections', values.connections, base.connections),
      soakMessages: wholeNumber('--soak', values.soak, base.soakMessages),
      contextsMax: wholeNumber('--contexts', values.contexts, base.contextsMax),
    };
    return {
      settings,
      suites: suitesOf(values.only),
      isWanted: wantedBy(values.match),
      beside: besideOf(values.beside),
      json: values.json,
    };
  } catch (error) {
    console.error(`bench: ${(error as Error).message}`);
    process.exitCode = 2;
    return undefined;
  }
}

function suitesOf(only: readonly string[] | undefined): readonly SuiteName[] {
  if (only === undefined) return SHORT_SET;
  const unknown = only.find((name) => !(SUITES as readonly string[]).includes(name));
  if (unknown !== undefined) throw new Error(`--only takes ${SUITES.join(', ')}; not '${unknown}'`);
  return SUITES.filter((name) => only.includes(name));
}

/** All, if there is nothing to match. */
function wantedBy(match: readonly string[]): Wanted {
  return (name) => match.length === 0 || match.some((text) => name.includes(text));
}

function besideOf(names: readonly string[]): readonly ToldName[] {
  const unknown = names.find((name) => !(BESIDE_NAMES as readonly string[]).includes(name));
  if (unknown !== undefined) throw new Error(`--beside takes ${BESIDE_NAMES.join(', ')}; not '${unknown}'`);
  return BESIDE_NAMES.filter((name) => names.includes(name));
}
