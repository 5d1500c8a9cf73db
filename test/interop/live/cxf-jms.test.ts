// CXF over JMS through Artemis, as server: contexts established over queues, and messages secured under them.
import { BusConversation } from '@parley/bus';
import { amqpRequester } from '@parley/bus-amqp';
import { envelope, Initiator, systemAmbient } from '@parley/conversation';
import rhea from 'rhea';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildArtemis, startArtemis } from '../bus/artemis-server.mjs';
import { liveEndpoint } from './endpoints.ts';
import { ECHO } from './initiator-story.ts';
import { JAVA_OPTIONS } from './java-peer.ts';
import { makeLiveKeys } from './live-keys.ts';
import { build, ready, start, stop } from './live-process.ts';

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
});
