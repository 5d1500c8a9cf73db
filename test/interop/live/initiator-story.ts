/** Parley's side against the server of a peer: issue, calls, renew, calls, cancel, use after cancel; each step with its outcome. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { SecurityContext } from '@parley/core';
import { Fault, Secret } from '@parley/core';
import type { ConnectOptions, Conversation } from '@parley/http';
import { connect } from '@parley/http';
import type { LiveEndpoint } from './endpoints.ts';
import { liveKeys } from './live-keys.ts';
import type { RunningServer, Steps } from './live-peer.ts';

export interface EchoShape {
  readonly action: string;
  /** The element to send. */
  write(text: string): string;
  /** What came back. */
  read(body: string): string | undefined;
}

/** The echo of the Java peers. */
export const ECHO: EchoShape = {
  action: 'urn:peer:echo/echo',
  write: (text) => `<e:echo xmlns:e="urn:peer:echo"><e:text>${escaped(text)}</e:text></e:echo>`,
  read: (body) => unescaped(/<(?:\w+:)?text[^>]*>([^<]*)</.exec(body)?.[1]),
};

/** A step is `name: ok`, or `name: ` and what went wrong. */
export async function initiatorStory(
  at: LiveEndpoint,
  server: Pick<RunningServer, 'http' | 'https'>,
  shape = ECHO,
): Promise<Steps> {
  const steps: string[] = [];
  const url = `${at.isOverTls ? server.https : server.http}/${at.name}`;
  const options: ConnectOptions = {
    bootstrap: at.initiator(),
    profile: at.profile,
    version: at.version,
    soapVersion: at.soapVersion,
    entropy: at.entropy,
    secure: at.isSecure ?? at.isOverTls,
    appliesTo: url,
    tls: { ca: readFileSync(path.join(liveKeys(), 'ca.pem')) },
    reestablish: false,
    cancel: false,
    ...(at.reliable !== undefined && {
      reliable: { sequenceVersion: at.reliable, inactivityMs: at.inactivityMs },
    }),
  };
  const step = async (name: string, work: () => Promise<string | undefined>): Promise<boolean> => {
    try {
      const trouble = await work();
      steps.push(`${name}: ${trouble ?? 'ok'}`);
      return trouble === undefined;
    } catch (error) {
      steps.push(`${name}: ${describe(error)}`);
      return false;
    }
  };
  const silenceMs = 1.5 * (at.inactivityMs ?? 0);
  if (at.isContextless === true) {
    await contextlessStory(url, { ...options, establish: 'none' }, step, { shape, silenceMs });
    return steps;
  }
  const echo = async (on: Conversation, name: string): Promise<string | undefined> => await echoed(on, name, shape);
  let conversation: Conversation | undefined;
  await step('issue', async () => {
    conversation = await connect(url, options);
    return undefined;
  });
  if (conversation === undefined) return steps;
  const live = conversation;
  await step('call1', () => echo(live, 'call1'));
  await pause(silenceMs);
  await step('call2', () => echo(live, 'call2'));
  await step('renew', async () => {
    await live.renew();
    return undefined;
  });
  await step('call after renew', () => echo(live, 'call after renew'));
  const kept = copyOf(live.context);
  const { tokenId } = live;
  await step('cancel', async () => {
    await live.cancel();
    return undefined;
  });
  await step('call with cancelled', async () => {
    const { reliable: _, ...plain } = options;
    const dead = await connect(url, { ...plain, context: kept, ...(tokenId !== undefined && { tokenId }) });
    try {
      const trouble = await echo(dead, 'dead');
      return trouble === undefined ? 'ANSWERED' : undefined;
    } catch (error) {
      return isRefusal(error) ? undefined : describe(error);
    } finally {
      await dead.close();
    }
  });
  await live.close();
  return steps;
}

type Step = (name: string, work: () => Promise<string | undefined>) => Promise<boolean>;

/** Calls in a sequence, and its end: there is nothing else that such a conversation could have. */
async function contextlessStory(
  url: string,
  options: ConnectOptions,
  step: Step,
  { shape, silenceMs }: { readonly shape: EchoShape; readonly silenceMs: number },
): Promise<void> {
  const conversation = await connect(url, options);
  await step('call1', () => echoed(conversation, 'call1', shape));
  await pause(silenceMs);
  await step('call2', () => echoed(conversation, 'call2', shape));
  await step('end', async () => {
    await conversation.cancel();
    return undefined;
  });
  await conversation.close();
}

async function echoed(on: Conversation, name: string, shape: EchoShape): Promise<string | undefined> {
  const text = `Grüße & <${name}>`;
  const answer = await on.call(shape.action, new TextEncoder().encode(shape.write(text)));
  if (answer === undefined) return 'no answer';
  if (answer.fault !== undefined) return `fault ${answer.fault.faultCode}`;
  const got = shape.read(new TextDecoder().decode(answer.message.body));
  return got === text ? undefined : `another answer: ${got}`;
}

function isRefusal(error: unknown): boolean {
  return error instanceof Fault && (error.code === 'peer.soap-fault' || error.code === 'peer.http-answer');
}

function describe(error: unknown): string {
  return error instanceof Fault ? `${error.code} ${JSON.stringify(error.detail)}` : String(error);
}

function copyOf(context: SecurityContext | undefined): SecurityContext {
  if (context === undefined) throw new Error('no context');
  const keys = context.keys.map((key) => ({ ...key, secret: key.secret.lend((octets) => Secret.copyOf(octets)) }));
  return { ...context, keys };
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

export function unescaped(text: string | undefined): string | undefined {
  return text?.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
