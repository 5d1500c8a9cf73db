// CXF over JMS through Artemis, as client and as server: contexts established over queues, and messages secured under them.
import { once } from 'node:events';
import { answerRequests, BusConversation } from '@parley/bus';
import { amqpRequester, amqpRequests } from '@parley/bus-amqp';
import { envelope, Initiator, MemoryContextStore, Responder, systemAmbient } from '@parley/conversation';
import type { FailedReply } from '@parley/core';
import type { OpenedMessage } from '@parley/engine';
import rhea from 'rhea';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildArtemis, startArtemis } from '../bus/artemis-server.mjs';
import { liveEndpoint } from './endpoints.ts';
import { ECHO } from './initiator-story.ts';
import { JAVA_OPTIONS } from './java-peer.ts';
import { makeLiveKeys } from './live-keys.ts';
import { build, ready, start, stop } from './live-process.ts';
import { echoService } from './parley-server.ts';

const artemis = buildArtemis();
const built = build('test/interop/build-peer.mjs', 'cxf-jms');
const keys = makeLiveKeys();
const missing = artemis.missing ?? built.missing ?? keys.missing;
const TIMEOUT_MS = 180_000;
/** A bootstrap, a generation of the specifications, a version of SOAP and a kind of JMS message each. */
const ENDPOINTS = [
  ['x509-sbe-13-12', 'byte'],
  ['asym-es-13-12', 'text'],
  ['x509-ebs-10-11', 'byte'],
] as const;
/** Whether its client shows who it is: under a symmetric binding only the service has a certificate. */
const isAnonymous = (name: string): boolean => name.startsWith('x509-');

describe.each(ENDPOINTS)('%s, %s messages', (name, type) => {
  const at = missing === undefined ? liveEndpoint('cxf', name) : undefined;
  let broker: Awaited<ReturnType<typeof startArtemis>>;
  let connection: rhea.Connection;
  const java = (role: string, queue: string) => {
    const words = [
      `broker=amqp://127.0.0.1:${broker.port}`,
      `queue=${queue}`,
      `endpoint=${name}`,
      `keys=${keys.output}`,
      `type=${type}`,
    ];
    return start('java', [
      ...JAVA_OPTIONS,
      '-Xmx512m',
      '-cp',
      built.output ?? '',
      'parley.interop.cxf.JmsMain',
      role,
      ...words,
    ]);
  };
  beforeAll(async () => {
    if (missing !== undefined) return;
    broker = await startArtemis(artemis.classPath ?? '');
    connection = rhea
      .create_container()
      .connect({ host: '127.0.0.1', port: broker.port, username: 'kit', password: 'kit', reconnect: false });
    for (const event of ['disconnected', 'connection_error', 'error']) connection.on(event, () => undefined);
  }, TIMEOUT_MS);
  afterAll(async () => {
    connection?.close();
    await broker?.remove();
  });

  test('Parley asks, CXF answers', { timeout: TIMEOUT_MS }, async (context) => {
    if (at === undefined) return context.skip(missing);
    const server = java('server', 'out');
    await ready(server, 'CXF over JMS');
    const requester = amqpRequester({
      connection,
      address: 'out',
      ...(at.soapVersion === '1.1' ? { contentType: 'text/xml; charset=utf-8' } : {}),
    });
    const { version, soapVersion, profile } = at;
    const peer = { version, soapVersion, profile, to: 'jms:queue:out', bootstrap: at.initiator() };
    const conversation = new BusConversation({
      initiator: new Initiator({ ...peer, ambient: systemAmbient }),
      requester,
      timeoutMs: 60_000,
    });
    const echoed = async (text: string): Promise<string | undefined> => {
      const asked = envelope({ action: ECHO.action, body: ECHO.write(text), to: 'jms:queue:out', soapVersion });
      const { kind, message } = await conversation.call(asked);
      return kind === 'answer' ? ECHO.read(new TextDecoder().decode(message.body)) : kind;
    };
    await conversation.establish();
    expect(await echoed('Grüße & <you>')).toBe('Grüße & <you>');
    expect(await Promise.all(['one', 'two', 'three'].map(echoed))).toEqual(['one', 'two', 'three']);
    await conversation.renew();
    expect(await echoed('renewed')).toBe('renewed');
    await conversation.cancel();
    await requester.close();
    await stop(server);
  });

  test('CXF asks, Parley answers', { timeout: TIMEOUT_MS }, async (context) => {
    if (at === undefined) return context.skip(missing);
    const refusals: FailedReply[] = [];
    const ending = new AbortController();
    const responder = new Responder({
      store: new MemoryContextStore(),
      ambient: systemAmbient,
      bootstrap: at.responder(),
      profile: at.profile,
      // interop: CXF proves no possession in Renew and Cancel, and renews what is over.
      unproven: 'same-principal',
      renewGraceMs: 300_000,
      expiredKeys: 'retain',
    });
    const service = async (message: OpenedMessage): Promise<Uint8Array | undefined> => {
      const answer = await echoService({ message, claims: [], path: '/' });
      if (answer === undefined) return undefined;
      const { action, payload } = answer;
      return envelope({ action, body: payload, relatesTo: message.messageId, soapVersion: at.soapVersion });
    };
    const answering = answerRequests({
      inlet: amqpRequests({ connection, address: 'in' }),
      responder,
      service,
      onRefused: (failure) => refusals.push(failure),
      signal: ending.signal,
    });
    const client = java('client', 'in');
    let said = '';
    client.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await once(client, 'close');
    ending.abort();
    await answering;
    const steps = [...said.matchAll(/^STEP ([^:]*): (.*)$/gm)].map(([, step, outcome = '']) => [
      step,
      /refused/.test(outcome) ? 'refused' : outcome,
    ]);
    // interop: the client proves no possession in Renew and Cancel, and a context of nobody's is not renewed without: it asks for another.
    const ended = isAnonymous(name) ? 'refused' : 'ok';
    expect(steps).toEqual([
      ['issue+call', 'ok'],
      ['call', 'ok'],
      ['renew+call', 'ok'],
      ['renewed', ended],
      ['call+cancel', 'ok'],
      ['cancelled', ended],
    ]);
    expect(refusals.map(({ code, detail }) => [code, detail['reason']])).toEqual(
      isAnonymous(name) ? Array(2).fill(['peer.authentication-failed', 'another principal']) : [],
    );
  });
});
