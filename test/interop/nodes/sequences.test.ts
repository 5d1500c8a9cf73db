// A sequence served by three nodes behind a balancer, which share Redis or PostgreSQL: messages are sent again to other nodes while the first is at work,
// and nodes are killed meanwhile.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { symmetricX509 } from '@parley/conversation';
import { Certificate, DEFAULT_LIMITS } from '@parley/core';
import { connect } from '@parley/http';
import { Agent } from 'undici';
import { expect, test } from 'vitest';
import { Cluster, KEYS, type Kind, missing } from './cluster.ts';

/** All of it, or what `npm test` has time for. */
const RUNS_ALL = process.env['PARLEY_LIVE'] === 'all';
const MESSAGES = RUNS_ALL ? 2000 : 60;
const KILLS = RUNS_ALL ? 20 : 2;
const AT_ONCE = 8;
const SERVERS = RUNS_ALL ? (['Redis', 'PostgreSQL'] as const) : (['Redis'] as const);
const KINDS: readonly Kind[] = SERVERS.map((server) => ({ server, contexts: 'shared', sequences: { leaseMs: 1000 } }));
/** Soon enough that most are sent again while they are handed over. */
const PACE = { retransmitAfterMs: 30, retransmitAfterMaxMs: 400, attemptTimeoutMs: 5000 };
const ECHO = /<e:Echo[^>]*>([^<]*)</;

test.for(KINDS)(
  `T109: ${MESSAGES} messages of one sequence to any of three nodes, which are killed ${KILLS} times: each handed over, in order, and again only what a node had begun: $server`,
  { timeout: RUNS_ALL ? 300_000 : 90_000 },
  async (kind, { skip }) => {
    const lacking = missing(kind);
    if (lacking !== undefined) skip(lacking);
    const cluster = await Cluster.start(kind);
    const [service] = Certificate.readPem(readFileSync(path.join(KEYS, 'bob.pem')), DEFAULT_LIMITS);
    const bootstrap = symmetricX509.initiator({ service: { certificate: service!, reference: 'thumbprint' } });
    // A connection for each message, so that the balancer has a choice each time.
    const dispatcher = new Agent({ pipelining: 0 });
    const conversation = await connect(cluster.url().href, { bootstrap, reliable: PACE, dispatcher });
    let next = 1;
    const line = async (): Promise<void> => {
      while (next <= MESSAGES) {
        const number = next++;
        const payload = new TextEncoder().encode(`<e:Echo xmlns:e="urn:app">${number}</e:Echo>`);
        const answer = await conversation.call('urn:app/Echo', payload);
        expect(ECHO.exec(new TextDecoder().decode(answer?.message.body))?.[1]).toBe(`re ${number}`);
      }
    };
    const calling = Promise.all(Array.from({ length: AT_ONCE }, line));
    for (let kill = 1; kill <= KILLS; kill++) {
      while (cluster.delivered().length < (kill * MESSAGES) / (KILLS + 1)) await pause(20);
      // The one that is at work: it may keep the sequence for as long as there is something to hand over.
      const atWork = cluster.nodes[Number(/\d$/.exec(cluster.delivered().at(-1)?.node ?? '')?.[0])]!;
      await atWork.kill();
      await atWork.start();
    }
    await calling;
    const { transmissions = 0 } = conversation.reliableStats ?? {};
    await conversation.close();
    const delivered = cluster.delivered().map(({ text }) => Number(text));
    expect([...new Set(delivered)]).toEqual(Array.from({ length: MESSAGES }, (_, index) => index + 1));
    expect(delivered).toEqual([...delivered].sort((left, right) => left - right));
    expect(delivered.length - MESSAGES).toBeLessThanOrEqual(KILLS);
    expect(new Set(cluster.delivered().map(({ node }) => node)).size).toBeGreaterThan(1);
    // Most were under way several times, or nothing of this was tried.
    expect(transmissions).toBeGreaterThan(MESSAGES);
    await dispatcher.close();
    await cluster.end();
  },
);
