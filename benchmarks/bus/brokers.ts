/** The brokers that `test/interop/bus` starts, and the buses that it opens on them. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Commit, Delivery, Inlet, Outlet } from '@parley/bus';

export interface RunningBroker {
  readonly port: number;
  readonly pid: number | undefined;
  remove(): Promise<void>;
}

export interface BenchBus {
  inlet(): Inlet;
  outlet(): Outlet;
  deadLetters(): Outlet;
  producer(): Outlet;
  commit?(): Commit<Delivery>;
  create(): Promise<void>;
  close(): Promise<void>;
}

const TESTS = new URL('../../../test/interop/bus/', import.meta.url);
const TICKS_PER_SECOND = 100;

/** How each is started; it throws why there is none on this machine. */
const STARTS: Readonly<Record<string, () => Promise<RunningBroker>>> = {
  nats: () => started('nats-server.mjs', 'missingNats', 'startNats'),
  kafka: () => builtAndStarted('kafka-server.mjs', 'buildKafka', 'startKafka'),
  rabbitmq: () => started('rabbitmq-server.mjs', 'missingRabbit', 'startRabbit'),
  amqp: () => builtAndStarted('artemis-server.mjs', 'buildArtemis', 'startArtemis'),
};

/** Names of those that there are. */
export const BROKERS: readonly string[] = Object.keys(STARTS);

/** @throws Error why there is none on this machine */
export async function startBroker(name: string): Promise<RunningBroker> {
  const start = STARTS[name];
  if (start === undefined) throw new Error(`one of ${BROKERS.join(', ')}, not '${name}'`);
  return await start();
}

/** The bus of a broker that was started. */
export async function openBus(name: string, port: number): Promise<BenchBus> {
  return (await called(`${name}-bus.mjs`, 'openBus', { port })) as BenchBus;
}

/** User and system time of a broker so far, that of the processes that it has started with it. */
export function cpuUsOf({ pid }: Pick<RunningBroker, 'pid'>): number {
  let ticks = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const fields = statOf(name);
    if (Number(fields[2]) === pid) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return (ticks / TICKS_PER_SECOND) * 1e6;
}

/** Fields from the third on; none of a process that has gone. */
function statOf(process: string): readonly string[] {
  try {
    return (readFileSync(`/proc/${process}/stat`, 'utf8').split(') ')[1] ?? '').split(' ');
  } catch {
    return [];
  }
}

async function started(file: string, missingName: string, startName: string): Promise<RunningBroker> {
  const missing = (await called(file, missingName)) as string | undefined;
  if (missing !== undefined) throw new Error(missing);
  return (await called(file, startName)) as RunningBroker;
}

async function builtAndStarted(file: string, buildName: string, startName: string): Promise<RunningBroker> {
  const built = (await called(file, buildName)) as { readonly classPath?: string; readonly missing?: string };
  if (built.classPath === undefined) throw new Error(built.missing);
  return (await called(file, startName, built.classPath)) as RunningBroker;
}

/** What a function of a module of the tests gives. */
async function called(file: string, name: string, given?: unknown): Promise<unknown> {
  const module = (await import(new URL(file, TESTS).href)) as Readonly<Record<string, (given: unknown) => unknown>>;
  const run = module[name];
  if (run === undefined) throw new Error(`${file} has no ${name}`);
  return await run(given);
}
