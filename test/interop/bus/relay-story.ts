// What the command must hold on every bus: ended while it works and started again, nothing is lost and nothing comes twice.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Delivery, Inlet, Outlet } from '@parley/bus';
import { envelope } from '@parley/conversation';
import type { SecurityContext } from '@parley/core';
import { contextOf, unwrap } from '@parley/core';
import { seal, sealProfile } from '@parley/engine';
import { keysText } from '@parley/log';
import { expect } from 'vitest';
import { inlinePool } from '../../bus/secured.ts';
import { startRelay } from './relay-process.ts';

type Deed = 'verify' | 'open' | 'seal' | 'reseal';
type Place = 'from' | 'to' | 'deadLetters';

/** Three queues of a bus that nobody else uses: their addresses for the command, and what fills and reads them. */
export interface CommandBus {
  readonly addresses: Readonly<Record<Place, string>>;
  readonly producer: Outlet;
  readonly results: Inlet;
  readonly refused: Inlet;
}

const MESSAGES = 600;
/** The first relay finds so many, the second what that one left and what came meanwhile. */
const BEFORE = 500;
/** One of so many is not what the deed takes. */
const BAD_EVERY = 40;
const indices = Array.from({ length: MESSAGES }, (_, index) => index);
const isBad = (index: number): boolean => index % BAD_EVERY === 7;
const GOOD = indices.filter((index) => !isBad(index));
const BAD = indices.filter(isBad);

/** The first relay is ended with its first result by SIGTERM, the second, with its options in the file, by SIGINT once all has arrived. */
export async function commandOn({ addresses, producer, results, refused }: CommandBus, deed: Deed): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'parley-relay-'));
  const ending = new AbortController();
  try {
    const [partner, inside] = [context('partner', 1), context('inside', 2)];
    writeFileSync(path.join(folder, 'keys.json'), keysText([partner, inside]));
    const settings = { keys: 'keys.json', profile: 'cxf', workers: 1, seal: { context: inside.identifier } };
    const fileOf = (name: string, content: object): string => {
      writeFileSync(path.join(folder, name), JSON.stringify({ ...settings, ...content }));
      return path.join(folder, name);
    };
    const inputs = indices.map((index) => (deed === 'seal' ? plain(index) : secured(partner, index)));
    for (const index of BAD) spoil(inputs[index]!, deed);
    const headers = { sender: 'kept' };
    const given = inputs.map((octets, index) => ({ id: `in-${index}`, octets, headers, key: partner.identifier }));
    expect(await producer.send(given.slice(0, BEFORE))).toEqual([]);
    const arrived = results.deliveries(ending.signal)[Symbol.asyncIterator]();
    const dead = refused.deliveries(ending.signal)[Symbol.asyncIterator]();

    const options = ['--from', addresses.from, '--to', addresses.to, '--dead-letters', addresses.deadLetters];
    const first = startRelay(['--config', fileOf('bare.json', {}), ...options, `--${deed}`]);
    const taken = [await next(arrived)];
    first.child.kill('SIGTERM');
    const firstEnd = await first.ended;
    expect([firstEnd.status, firstEnd.lines.at(-1)]).toEqual([0, expect.objectContaining({ event: 'ended' })]);
    expect(await producer.send(given.slice(BEFORE))).toEqual([]);
    const second = startRelay(['--config', fileOf('whole.json', { ...addresses, do: deed })]);
    while (taken.length < GOOD.length) taken.push(await next(arrived));
    const letters: Delivery[] = [];
    while (letters.length < BAD.length) letters.push(await next(dead));
    second.child.kill('SIGINT');
    const secondEnd = await second.ended;
    expect([secondEnd.status, secondEnd.lines.at(0)]).toEqual([0, { event: 'relaying' }]);

    const handedOn = [firstEnd, secondEnd].map(({ lines }) => Number(lines.at(-1)?.['results']));
    expect(handedOn[0]! + handedOn[1]!).toBe(GOOD.length);
    expect(await numbers(taken, deed, inputs, [partner, inside])).toEqual(GOOD);
    expect(new Set(letters.map(({ headers: { 'parley-verdict': verdict } }) => verdict))).toEqual(new Set(['refused']));
    expect(letters.every(({ headers: { 'parley-code': code } }) => /^(?:peer|caller)\./.test(code ?? ''))).toBe(true);
    const back = letters.map(({ octets }) => inputs.findIndex((input) => Buffer.compare(octets, input) === 0));
    expect(back.sort((left, right) => left - right)).toEqual(BAD);
    expect([...taken, ...letters].every(({ headers: { sender } }) => sender === 'kept')).toBe(true);
    await results.acknowledge(taken);
    await refused.acknowledge(letters);
  } finally {
    ending.abort();
    rmSync(folder, { recursive: true });
  }
}

function context(name: string, filling: number): SecurityContext {
  const secret = new Uint8Array(32).fill(filling);
  const [createdAtMs, expiresAtMs] = [Date.now() - 60_000, Date.now() + 3_600_000];
  return contextOf({ identifier: `urn:uuid:${name}`, secret, createdAtMs, expiresAtMs });
}

function plain(index: number): Uint8Array {
  const body = `<Order xmlns="urn:m" n="${index}"/>`;
  return envelope({ action: 'urn:m/Order', to: 'urn:service', messageId: `urn:uuid:m${index}`, body });
}

function secured(of: SecurityContext, index: number): Uint8Array {
  const fillRandom = (out: Uint8Array): void => void crypto.getRandomValues(out);
  const times = { atMs: Date.now(), timestampLifetimeMs: 600_000 };
  return unwrap(seal(plain(index), { ...sealProfile('cxf', 'request'), context: of, ...times, fillRandom })).octets;
}

/** What is to be sealed is no envelope any more; what was secured is changed on its way. */
function spoil(octets: Uint8Array, deed: Deed): void {
  octets[deed === 'seal' ? 0 : octets.length - 60]! ^= 1;
}

/** Which messages these are, by what is proven of them: sorted, and as often as they came. */
async function numbers(
  taken: readonly Delivery[],
  deed: Deed,
  inputs: readonly Uint8Array[],
  [partner, inside]: readonly [SecurityContext, SecurityContext],
): Promise<number[]> {
  // Under which context they are now.
  const known = deed === 'verify' ? partner : inside;
  await using pool = inlinePool(known);
  const bodies = await Promise.all(
    taken.map(async ({ octets }) =>
      deed === 'open' ? octets : unwrap(await pool.open({ message: octets, atMs: Date.now() })).body,
    ),
  );
  const found = bodies.map((body) => Number(/ n="(\d+)"/.exec(new TextDecoder().decode(body))?.[1]));
  if (deed === 'verify')
    for (const [at, { octets }] of taken.entries()) expect(Buffer.compare(octets, inputs[found[at]!]!)).toBe(0);
  return found.sort((left, right) => left - right);
}

async function next(deliveries: AsyncIterator<Delivery>): Promise<Delivery> {
  const read = await deliveries.next();
  if (read.done === true) throw new Error('no more');
  return read.value;
}
