// Calls of a reliable conversation that nobody waits for any longer, before their messages have arrived: what follows does not wait for them.
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { DEFAULT_LIMITS } from '@parley/core';
import type { Service } from '@parley/http';
import { connect } from '@parley/http';
import { Agent } from 'undici';
import { expect, test, vi } from 'vitest';
import { echo, payload, serve, WAYS } from './http-fixture.ts';

const way = (): ReturnType<(typeof WAYS)[string]> => WAYS['the service’s certificate']!();
const WITHIN = { timeout: 30_000 };
const FAULT = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text xml:lang="en">away</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>`;

/** Where messages go while there is trouble: connections are cut, or whoever answers is nobody in particular. */
async function elsewhere(isCut: boolean): Promise<http.Server> {
  const server = http.createServer((request, response) => {
    if (isCut) request.socket.destroy();
    else response.writeHead(500, { 'content-type': 'application/soap+xml; charset=utf-8' }).end(FAULT);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

test.each([
  ['200512', '1.2', 'cut', 'caller.aborted'],
  ['200502', '1.1', 'cut', 'caller.aborted'],
  ['200512', '1.2', 'a fault', 'peer.soap-fault'],
] as const)(
  'a message whose call has ended before it arrived arrives all the same: %s, SOAP %s, %s',
  async (version, soapVersion, kind, code) => {
    const numbers: (number | undefined)[] = [];
    const noting: Service = (call) => {
      numbers.push(call.sequence?.number);
      return echo(call);
    };
    const service = await serve(way(), undefined, {}, noting, undefined, { sequences: {} });
    const other = await elsewhere(kind === 'cut');
    const origin = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    let isInTrouble = false;
    let inTrouble = 0;
    const agent = new Agent();
    const dispatcher = agent.compose((dispatch) => (options, handler) => {
      if (!isInTrouble) return dispatch(options, handler);
      inTrouble++;
      return dispatch({ ...options, origin }, handler);
    });
    const reliable = { retransmitAfterMs: 20, retransmitAfterMaxMs: 50 };
    const conversation = await connect(service.url, { ...way().client, version, soapVersion, reliable, dispatcher });
    await conversation.call('urn:app/Echo', payload('one'));
    isInTrouble = true;
    const stop = new AbortController();
    const left = conversation.call('urn:app/Echo', payload('left'), { signal: stop.signal });
    left.catch(() => undefined);
    await vi.waitUntil(() => inTrouble > 0, WITHIN);
    stop.abort();
    await expect(left).rejects.toMatchObject({ code });
    const before = inTrouble;
    // Nobody asks for it, and it is sent again.
    await vi.waitUntil(() => inTrouble > before + 1, WITHIN);
    isInTrouble = false;
    const answer = await conversation.call('urn:app/Echo', payload('two'));
    expect(new TextDecoder().decode(answer?.message.body)).toContain('two');
    expect(numbers).toEqual([1, 2, 3]);
    await conversation.close();
    expect(service.refusals).toEqual([]);
    await service.stop();
    await agent.close();
    other.close();
    other.closeAllConnections();
  },
);

test('a message that cannot be sent ends its sequence, and the next call begins another', async () => {
  const service = await serve(way(), undefined, {}, echo, undefined, { sequences: {} });
  const reliable = { retransmitAfterMs: 20 };
  const conversation = await connect(service.url, { ...way().client, reliable });
  await conversation.call('urn:app/Echo', payload('one'));
  const { depthMax } = DEFAULT_LIMITS;
  // Deeper by its envelope than a message may be.
  const deep = new TextEncoder().encode('<e>'.repeat(depthMax) + '</e>'.repeat(depthMax));
  await expect(conversation.call('urn:app/Echo', deep)).rejects.toMatchObject({ code: 'caller.envelope-invalid' });
  await vi.waitUntil(async () => {
    const answer = await conversation.call('urn:app/Echo', payload('two')).catch(() => undefined);
    return answer !== undefined && new TextDecoder().decode(answer.message.body).includes('two');
  }, WITHIN);
  await conversation.close();
  await service.stop();
});

test('a conversation closes though a message of it never arrives', async () => {
  const service = await serve(way(), undefined, {}, echo, undefined, { sequences: {} });
  const reliable = { retransmitAfterMs: 20, retransmitAfterMaxMs: 50, attemptTimeoutMs: 200 };
  const conversation = await connect(service.url, { ...way().client, reliable });
  await conversation.call('urn:app/Echo', payload('one'));
  await service.stop();
  const stop = new AbortController();
  const left = conversation.call('urn:app/Echo', payload('left'), { signal: stop.signal });
  stop.abort();
  await expect(left).rejects.toMatchObject({ code: 'caller.aborted' });
  await conversation.close();
  await expect(conversation.call('urn:app/Echo', payload('two'))).rejects.toMatchObject({ code: 'caller.closed' });
});

test('a message that waits for one before it leaves its place when its client leaves', async () => {
  const held = { sequences: { holdMs: 600_000 } };
  const service = await serve(way(), undefined, {}, echo, undefined, held);
  const line = new Agent();
  const cut = new Agent();
  let calls = 0;
  const dispatcher = line.compose((dispatch) => (options, handler) => {
    const headers = JSON.stringify(options.headers);
    if (!headers.includes('urn:app/Echo') || calls === 0) {
      calls += headers.includes('urn:app/Echo') ? 1 : 0;
      return dispatch(options, handler);
    }
    calls += 1;
    // The second call stays on its way for ever, so that the third has to wait; and so does what is sent again.
    return calls === 3 ? cut.dispatch(options as Parameters<Agent['dispatch']>[0], handler) : true;
  });
  const reliable = { retransmitAfterMs: 60_000, attemptTimeoutMs: 500 };
  const conversation = await connect(service.url, { ...way().client, reliable, dispatcher });
  await conversation.call('urn:app/Echo', payload('one'));
  const stop = new AbortController();
  const { signal } = stop;
  const left = ['two', 'three'].map((each) => conversation.call('urn:app/Echo', payload(each), { signal }));
  for (const each of left) each.catch(() => undefined);
  await vi.waitUntil(() => service.http.stats.inWork === 1, WITHIN);
  await cut.destroy();
  await vi.waitUntil(() => service.http.stats.inWork === 0, WITHIN);
  stop.abort();
  await conversation.close().catch(() => undefined);
  await service.stop();
  await line.destroy();
});
