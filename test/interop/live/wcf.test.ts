// WCF, as server and as client: a server, or a client, for each case.
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { initiatorStory } from './initiator-story.ts';
import { type LivePeer, wcfPeer } from './live-peer.ts';
import { serveParley } from './parley-server.ts';
import { WCF_ALL, WCF_RENEWING, WCF_RULES, WCF_SPREAD, type WcfRule } from './wcf-cases.ts';
import { WCF_ECHO, wcfEndpoint, wcfService } from './wcf-endpoints.ts';

const RUNS_ALL = process.env['PARLEY_LIVE'] === 'all';
const RESULTS = new URL('../../../.parley/live/', import.meta.url);
const TIMEOUT_MS = 120_000;
const TO_PEER = ['issue', 'call1', 'call2', 'renew', 'call after renew', 'cancel', 'call with cancelled'];
const peer = wcfPeer();

interface Step {
  readonly name: string;
  readonly outcome: string;
}

const rows: { readonly direction: WcfRule['direction']; readonly endpoint: string; readonly steps: readonly Step[] }[] =
  [];
const used = new Set<WcfRule>();

/** The peer, or the end of this test with the reason why there is none. */
function present(skip: (reason: string) => never): LivePeer {
  return typeof peer === 'string' ? skip(peer) : peer;
}

function stepOf(text: string): Step {
  const at = text.indexOf(': ');
  return { name: text.slice(0, at), outcome: text.slice(at + 2) };
}

/** Notes the row; what of it should be otherwise. */
function complaintsOf(direction: WcfRule['direction'], endpoint: string, texts: readonly string[]): readonly string[] {
  const steps = texts.map(stepOf);
  rows.push({ direction, endpoint, steps });
  return steps.flatMap(({ name, outcome }) => {
    const rule = WCF_RULES.find(
      (each) => each.direction === direction && each.endpoint.test(endpoint) && each.step === name,
    );
    if (rule !== undefined) used.add(rule);
    return (rule?.outcome ?? /^ok$/).test(outcome) ? [] : [`${name}: ${outcome}`];
  });
}

/** Whether a session cannot begin. */
function isOver(direction: WcfRule['direction'], name: string): boolean {
  return WCF_RULES.some(
    (rule) => rule.direction === direction && rule.endpoint.test(name) && ['issue', 'all'].includes(rule.step),
  );
}

async function callsOfPeer(live: LivePeer, name: string): Promise<{ steps: readonly string[]; received: string }> {
  const server = await serveParley([wcfEndpoint(name)], {
    service: wcfService,
    responder: { unproven: 'refuse', renewGraceMs: 0, expiredKeys: 'drop' },
  });
  try {
    const results = await live.call([name], server);
    const why = server.refusals.map(({ failure }) => `${failure.code} ${JSON.stringify(failure.detail)}`);
    return { steps: [...(results.get(name) ?? []), ...why], received: server.received.join(' ') };
  } finally {
    await server.stop();
  }
}

describe('WCF', () => {
  test.for(RUNS_ALL ? WCF_ALL : WCF_SPREAD)('to-peer: %s', { timeout: TIMEOUT_MS }, async (name, { skip }) => {
    const server = await present(skip).serve([name]);
    try {
      const steps = await initiatorStory(wcfEndpoint(name), server, WCF_ECHO);
      expect(complaintsOf('to-peer', name, steps)).toEqual([]);
      if (!isOver('to-peer', name)) expect(steps.map((step) => stepOf(step).name)).toEqual(TO_PEER);
    } finally {
      await server.stop();
    }
  });

  test.for(RUNS_ALL ? WCF_ALL : WCF_SPREAD)('from-peer: %s', { timeout: TIMEOUT_MS }, async (name, { skip }) => {
    const { steps, received } = await callsOfPeer(present(skip), name);
    expect(complaintsOf('from-peer', name, steps)).toEqual([]);
    if (isOver('from-peer', name)) return;
    // A cookie ends with its time.
    const last = name.includes('cookie') ? '' : ' cancelled';
    expect(received).toBe(`issued message message message message${last}`);
  });

  test.for(RUNS_ALL ? WCF_RENEWING : WCF_RENEWING.slice(0, 1))(
    'from-peer: %s',
    { timeout: TIMEOUT_MS },
    async (name, { skip }) => {
      const { steps, received } = await callsOfPeer(present(skip), name);
      expect(complaintsOf('from-peer', name, steps)).toEqual([]);
      expect(received).toMatch(/^issued message .*renewed message.* cancelled$/);
      expect(received.match(/message/g)).toHaveLength(4);
    },
  );

  test('what its rules let go otherwise has been seen', ({ skip }) => {
    present(skip);
    const isRun = ({ direction, endpoint }: WcfRule): boolean =>
      rows.some((row) => row.direction === direction && endpoint.test(row.endpoint));
    expect(WCF_RULES.filter((rule) => !used.has(rule) && (RUNS_ALL || isRun(rule)))).toEqual([]);
    if (RUNS_ALL) writeRows();
  });
});

/** For the matrix. */
function writeRows(): void {
  const judged = rows.map((row) => {
    const about = WCF_RULES.filter((rule) => rule.direction === row.direction && rule.endpoint.test(row.endpoint));
    return { peer: 'wcf', ...row, reasons: [...new Set(about.map(({ reason }) => reason))] };
  });
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(new URL('wcf.json', RESULTS), JSON.stringify(judged));
}
