// What every adapter must hold with its real broker: killed and restarted brokers, killed relays, poison and oversize messages.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Outlet } from '@parley/bus';
import { expect } from 'vitest';
import { kindOf, messageAt } from './kit-messages.mjs';

/** A broker that was started, and its bus. */
export interface KitBus {
  producer(): Outlet;
  create(): Promise<void>;
  left(): Promise<number>;
  arrived(place: 'OUT' | 'DEAD'): Promise<Record<string, string>[]>;
  close(): Promise<void>;
}

export interface KitBroker {
  readonly port: number;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

export interface KitPromises {
  /** Each result arrives once, also after kills. */
  readonly once: boolean;
  /** Results of one context arrive in order, also after kills. */
  readonly orderAfterKills: boolean;
}

export interface KitRun {
  readonly adapter: string;
  readonly bus: KitBus;
  readonly broker: KitBroker;
  readonly promises: KitPromises;
  /** That runs the relays. Default: this one. */
  readonly node?: string | undefined;
  readonly messages: number;
  /** Relays that are killed while they work, and kills of the broker. */
  readonly kills: { readonly relays: number; readonly broker: number };
}

const CHILD = fileURLToPath(new URL('./relay-child.mjs', import.meta.url));
const BATCH = 250;
/** Goes along with a message to wherever it is taken. */
const INDEX_HEADER = 'kit-index';

/** Puts the messages in, relays them, and compares what arrived with what must. */
export async function runKit(run: KitRun): Promise<void> {
  const { bus, broker, messages, kills } = run;
  const startMs = Date.now();
  await bus.create();
  await produce(bus, messages, startMs);
  const configuration = JSON.stringify({ port: broker.port, startMs });
  let relay = await started(run, configuration);
  let killed = { relays: 0, broker: 0 };
  while ((await leftOf(bus)) > 0) {
    await pause(150);
    expect(relay.exitCode, 'the relay ended').toBeNull();
    if (killed.broker < kills.broker && killed.relays > 0) {
      await broker.kill();
      await pause(300);
      await broker.restart();
      killed = { ...killed, broker: killed.broker + 1 };
    } else if (killed.relays < kills.relays) {
      relay.kill('SIGKILL');
      await once(relay, 'exit');
      relay = await started(run, configuration);
      killed = { ...killed, relays: killed.relays + 1 };
    }
  }
  relay.kill('SIGTERM');
  await once(relay, 'exit');
  expect(relay.exitCode).toBe(0);
  expect(killed).toEqual(kills);
  await compare(run);
}

async function compare({ bus, messages, promises }: KitRun): Promise<void> {
  const results = (await bus.arrived('OUT')).map((headers) =>
    Number(/m(\d+)$/.exec(headers['parley-message-id'] ?? '')?.[1]),
  );
  const dead = await bus.arrived('DEAD');
  const indices = Array.from({ length: messages }, (_, index) => index);
  const good = indices.filter((index) => kindOf(index) === 'good');
  expect([...new Set(results)].sort((left, right) => left - right)).toEqual(good);
  const codes = new Set(dead.map((headers) => headers['parley-code'] ?? ''));
  const refused = indices.filter((index) => kindOf(index) !== 'good');
  const refusals = dead.map((headers) => Number(headers[INDEX_HEADER]));
  expect([...new Set(refusals)].sort((left, right) => left - right)).toEqual(refused);
  expect([...codes].filter((code) => !/^peer\.(limit|digest|document)/.test(code))).toEqual([]);
  if (promises.once) expect([results.length, dead.length]).toEqual([good.length, refused.length]);
  if (promises.orderAfterKills)
    for (const rest of [0, 1, 2]) {
      const ofContext = [...new Set(results)].filter((index) => index % 3 === rest);
      expect(ofContext).toEqual([...ofContext].sort((left, right) => left - right));
    }
}

async function produce(bus: KitBus, messages: number, startMs: number): Promise<void> {
  const producer = bus.producer();
  for (let from = 0; from < messages; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, messages - from) }, (_, offset) => {
      const index = from + offset;
      return { ...messageAt(index, startMs), headers: { [INDEX_HEADER]: String(index) }, id: `in-${index}` };
    });
    expect(await producer.send(batch)).toEqual([]);
  }
}

async function started({ adapter, node = process.execPath }: KitRun, configuration: string): Promise<ChildProcess> {
  const child = spawn(node, [CHILD, adapter, configuration], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ready = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => undefined)]);
  expect(ready, 'the relay ended before it was ready').toBeDefined();
  child.stdout.resume();
  return child;
}

/** A broker that just came back may not answer at once. */
async function leftOf(bus: KitBus): Promise<number> {
  try {
    return await bus.left();
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
