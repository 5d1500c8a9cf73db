// What both sides of a conversation write is what the specifications' schemas describe.
import { loadLibxml, validate, wsSchemas } from '@parley/codec';
import type { SoapVersion } from '@parley/conversation';
import type { Version } from '@parley/core';
import { Secret } from '@parley/core';
import { describe, expect, test } from 'vitest';
import {
  applicationEnvelope,
  CLEAR,
  granted,
  must,
  octets,
  PASSWORD,
  sent,
  TLS,
  world,
} from './conversation-fixture.ts';

const KINDS: readonly [Version, SoapVersion][] = [
  ['200512', '1.1'],
  ['200512', '1.2'],
  ['200502', '1.1'],
  ['200502', '1.2'],
];

function expectValid(message: Uint8Array, what: string): void {
  expect(validate(message, wsSchemas('messages')), what).toEqual([]);
}

describe.runIf(loadLibxml().available).each(KINDS)('%s over SOAP %s', (version, soapVersion) => {
  test.each(['text', 'digest'] as const)(
    'issue, message, renew, cancel and their answers, password as %s',
    async (passwordType) => {
      const place = world(version, soapVersion);
      const credential = { username: 'alice', password: Secret.copyOf(octets(PASSWORD)), passwordType };
      const initiator = place.initiator({ credential });

      const request = sent(initiator.requestIssue(TLS));
      expectValid(request, 'issue');
      const issued = must(await place.responder.receive(request, TLS), 'issued');
      expectValid(issued.reply, 'issued');
      granted(initiator.take(issued.reply));

      const secured = sent(initiator.requestCall(applicationEnvelope(soapVersion, 'one')));
      expectValid(secured, 'message');
      const { message } = must(await place.responder.receive(secured, TLS), 'message');
      const answer = applicationEnvelope(soapVersion, 'back', message.messageId);
      expectValid(granted(await place.responder.secure(answer, message)), 'answer');

      const renew = sent(initiator.requestRenew(TLS));
      expectValid(renew, 'renew');
      const renewed = must(await place.responder.receive(renew, TLS), 'renewed');
      expectValid(renewed.reply, 'renewed');
      granted(initiator.take(renewed.reply));

      const cancel = sent(initiator.requestCancel(TLS));
      expectValid(cancel, 'cancel');
      const cancelled = must(await place.responder.receive(cancel, TLS), 'cancelled');
      expectValid(cancelled.reply, 'cancelled');
    },
  );

  test.each(['none', 'combined'] as const)('the key made by %s', async (entropy) => {
    const place = world(version, soapVersion);
    const request = sent(place.initiator(entropy === 'none' ? { entropy } : {}).requestIssue(TLS));
    expectValid(request, 'issue');
    expectValid(must(await place.responder.receive(request, TLS), 'issued').reply, 'issued');
  });

  test('faults', async () => {
    const place = world(version, soapVersion);
    const initiator = place.initiator();
    const issue = sent(initiator.requestIssue(TLS));
    const stranger = place.initiator({ credential: { username: 'bob', password: Secret.copyOf(octets('x')) } });
    const refusals = [
      await place.responder.receive(issue, CLEAR),
      await place.responder.receive(sent(stranger.requestIssue(TLS)), TLS),
      await place.responder.receive(octets('<a/>'), TLS),
      await place.responder.receive(applicationEnvelope(soapVersion, 'no security'), TLS),
    ];
    for (const received of refusals) {
      const { reply, failure } = must(received, 'refused');
      expectValid(reply, failure.code);
    }
  });
});
