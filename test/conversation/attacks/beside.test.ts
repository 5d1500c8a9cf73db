/** Two signatures side by side over one Timestamp, as WCF renews what a certificate over TLS began: both of one principal, or refused. */
import { certificateOverTls } from '@parley/conversation';
import { Trust } from '@parley/core';
import { expect, test } from 'vitest';
import { ROOT, sampleKey } from '../../engine/support/sample-keys.ts';
import { granted, must, octets, refusal, TLS, text, world } from '../conversation-fixture.ts';

const [alice, bob] = [sampleKey('alice', 'rsa'), sampleKey('bob', 'rsa')];
const trust = new Trust({
  anchors: [ROOT],
  intermediates: [alice.certificate, bob.certificate],
  revocation: 'if-listed',
});
const as = (party: typeof alice) =>
  certificateOverTls.initiator({ signature: { key: party.key, reference: 'direct', algorithm: 'rsa-sha256' } });

async function issued() {
  const place = world('200512', '1.2', { bootstrap: certificateOverTls.responder({ trust }) });
  const initiator = place.initiator({ bootstrap: as(alice) });
  const request = granted(initiator.requestIssue(TLS));
  const { reply } = must(await place.responder.receive(request.octets, TLS), 'issued');
  granted(initiator.receive(reply, request, TLS));
  return { place, initiator };
}

const SIGNATURE = /<(?:\w+:)?Signature [^>]*>.*?<\/(?:\w+:)?Signature>/gs;

test('T99: neither stands for the other, and one signature is not two', async () => {
  const { place, initiator } = await issued();
  const renewal = granted(initiator.requestRenew(TLS)).octets;
  const [first = '', second = ''] = text(renewal).match(SIGNATURE) ?? [];
  const timestampId = /Timestamp [^>]*Id="([^"]*)"/.exec(text(renewal))?.[1];
  for (const signature of [first, second]) expect(signature).toContain(`URI="#${timestampId}"`);
  const without = (signature: string): Uint8Array => octets(text(renewal).replace(signature, ''));
  for (const signature of [first, second])
    expect(refusal(await place.responder.receive(without(signature), TLS))).toMatch(
      /^peer\.(coverage-missing|structure-invalid|keyinfo-forbidden|authentication-failed)$/,
    );
  expect(refusal(await place.responder.receive(octets(text(renewal).replace(first, `${first}${first}`)), TLS))).toMatch(
    /^peer\./,
  );
  must(await place.responder.receive(renewal, TLS), 'renewed');
  expect(refusal(await place.responder.receive(renewal, TLS))).toBe('peer.replay');
});

test("T99: a certificate of one beside the context of another, in whatever order, renews nobody's", async () => {
  const { place, initiator } = await issued();
  const thief = place.initiator({
    bootstrap: as(bob),
    context: initiator.context!,
    tokenId: initiator.tokenId,
  });
  const request = granted(thief.requestRenew(TLS));
  expect(refusal(await place.responder.receive(request.octets, TLS))).toBe('peer.authentication-failed');
  const other = granted(thief.requestRenew(TLS));
  const [first = '', second = ''] = text(other.octets).match(SIGNATURE) ?? [];
  const swapped = text(other.octets).replace(first, '@').replace(second, first).replace('@', second);
  expect(refusal(await place.responder.receive(octets(swapped), TLS))).toMatch(
    /^peer\.(authentication-failed|structure-invalid)$/,
  );
});

test('T99: of two Timestamps, or of another message, they are not one', async () => {
  const { place, initiator } = await issued();
  const [one, two] = [granted(initiator.requestRenew(TLS)), granted(initiator.requestRenew(TLS))];
  const signaturesOf = (message: Uint8Array): string[] => text(message).match(SIGNATURE) ?? [];
  const [ours, others] = [signaturesOf(one.octets), signaturesOf(two.octets)];
  for (const place_ of [0, 1]) {
    const mixed = octets(text(one.octets).replace(ours[place_]!, others[place_]!));
    expect(refusal(await place.responder.receive(mixed, TLS))).toMatch(
      /^peer\.(ref-unresolved|digest-mismatch|coverage-missing|structure-invalid)$/,
    );
  }
  must(await place.responder.receive(two.octets, TLS), 'renewed');
});
