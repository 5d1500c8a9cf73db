// Who calls a service and does not give up at once: it sends the same octets again, as whoever heard no answer does.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { envelope, Initiator, type OutgoingRequest, symmetricX509, systemAmbient } from '@parley/conversation';
import { Certificate, DEFAULT_LIMITS, Fault, unwrap } from '@parley/core';
import { type IncomingMessage, post } from '@parley/http';
import { Agent } from 'undici';
import { KEYS } from './cluster.ts';

const CHANNEL = { secure: false };
const BOUNDS = { answerTimeoutMs: 10_000, answerBytesMax: 100_000 };
const TRIES = 6;
/** A connection for each message, so that a balancer has a choice each time. */
const ANEW = new Agent({ pipelining: 0 });

const [service] = Certificate.readPem(readFileSync(path.join(KEYS, 'bob.pem')), DEFAULT_LIMITS);
const bootstrap = symmetricX509.initiator({ service: { certificate: service!, reference: 'thumbprint' } });

/** Whether one try was answered: proven, unless a fault came to a try before it, after which no answer is awaited. */
export async function sent(initiator: Initiator, request: OutgoingRequest, url: URL): Promise<boolean> {
  try {
    const answer = await posted(request, url, ANEW);
    const outcome = initiator.receive(answer.octets, request, CHANNEL);
    return answer.status === 200 && (outcome.ok || outcome.code === 'caller.context-unusable');
  } catch (error) {
    if (error instanceof Fault && error.code.startsWith('peer.http-')) return false;
    throw error;
  }
}

/** Of a service at `url`; whoever has no context yet asks until there is one. */
export async function connected(url: URL): Promise<Initiator> {
  for (;;) {
    const options = { version: '200512', soapVersion: '1.2', to: 'http://nodes.example/echo' } as const;
    const initiator = new Initiator({ ...options, ambient: systemAmbient, bootstrap });
    if (await sent(initiator, unwrap(initiator.requestIssue(CHANNEL)), url)) return initiator;
    initiator.close();
    await pause(50);
  }
}

export function call(initiator: Initiator, text: string): OutgoingRequest {
  const body = `<e:Echo xmlns:e="urn:app">${text}</e:Echo>`;
  return unwrap(initiator.requestCall(envelope({ action: 'urn:app/Echo', body, to: 'http://nodes.example/echo' })));
}

/** Whether a call was answered, though it may have been sent some times. */
export async function answered(initiator: Initiator, text: string, url: URL): Promise<boolean> {
  const request = call(initiator, text);
  for (let tries = 0; tries < TRIES; tries++) {
    if (await sent(initiator, request, url)) return true;
    await pause(20 * tries);
  }
  initiator.forget(request);
  return false;
}

export async function cancelled(initiator: Initiator, url: URL): Promise<boolean> {
  return await sent(initiator, unwrap(initiator.requestCancel(CHANNEL)), url);
}

/** The status of an answer to octets that anybody may show. */
export async function statusOf(request: OutgoingRequest, url: URL, agent: Agent): Promise<number> {
  return (await posted(request, url, agent)).status;
}

async function posted({ octets, soapAction }: OutgoingRequest, url: URL, agent: Agent): Promise<IncomingMessage> {
  return await post(url, { octets, soapAction, soapVersion: '1.2' }, agent, BOUNDS, undefined);
}
