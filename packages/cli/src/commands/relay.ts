import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import type { RelayOptions as BusRelay, Delivery, Inlet, Opener, Outlet, Sealer, Stage } from '@parley/bus';
import { opening, relay as relayed, resealing, sealing, verifying } from '@parley/bus';
import { Fault } from '@parley/core';
import { jsonLine } from '@parley/core/internal';
import { createPool, policyOf, sealProfile } from '@parley/engine';
import type { RelayOptions } from '../declarations/relay-command.ts';
import { isForPool } from '../judging/judge.ts';
import { openContexts } from '../options/contexts-option.ts';
import type { GivenAddress } from '../relay/given-address.ts';
import type { Patience } from '../relay/patience.ts';
import type { Deed, RelayFile } from '../relay/relay-file.ts';
import { DEEDS, RELAY_SCHEMA, readRelayFile } from '../relay/relay-file.ts';
import { inletOf, outletOf } from '../relay/schemes.ts';
import { endingOf } from '../terminal/ending.ts';
import { ExitStatus } from '../terminal/exit-status.ts';
import type { Terminal } from '../terminal/terminal.ts';

const METRICS_EVERY_MS = 10_000;

/** `parley relay`: until it is told to end; what is under way is finished. */
export async function relay(options: RelayOptions, terminal: Terminal): Promise<ExitStatus> {
  if (options.schema === true) {
    await terminal.stdout.line(JSON.stringify(RELAY_SCHEMA, undefined, 2));
    return ExitStatus.ok;
  }
  const file = options.config === undefined ? undefined : await readRelayFile(options.config);
  const given = settingsOf(options, file?.content ?? {});
  const policy = policyOf(given.profile ?? 'strict', given.policy);
  if (!isForPool(policy))
    throw new Fault('caller.option-invalid', { option: 'profile', reason: 'passwords are not judged on a bus' });
  const contexts = await openContexts(given, terminal, true);
  const credentials = file?.credentials?.pool;
  const open: { close(): Promise<void> }[] = [];
  const kept = <T extends { close(): Promise<void> }>(port: T): T => {
    open.push(port);
    return port;
  };
  try {
    const { workers = availableParallelism() } = given;
    const resolver = contexts ?? { get: async () => undefined };
    const pool = kept(
      createPool({
        policy,
        contexts: resolver,
        workers,
        ...(credentials && { credentials }),
      }),
    );
    // Nothing is connected before all that is given is known to do.
    const stage = stageOf(given, pool, terminal);
    const patience = patienceOf(given, terminal);
    const ports = {
      inlet: kept(await inletOf(givenAddress('from', options, given), patience)),
      outlet: kept(await outletOf(givenAddress('to', options, given), patience)),
      deadLetters: kept(await outletOf(givenAddress('deadLetters', options, given), patience)),
    };
    await run(ports, stage, terminal);
  } finally {
    for (const each of open.reverse()) await each.close();
    await contexts?.close();
    await terminal.stderr.flush();
  }
  return ExitStatus.ok;
}

/** The file, and over it the options. @throws Fault `caller.option-invalid` */
function settingsOf(options: RelayOptions, content: RelayFile): RelayFile & { readonly do: Deed } {
  const named = DEEDS.filter((deed) => options[deed] === true);
  if (named.length > 1)
    throw new Fault('caller.option-invalid', { reason: `one of ${DEEDS.map((deed) => `--${deed}`).join(', ')}` });
  const deed = named[0] ?? content.do;
  if (deed === undefined)
    throw new Fault('caller.option-invalid', {
      option: 'do',
      reason: `give one of ${DEEDS.map((each) => `--${each}`).join(', ')}, or do in the --config file`,
    });
  const { from, to, deadLetters, wait: waitSeconds } = options;
  const over = Object.entries({ from, to, deadLetters, waitSeconds }).filter(([, value]) => value !== undefined);
  return { ...content, ...Object.fromEntries(over), do: deed };
}

function patienceOf({ waitSeconds }: RelayFile, terminal: Terminal): Patience {
  return {
    waitMaxMs: waitSeconds === undefined ? undefined : waitSeconds * 1000,
    tell: (waiting) => told(terminal, waiting),
  };
}

/** A line of JSON on standard error, at once. */
async function told({ stderr }: Terminal, line: object): Promise<void> {
  await stderr.line(jsonLine(line));
  await stderr.flush();
}

const FLAGS = { from: '--from', to: '--to', deadLetters: '--dead-letters' } as const;

/** @throws Fault `caller.option-invalid` nothing says it */
function givenAddress(
  name: keyof typeof FLAGS,
  { [name]: over, config = '' }: RelayOptions,
  file: RelayFile,
): GivenAddress {
  if (over !== undefined) return { text: over, option: FLAGS[name], folder: '.' };
  const { [name]: text } = file;
  if (text === undefined) throw new Fault('caller.option-invalid', { option: FLAGS[name], reason: 'is missing' });
  return { text, option: name, file: config, folder: dirname(config) };
}

/** @throws Fault `caller.option-invalid` */
function stageOf(
  { do: deed, at, seal }: RelayFile & { readonly do: Deed },
  pool: Opener & Sealer,
  terminal: Terminal,
): Stage {
  const proof = { pool, nowMs: () => terminal.nowMs(), at };
  if (deed === 'verify') return verifying(proof);
  if (deed === 'open') return opening(proof);
  if (seal === undefined)
    throw new Fault('caller.option-invalid', {
      option: `--${deed}`,
      reason: 'the --config file has to say under which context: seal: { context: … }',
    });
  const { context: identifier, profile = 'cxf', lifetimeSeconds = 300 } = seal;
  const request = () => ({
    ...sealProfile(profile, 'request'),
    identifier,
    atMs: terminal.nowMs(),
    timestampLifetimeMs: lifetimeSeconds * 1000,
  });
  return deed === 'seal' ? sealing({ pool, request }) : resealing({ ...proof, sealer: pool, request });
}

/** Relays until a signal, and says every ten seconds how far it is, and at last what became of all. */
async function run(
  ports: { readonly inlet: Inlet; readonly outlet: Outlet; readonly deadLetters: Outlet },
  stage: Stage,
  terminal: Terminal,
): Promise<void> {
  using ending = endingOf(terminal);
  const tell = (line: object): Promise<void> => told(terminal, line);
  const counts = { results: 0, refused: 0 };
  const onSettled: BusRelay<Delivery>['onSettled'] = ({ refused }) => {
    if (refused === undefined) counts.results++;
    else counts.refused++;
  };
  const metrics = setInterval(() => void tell({ event: 'relayed', ...counts }), METRICS_EVERY_MS);
  try {
    await tell({ event: 'relaying' });
    const summary = await relayed({ ...ports, stage, signal: ending.signal, onSettled });
    await tell({ event: 'ended', ...summary });
  } finally {
    clearInterval(metrics);
  }
}
