/** Keys of every size, however they travel; and what is said at once where only one will do. */
import { peerProfile, type ResponderOptions } from '@parley/conversation';
import type { SuiteName } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { granted, must, octets, refusal, sent, TLS, text } from './conversation-fixture.ts';
import { call, type Pair, pair } from './establish/ways.ts';
import { PARTIES } from './parties.ts';
import { keyOctets } from './sample-context.ts';

const [BY_TLS, BY_USER] = [PARTIES[0]!, PARTIES[5]!];
const KIND = ['200512', '1.2'] as const;
const SIZES = [128, 192, 256, 320, 384, 512];

async function issued(both: Pair): Promise<Pair> {
  const { channel } = both.parties;
  const request = granted(both.initiator.requestIssue(channel));
  const { reply, identifier } = must(await both.place.responder.receive(request.octets, channel), 'issued');
  granted(both.initiator.receive(reply, request, channel));
  expect(keyOctets(both.initiator.context)).toEqual(keyOctets(await both.place.store.get(identifier)));
  return both;
}

// RSA 1.5 answers chance where the length is not the one that is expected (T54), so that nothing else would tell.
describe.each<SuiteName>(['Basic256Rsa15', 'Basic192Sha256Rsa15', 'Basic128GCMRsa15'])('%s', (suite) => {
  test.each(SIZES)('%i bits', async (keySizeBits) => {
    const profile = peerProfile('parley', suite);
    for (const entropy of ['client', 'none'] as const) {
      const [ours, theirs] = [
        { profile, keyForm: 'encrypted-key' },
        { profile, keyForm: 'encrypted-key', keySizeBits, entropy },
      ] as const;
      await call(await issued(pair(BY_USER, KIND, ours, theirs)), entropy);
    }
    const made = pair(BY_USER, KIND, { profile, mayCreate: () => true }, { profile, keySizeBits });
    const request = sent(made.initiator.requestPropagate(BY_USER.channel));
    must(await made.place.responder.receive(request, BY_USER.channel), 'propagated');
    await call(made, 'propagated');
  });
});

describe('where the secret of a context signs and encrypts itself, it has the length of the cipher', () => {
  const profile = peerProfile('metro', 'Basic192', { keys: 'direct' });
  const options = (changes: Partial<ResponderOptions> = {}): Pair =>
    pair(BY_TLS, KIND, { profile, ...changes }, { profile });

  test('an initiator is told at once', async () => {
    await call(await issued(options()), 'one');
    for (const keySizeBits of SIZES) {
      const asking = (): unknown => pair(BY_TLS, KIND, { profile }, { profile, keySizeBits });
      if (keySizeBits === 192) expect(asking).not.toThrow();
      else expect(asking).toThrow(/^caller\.option-invalid .*keySizeBits/);
    }
  });

  test('a responder grants no other', async () => {
    const { place, initiator } = options();
    const other = text(sent(initiator.requestIssue(TLS))).replace('>192<', '>256<');
    expect(refusal(await place.responder.receive(octets(other), TLS))).toBe('peer.trust-invalid-request');
  });

  test('a responder takes no other', async () => {
    const { place } = options({ mayCreate: () => true });
    const maker = place.initiator({ keySizeBits: 256, profile: peerProfile('metro', 'Basic192') });
    const request = sent(maker.requestPropagate(TLS));
    expect(refusal(await place.responder.receive(request, TLS))).toBe('peer.context-unsupported');
  });

  test('an initiator takes no other', async () => {
    const { place, initiator } = pair(BY_TLS, KIND, { profile: peerProfile('metro', 'Basic192') }, { profile });
    const request = granted(initiator.requestIssue(TLS));
    const larger = octets(text(request.octets).replace('>192<', '>256<'));
    const { reply } = must(await place.responder.receive(larger, TLS), 'issued');
    expect(initiator.receive(reply, request, TLS)).toMatchObject({ ok: false, code: 'peer.key-usage' });
  });
});
