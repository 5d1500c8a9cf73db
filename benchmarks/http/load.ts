/** Secured calls, made before they are sent, and the load that sends each of them once. */
import { readFileSync } from 'node:fs';
import { envelope, Initiator, peerProfile, symmetricX509, systemAmbient } from '@parley/conversation';
import { Certificate, DEFAULT_LIMITS, unwrap } from '@parley/core';
import autocannon from 'autocannon';

export const PAYLOAD: string = `<e:echo xmlns:e="urn:peer:echo"><e:text>${'parley '.repeat(700)}</e:text></e:echo>`;
const ACTION = 'urn:peer:echo/echo';
const TYPE = `application/soap+xml; charset=utf-8; action="${ACTION}"`;

/** `count` calls under one context with the service at `url`; what it knows us by is its certificate. */
export async function securedCalls(url: string, keys: string, count: number): Promise<readonly Buffer[]> {
  const [certificate] = Certificate.readPem(readFileSync(`${keys}/server.pem`), DEFAULT_LIMITS);
  if (certificate === undefined) throw new Error('no certificate');
  const initiator = new Initiator({
    version: '200512',
    soapVersion: '1.2',
    to: url,
    appliesTo: url,
    ambient: systemAmbient,
    profile: peerProfile('cxf', 'Basic256', { encrypt: 'body' }),
    bootstrap: symmetricX509.initiator({ service: { certificate, reference: 'thumbprint' } }),
    openRequestsMax: count + 1,
  });
  const channel = { secure: false };
  const issue = unwrap(initiator.requestIssue(channel));
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': TYPE.replace(ACTION, issue.soapAction) },
    body: Buffer.from(issue.octets),
  });
  unwrap(initiator.receive(new Uint8Array(await answer.arrayBuffer()), issue, channel));
  return Array.from({ length: count }, () => {
    const call = envelope({ action: ACTION, to: url, body: PAYLOAD });
    return Buffer.from(unwrap(initiator.requestCall(call)).octets);
  });
}

export interface Figures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers that were none of 200. */
  readonly failed: number;
  /** Microseconds of CPU of who sent them: all threads, all calls. */
  readonly cpuUs: number;
}

/** Sends each of `bodies` once, over `connections` at a time. */
export async function load(url: string, bodies: readonly Buffer[], connections: number): Promise<Figures> {
  const share = Math.floor(bodies.length / connections);
  let next = 0;
  const began = performance.now();
  const beganCpu = process.cpuUsage();
  const result = await autocannon({
    url,
    method: 'POST',
    connections,
    amount: share * connections,
    headers: { 'content-type': TYPE },
    timeout: 60,
    setupClient: (client) => {
      const mine = bodies.slice(next, next + share);
      next += share;
      client.setRequests(mine.map((body) => ({ method: 'POST', body, headers: { 'content-type': TYPE } })));
    },
  });
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(beganCpu);
  return {
    perSecond: Math.round(result['2xx'] / seconds),
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    failed: result.non2xx + result.errors,
    cpuUs: user + system,
  };
}
