// What clients of other implementations said, said to a responder of ours at the time that they said it.

import { randomFillSync } from 'node:crypto';
import type { Ambient, Received } from '@parley/conversation';
import { MemoryContextStore, Responder } from '@parley/conversation';
import type { SecurityContext } from '@parley/core';
import { Secret } from '@parley/core';
import { expect, test } from 'vitest';
import { partiesOf } from '../live/parties.ts';
import { recordedEndpoint } from './recorded-endpoint.ts';
import type { Exchange, RecordingName } from './recording.ts';
import { keysOf, readConversations } from './recording.ts';
import type { RecordedEndpoint } from './replay.ts';
import { Replay } from './replay.ts';

/** A clock that shows when a message was written. */
class RecordedClock implements Ambient {
  now = 0;

  nowMs(): number {
    return this.now;
  }

  fillRandom(out: Uint8Array): void {
    randomFillSync(out);
  }

  showTimeOf(message: Uint8Array): void {
    const [, created] = /Created[^>]*>\s*([^<]*?)\s*</.exec(new TextDecoder().decode(message)) ?? [];
    if (created !== undefined) this.now = Date.parse(created);
  }
}

interface Told {
  readonly name: string;
  readonly received: Received;
}

/** One conversation: contexts are those that were recorded, of whom our responder says they are. */
async function tell(endpoint: RecordedEndpoint, replay: Replay, exchanges: readonly Exchange[]): Promise<Told[]> {
  const ambient = new RecordedClock();
  const store = new MemoryContextStore();
  const responder = new Responder({
    store,
    ambient,
    bootstrap: endpoint.responder(),
    profile: endpoint.profile,
    unproven: 'same-principal',
    renewGraceMs: 86_400_000,
    keysPerContextMax: 20,
  });
  const told: Told[] = [];
  let principal: string | undefined;
  for (const exchange of exchanges) {
    const [request] = replay.take(exchange);
    if (request === undefined || request.outcome === 'fast infoset' || request.outcome === 'empty') continue;
    ambient.showTimeOf(exchange.request);
    const channel = { secure: true, client: CLIENT, soapAction: actionOf(exchange) };
    const received = await responder.receive(exchange.request, channel);
    told.push({ name: request.name, received });
    if (received.kind === 'issued') principal = received.principal;
    for (const context of replay.contexts) await keep(store, { ...context, principal });
  }
  return told;
}

const CLIENT = 'CN=client';

function actionOf({ requestType }: Exchange): string | undefined {
  return /action="?([^";]*)/.exec(requestType ?? '')?.[1];
}

/** As it was recorded, whatever ours has made of it. */
async function keep(store: MemoryContextStore, context: SecurityContext): Promise<void> {
  const keys = context.keys.map((key) => ({ ...key, secret: key.secret.lend((octets) => Secret.copyOf(octets)) }));
  const isNew = await store.insert({ ...context, keys });
  if (!isNew) await store.update(context.identifier, (current) => ({ ...current, ...context, keys }));
}

const RECORDINGS: readonly RecordingName[] = ['cxf', 'liberty', 'metro', 'rampart', 'wcf'];
const RUNS_ALL = process.env['PARLEY_ATTACKS'] === 'all';
/** Otherwise, one endpoint of so many. */
const SHARE = 4;

/** What is to come of a request, after those before it in its conversation. */
function expected(recording: RecordingName, name: string, before: readonly string[]): string {
  const [endpoint = '', , kind = ''] = name.split(' ');
  const isOver = before.includes('cancelled');
  // Nobody has established it, and its key is not proven: CXF renews and cancels so.
  const isNobodys = recording === 'cxf' && endpoint.startsWith('x509-');
  // Without a context, each message is under the bootstrap.
  if (recording === 'wcf' && kind === 'call' && !before.includes('issued')) return 'peer.keyinfo-forbidden';
  switch (kind) {
    case 'issue':
      return 'issued';
    case 'renew':
      return isNobodys ? 'peer.authentication-failed' : 'renewed';
    case 'cancel':
      return isNobodys ? 'peer.authentication-failed' : 'cancelled';
    default:
      return isOver ? 'peer.bad-context' : 'message';
  }
}

test.each(RECORDINGS)('%s: every request is what its sender meant', async (recording) => {
  const { folder, password } = keysOf(recording);
  const parties = partiesOf(folder, password);
  const all = [...readConversations(recording)];
  const kinds = new Set<string>();
  for (const [name, exchanges] of all.filter((_, index) => RUNS_ALL || index % SHARE === 0)) {
    const endpoint = recordedEndpoint(recording, name, parties);
    let before: string[] = [];
    for (const { name: request, received } of await tell(endpoint, new Replay(endpoint, parties), exchanges)) {
      const isRefused = received.kind === 'refused';
      const outcome = isRefused ? received.failure.code : received.kind;
      // Another conversation of the same client begins.
      if (outcome === 'issued') before = [];
      const detail = isRefused ? JSON.stringify(received.failure.detail) : '';
      expect(outcome, `${request} ${detail}`).toBe(expected(recording, request, before));
      before.push(outcome);
      kinds.add(received.kind);
    }
  }
  expect([...kinds]).toEqual(expect.arrayContaining(['issued', 'message', 'cancelled']));
});
