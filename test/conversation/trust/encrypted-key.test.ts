/** Key material that is hidden for one party beside what hides the Body: by every bootstrap that has a key for it. */
import type { InitiatorBootstrap, ResponderBootstrap } from '@parley/conversation';
import { Secret, type Version } from '@parley/core';
import { EncryptedKey } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { algorithmSuite } from '../../../packages/core/src/algorithms/suite.ts';
import { sampleKey } from '../../engine/support/sample-keys.ts';
import { granted, must, refusal, sent, type TestInitiator, type World, world } from '../conversation-fixture.ts';
import { PARTIES, type Parties } from '../parties.ts';
import { keyOctets } from '../sample-context.ts';

const GENERATIONS = ['200512', '200502'] as const satisfies readonly Version[];
const isHiding = ({ initiator }: Parties): boolean => initiator().encryptKey !== undefined;
const HIDING = PARTIES.filter(isHiding).map((parties) => [parties.name, parties] as const);
const FORMS = ['binary-secret', 'encrypted-key'] as const;
const ENTROPIES = ['client', 'none'] as const;

interface Scene {
  readonly place: World;
  readonly initiator: TestInitiator;
}

function scene(parties: Parties, version: Version, more: Partial<Parameters<World['initiator']>[0]> = {}): Scene {
  const place = world(version, '1.2', { bootstrap: parties.responder(), keyForm: 'encrypted-key' });
  return { place, initiator: place.initiator({ bootstrap: parties.initiator(), keyForm: 'encrypted-key', ...more }) };
}

test('bootstraps with certificates have a key for it, on either side', () => {
  expect(HIDING.map(([name]) => name)).toEqual([
    "the service's certificate alone",
    "the service's certificate and a user",
    "the service's certificate and an endorsing one",
    'a certificate on either side',
    "the service's certificate and a bearer assertion",
    "the service's certificate and a holder's assertion that endorses",
    "a holder's assertion on one side, a certificate on the other",
    "an assertion with a holder's secret",
  ]);
  for (const parties of PARTIES) expect(parties.responder().encryptKey !== undefined).toBe(isHiding(parties));
});

test('others refuse to hide what they cannot', () => {
  for (const parties of PARTIES.filter((candidate) => !isHiding(candidate))) {
    const place = world('200512', '1.2');
    const asking = { bootstrap: parties.initiator(), keyForm: 'encrypted-key' } as const;
    expect(() => place.initiator(asking), parties.name).toThrow('caller.option-invalid');
    const answering = { bootstrap: parties.responder(), keyForm: 'encrypted-key' } as const;
    expect(() => world('200512', '1.2', answering), parties.name).toThrow('caller.option-invalid');
  }
});

describe.each(GENERATIONS)('in %s', (version) => {
  describe.each(HIDING)('by %s', (_name, parties) => {
    test.each(ENTROPIES.flatMap((entropy) => FORMS.map((form) => [entropy, form] as const)))(
      'both sides come to one key, with entropy of %s, sent as %s',
      async (entropy, keyForm) => {
        const { channel } = parties;
        const { place, initiator } = scene(parties, version, { entropy, keyForm });
        const issued = must(await place.responder.receive(sent(initiator.requestIssue(channel)), channel), 'issued');
        granted(initiator.take(issued.reply, channel));
        expect(keyOctets(initiator.context)).toEqual(keyOctets(await place.store.get(issued.identifier)));
        const renewed = must(await place.responder.receive(sent(initiator.requestRenew(channel)), channel), 'renewed');
        granted(initiator.take(renewed.reply, channel));
        expect(keyOctets(initiator.context, 1)).toEqual(keyOctets(await place.store.get(issued.identifier), 1));
      },
    );
  });
});

const mallory = sampleKey('carol', 'rsa');
const suite = algorithmSuite('Basic256');
const fillRandom = (out: Uint8Array): void => void out.fill(9);

/** What takes the place of the octets, or of their recipient. */
const WRONG: readonly [
  string,
  (secret: Secret, encrypt: (other: Secret) => EncryptedKey, shortBytes: number) => EncryptedKey,
  RegExp,
][] = [
  [
    'for somebody else',
    (secret) =>
      EncryptedKey.forRecipient(
        { certificate: mallory.certificate, reference: 'thumbprint' },
        { suite, secret, fillRandom },
      ),
    /^peer\.(key-usage|alg-forbidden)$/,
  ],
  [
    'under a key that nobody has',
    (secret) =>
      EncryptedKey.wrapped(
        { secret: Secret.copyOf(new Uint8Array(32)), name: { sha1: new Uint8Array(20) } },
        { suite, secret, fillRandom },
      ),
    /^peer\.keyinfo-forbidden$/,
  ],
  [
    'that is too short',
    (_, encrypt, shortBytes) => encrypt(Secret.copyOf(new Uint8Array(shortBytes).fill(1))),
    /^peer\.(key-usage|decrypt-failed|trust-invalid-request)$/,
  ],
  [
    'of another size',
    (_, encrypt) => encrypt(Secret.copyOf(new Uint8Array(136).fill(1))),
    /^peer\.(key-usage|decrypt-failed|trust-invalid-request)$/,
  ],
];

describe.each(HIDING)('T11: by %s', (_name, parties) => {
  test.each(WRONG)('entropy %s is refused', async (_what, change, expected) => {
    const { channel } = parties;
    const bootstrap = parties.initiator();
    const encryptKey: InitiatorBootstrap['encryptKey'] = (secret, of) =>
      change(secret, (other) => bootstrap.encryptKey!(other, of), 8);
    const { place, initiator } = scene(parties, '200512', { bootstrap: { ...bootstrap, encryptKey } });
    const request = initiator.requestIssue(channel);
    // What does not fit into the transport is not even sent.
    if (!request.ok) return expect(request.code).toMatch(/^caller\./);
    expect(refusal(await place.responder.receive(request.value.octets, channel))).toMatch(expected);
  });

  test.each(WRONG)('a proof token %s is refused', async (_what, change, expected) => {
    const { channel } = parties;
    const bootstrap = parties.responder();
    const encryptKey: ResponderBootstrap['encryptKey'] = (secret, request, of) =>
      change(secret, (other) => bootstrap.encryptKey!(other, request, of), 16);
    const place = world('200512', '1.2', { bootstrap: { ...bootstrap, encryptKey }, keyForm: 'encrypted-key' });
    const initiator = place.initiator({ bootstrap: parties.initiator(), entropy: 'none' });
    const issued = await place.responder.receive(sent(initiator.requestIssue(channel)), channel);
    const taken = initiator.take(must(issued, 'issued').reply, channel);
    expect(taken.ok ? '' : taken.code).toMatch(expected);
    expect(initiator.context).toBeUndefined();
  });
});
