// What a conversation over HTTP shows of its holder when it has begun.
import type { AmendmentPolicy } from '@parley/conversation';
import { Trust } from '@parley/core';
import type { CertificateSignature } from '@parley/engine';
import { connect, type Service } from '@parley/http';
import { describe, expect, test } from 'vitest';
import { ROOT, sampleKey } from '../engine/support/sample-keys.ts';
import { echo, payload, type RunningService, serve, WAYS } from './http-fixture.ts';

const alice = sampleKey('alice', 'rsa');
const SUBJECT = 'CN=alice,O=Example\\, Söhne';
const endorse: CertificateSignature = { key: alice.key, reference: 'direct' };

function amending(decide: AmendmentPolicy['decide'] = ({ claims, endorser }) => ({ claims: [...claims, endorser] })) {
  return { trust: new Trust({ anchors: [ROOT], intermediates: [alice.certificate], revocation: 'if-listed' }), decide };
}

/** A service whose calls say what claims they came with. */
async function noting(
  name: string,
  amend: AmendmentPolicy | undefined,
): Promise<[RunningService, (readonly string[])[]]> {
  const seen: (readonly string[])[] = [];
  const service: Service = (call) => {
    seen.push(call.claims);
    return echo(call);
  };
  return [await serve(WAYS[name]!(), undefined, {}, service, undefined, { amend }), seen];
}

describe.each(Object.keys(WAYS).filter((name) => name !== 'two certificates'))('%s', (name) => {
  test('what an Amend adds comes with every call from then on, under the same key', async () => {
    const [service, seen] = await noting(name, amending());
    const conversation = await connect(service.url, { ...WAYS[name]!().client, tls: service.tls });
    const { identifier, keys } = conversation.context!;
    const before = keys.length;
    await conversation.call('urn:app/Echo', payload('before'));
    const calls = Array.from({ length: 5 }, (_, at) => conversation.call('urn:app/Echo', payload(`beside ${at}`)));
    await conversation.amend(endorse);
    await Promise.all(calls);
    await conversation.call('urn:app/Echo', payload('after'));
    await conversation.renew();
    await conversation.call('urn:app/Echo', payload('renewed'));
    expect(conversation.context?.identifier).toBe(identifier);
    expect(before).toBe(1);
    expect(seen[0]).toEqual([]);
    expect(seen.slice(-2)).toEqual([[SUBJECT], [SUBJECT]]);
    await conversation.cancel();
    expect(service.refusals).toEqual([]);
    await service.stop();
  });
});

const TLS = 'username over TLS';

test('an Amend waits for a renewal that is under way, and a renewal for an Amend', async () => {
  const [service, seen] = await noting(TLS, amending());
  const conversation = await connect(service.url, { ...WAYS[TLS]!().client, tls: service.tls });
  await Promise.all([
    conversation.renew(),
    conversation.amend(endorse),
    conversation.renew(),
    conversation.amend(endorse),
  ]);
  await conversation.call('urn:app/Echo', payload('after'));
  expect(seen).toEqual([[SUBJECT, SUBJECT]]);
  await conversation.cancel();
  expect(service.refusals).toEqual([]);
  await service.stop();
});

test('an Amend of a context that the peer has lost is made once more, under another', async () => {
  const [service, seen] = await noting(TLS, amending());
  const conversation = await connect(service.url, { ...WAYS[TLS]!().client, tls: service.tls });
  const lost = String(conversation.context?.identifier);
  await service.store.cancel(lost, Date.now());
  await conversation.amend(endorse);
  await conversation.call('urn:app/Echo', payload('after'));
  expect(conversation.context?.identifier).not.toBe(lost);
  expect(seen).toEqual([[SUBJECT]]);
  await service.store.cancel(String(conversation.context?.identifier), Date.now());
  await conversation.call('urn:app/Echo', payload('anew'));
  expect(seen.at(-1)).toEqual([]);
  await conversation.close();
  await service.stop();
});

test.each([
  ['by a responder that takes none', undefined],
  ['by what the responder decides', amending(() => undefined)],
])('an Amend is refused %s, and calls go on', async (_, amend) => {
  const [service, seen] = await noting(TLS, amend);
  const conversation = await connect(service.url, { ...WAYS[TLS]!().client, tls: service.tls });
  const { identifier } = conversation.context!;
  await expect(conversation.amend(endorse)).rejects.toMatchObject({ code: 'peer.soap-fault' });
  await conversation.call('urn:app/Echo', payload('after'));
  expect(conversation.context?.identifier).toBe(identifier);
  expect(seen).toEqual([[]]);
  await conversation.close();
  await expect(conversation.amend(endorse)).rejects.toMatchObject({ code: 'caller.closed' });
  await service.stop();
});

test('a signal ends the waiting for an Amend, and not the conversation', async () => {
  const [service] = await noting(TLS, amending());
  const conversation = await connect(service.url, { ...WAYS[TLS]!().client, tls: service.tls });
  const signal = AbortSignal.abort();
  await expect(conversation.amend(endorse, { signal })).rejects.toMatchObject({ code: 'caller.aborted' });
  await conversation.call('urn:app/Echo', payload('after'));
  await conversation.cancel();
  await service.stop();
});
