// Sequences outside of every context: each message is proven by its bootstrap, and the sequence is its principal's.
import { NamespaceBinding } from '@parley/codec';
import type {
  Channel,
  InitiatorBootstrap,
  Received,
  ResponderOptions,
  SequencedOutcome,
  SoapVersion,
} from '@parley/conversation';
import {
  completeSequenceSettings,
  MemoryContextStore,
  MemoryRecords,
  PerMessageInitiator,
  peerProfile,
  Responder,
  SequencedInitiator,
  usernameOverTls,
  withSequences,
  writeEnvelope,
} from '@parley/conversation';
import { Secret, type Version } from '@parley/core';
import { describe, expect, test } from 'vitest';
import {
  authenticate,
  CLEAR,
  ENDPOINT,
  granted,
  issue,
  must,
  octets,
  PASSWORD,
  TestAmbient,
  TLS,
  text,
  world,
} from '../conversation-fixture.ts';
import { PARTIES, type Parties } from '../parties.ts';

const ECHO = new NamespaceBinding('e', 'urn:app').name('Echo');
const NEVER = new Promise<never>(() => undefined);
const PROFILE = peerProfile('parley', 'Basic256', { policy: { endpointAddress: ENDPOINT } });
const SOMEBODY = PARTIES.filter(
  ({ principal, responder }) => principal !== undefined && responder().contexts === undefined,
);
const GENERATIONS: readonly [Version, SoapVersion][] = [
  ['200512', '1.2'],
  ['200502', '1.1'],
];
let count = 0;

interface Place {
  readonly ambient: TestAmbient;
  readonly responder: Responder;
  readonly served: string[];
  /** Where answers ask to be answered. */
  replyTo: string | undefined;
  /** A side of its own. */
  side(bootstrap: InitiatorBootstrap, name?: string, records?: MemoryRecords): Side;
}

interface Side {
  readonly sequenced: SequencedInitiator;
  receive(octets: Uint8Array): Promise<Received>;
  bring(octets: Uint8Array): Promise<Uint8Array | undefined>;
  create(): Promise<void>;
  call(body: string): Promise<SequencedOutcome>;
  end(): Promise<void>;
}

function placeOf(
  bootstrap: ResponderOptions['bootstrap'],
  channel: Channel,
  [version, soapVersion]: readonly [Version, SoapVersion],
  options: Partial<ResponderOptions> = {},
): Place {
  const ambient = new TestAmbient('without');
  const store = new MemoryContextStore();
  const sequences = { withoutContext: true };
  const responder = new Responder({ store, ambient, bootstrap, profile: PROFILE, sequences, ...options });
  const served: string[] = [];
  const envelopeOf = (body: string, relatesTo?: string): Uint8Array =>
    writeEnvelope({
      soapVersion,
      action: 'urn:app:Echo',
      messageId: `urn:uuid:without-${count++}`,
      to: relatesTo === undefined ? ENDPOINT : undefined,
      relatesTo,
      body: (writer) => writer.element(ECHO, body),
    });
  const side = (mine: InitiatorBootstrap, name?: string, records = new MemoryRecords()): Side => {
    const initiator = new PerMessageInitiator({
      version,
      soapVersion,
      to: ENDPOINT,
      ambient,
      bootstrap: mine,
      profile: peerProfile('parley'),
      channel,
    });
    const sequenced = new SequencedInitiator({
      initiator,
      profile: withSequences(peerProfile('parley')),
      records,
      ambient,
      soapVersion,
      to: ENDPOINT,
      name,
      version: version === '200512' ? '200702' : '200502',
      settings: completeSequenceSettings({}),
    });
    const receive = async (message: Uint8Array): Promise<Received> => await responder.receive(message, channel);
    const bring = async (message: Uint8Array): Promise<Uint8Array | undefined> => {
      const { exchange, message: opened } = must(await receive(message), 'sequence');
      expect(opened.identifier).toBeUndefined();
      return granted(
        await exchange.run(async (each) => {
          const said = /<e:Echo[^>]*>([^<]*)</.exec(text(each.body))?.[1] ?? '';
          served.push(`${said} of ${each.principal}`);
          return askingToBeAnswered(
            envelopeOf(`re ${said}`, (each.claimedAddressing ?? each).messageId),
            place.replyTo,
          );
        }, NEVER),
      );
    };
    const exchange = async (
      request: Awaited<ReturnType<SequencedInitiator['requestCreate']>>,
      number?: number,
    ): Promise<SequencedOutcome | undefined> => {
      const answer = await bring(request.octets);
      if (answer !== undefined) return await sequenced.receive(answer, request, channel, number);
      await sequenced.receiveNothing();
      return undefined;
    };
    return {
      sequenced,
      receive,
      bring,
      create: async () => {
        expect(await exchange(await sequenced.requestCreate())).toMatchObject({ kind: 'created' });
      },
      call: async (body) => {
        const number = await sequenced.number(envelopeOf(body), true);
        return (await exchange((await sequenced.transmission(number))!.request, number))!;
      },
      end: async () => {
        for (;;) {
          const made = await sequenced.requestEnd();
          if (made === undefined) return;
          if (!('lastNumber' in made)) await exchange(made);
          else await exchange((await sequenced.transmission(made.lastNumber))!.request, made.lastNumber);
        }
      },
    };
  };
  const place: Place = { ambient, responder, served, replyTo: undefined, side };
  return place;
}

function askingToBeAnswered(envelope: Uint8Array, address: string | undefined): Uint8Array {
  if (address === undefined) return envelope;
  const header = `<w:ReplyTo xmlns:w="http://www.w3.org/2005/08/addressing"><w:Address>${address}</w:Address></w:ReplyTo>`;
  return octets(text(envelope).replace('</s:Header>', `${header}</s:Header>`));
}

function textOf(outcome: SequencedOutcome): string {
  return outcome.kind === 'answer'
    ? (/<e:Echo[^>]*>([^<]*)</.exec(text(outcome.message.body))?.[1] ?? '')
    : outcome.kind;
}

async function refusal(received: Promise<Received>): Promise<string> {
  const { failure } = must(await received, 'refused');
  return failure.code;
}

describe.each(SOMEBODY)('$name', ({ channel, principal, initiator, responder }: Parties) => {
  test.each(GENERATIONS)('created, used, sent again, ended: %s over SOAP %s', async (...generation) => {
    const place = placeOf(responder(), channel, generation);
    const side = place.side(initiator());
    await side.create();
    expect(textOf(await side.call('one'))).toBe('re one');
    const number = await side.sequenced.number(
      writeEnvelope({
        soapVersion: generation[1],
        action: 'urn:app:Echo',
        messageId: `urn:uuid:twice-${count++}`,
        to: ENDPOINT,
        body: (writer) => writer.element(ECHO, 'two'),
      }),
      true,
    );
    await side.bring((await side.sequenced.transmission(number))!.request.octets);
    const { request } = (await side.sequenced.transmission(number))!;
    const answer = (await side.bring(request.octets))!;
    expect(textOf(await side.sequenced.receive(answer, request, channel, number))).toBe('re two');
    expect(place.served).toEqual([`one of ${principal}`, `two of ${principal}`]);
    await side.end();
    expect(await side.sequenced.isOpen()).toBe(false);
  });

  test.each(GENERATIONS)(
    'an answer asks to be answered where the service is, or nowhere: %s over SOAP %s',
    async (...generation) => {
      const place = placeOf(responder(), channel, generation);
      const side = place.side(initiator());
      await side.create();
      place.replyTo = ENDPOINT;
      expect(textOf(await side.call('one'))).toBe('re one');
      place.replyTo = `${ENDPOINT}/elsewhere`;
      await expect(side.call('two')).rejects.toMatchObject({ code: 'peer.addressing-forbidden' });
    },
  );

  test('T106: refused where nobody said that it may be', async () => {
    const place = placeOf(responder(), channel, ['200512', '1.2'], { sequences: {} });
    const { octets: request } = await place.side(initiator()).sequenced.requestCreate();
    expect(await refusal(place.responder.receive(request, channel))).toMatch(/^peer\./);
  });
});

test.each(PARTIES.filter(({ principal }) => principal === undefined))(
  'T106: $name is nobody, and has no sequence',
  async ({ channel, initiator, responder }) => {
    const place = placeOf(responder(), channel, ['200512', '1.2']);
    const { octets: request } = await place.side(initiator()).sequenced.requestCreate();
    expect(await refusal(place.responder.receive(request, channel))).toBe('peer.authentication-failed');
  },
);

const alice = (): InitiatorBootstrap =>
  usernameOverTls.initiator({ username: 'alice', password: Secret.copyOf(octets(PASSWORD)) });
const mallory = (): InitiatorBootstrap =>
  usernameOverTls.initiator({ username: 'mallory', password: Secret.copyOf(octets('other')) });
const users = (): ResponderOptions['bootstrap'] => usernameOverTls.responder({ authenticate });

test.each(GENERATIONS)(
  'T106: what another principal says of a sequence changes nothing, as if there were none: %s over SOAP %s',
  async (...generation) => {
    const place = placeOf(users(), TLS, generation);
    const records = new MemoryRecords();
    const owner = place.side(alice(), 'shared', records);
    await owner.create();
    await owner.call('one');
    // All that the owner knows of the sequence, in other hands.
    const thief = place.side(mallory(), 'shared', records);
    const number = await thief.sequenced.number(
      writeEnvelope({
        soapVersion: generation[1],
        action: 'urn:app:Echo',
        messageId: `urn:uuid:forged-${count++}`,
        to: ENDPOINT,
        body: (writer) => writer.element(ECHO, 'forged'),
      }),
      true,
    );
    const forged = [
      (await thief.sequenced.transmission(number))!.request,
      await thief.sequenced.requestAcknowledgement(),
    ];
    for (const request of forged) expect(await refusal(thief.receive(request.octets))).toBe('peer.sequence-unknown');
    expect(place.served).toEqual(['one of alice']);
    const { request } = (await owner.sequenced.transmission(number))!;
    const answer = (await owner.bring(request.octets))!;
    expect(textOf(await owner.sequenced.receive(answer, request, TLS, number))).toBe('re forged');
    const copied = new MemoryRecords();
    const partition = 'initiator of shared';
    const book = await records.transact(partition, (kept) => kept.get('book'));
    await copied.transact(partition, (kept) => kept.put('book', book!, Number.MAX_SAFE_INTEGER));
    const closer = place.side(mallory(), 'shared', copied);
    const made = (await closer.sequenced.requestEnd())!;
    const end = 'lastNumber' in made ? (await closer.sequenced.transmission(made.lastNumber))!.request : made;
    expect(await refusal(closer.receive(end.octets))).toBe('peer.sequence-unknown');
    expect(textOf(await owner.call('two'))).toBe('re two');
    await owner.end();
  },
);

test('T106: nor does what the same principal says under a context', async () => {
  const place = world('200512', '1.2', { sequences: { withoutContext: true } });
  const profile = withSequences(peerProfile('parley'), ENDPOINT);
  const first = place.initiator({ profile });
  await issue(place, first);
  const sides = (initiator: SequencedInitiatorOf, records: MemoryRecords): SequencedInitiator =>
    new SequencedInitiator({
      initiator,
      profile,
      records,
      ambient: place.ambient,
      soapVersion: '1.2',
      to: ENDPOINT,
      name: 'mine',
      settings: completeSequenceSettings({}),
    });
  const channel = TLS;
  const lone = new PerMessageInitiator({
    version: '200512',
    soapVersion: '1.2',
    to: ENDPOINT,
    ambient: place.ambient,
    bootstrap: alice(),
    channel,
  });
  const records = new MemoryRecords();
  const within = sides(first, records);
  const request = await within.requestCreate();
  const { exchange } = must(await place.responder.receive(request.octets, TLS), 'sequence');
  await within.receive(granted(await exchange.run(async () => undefined, NEVER))!, request, TLS);
  const partition = `initiator ${first.context?.identifier}`;
  const book = await records.transact(partition, (kept) => kept.get('book'));
  const copied = new MemoryRecords();
  await copied.transact('initiator of mine', (kept) => kept.put('book', book!, Number.MAX_SAFE_INTEGER));
  const without = await sides(lone, copied).requestAcknowledgement();
  expect(await refusal(place.responder.receive(without.octets, TLS))).toBe('peer.sequence-unknown');
});

type SequencedInitiatorOf = ConstructorParameters<typeof SequencedInitiator>[0]['initiator'];

test('T106: number and end that nobody signed are refused', async () => {
  const signed = PARTIES.find(({ name }) => name === 'a certificate on either side')!;
  const place = placeOf(signed.responder(), CLEAR, ['200512', '1.2']);
  const side = place.side(signed.initiator());
  await side.create();
  const envelope = writeEnvelope({
    soapVersion: '1.2',
    action: 'urn:app:Echo',
    messageId: 'urn:uuid:spliced',
    to: ENDPOINT,
    body: (writer) => writer.element(ECHO, 'one'),
  });
  const number = await side.sequenced.number(envelope, true);
  const { request } = (await side.sequenced.transmission(number))!;
  const block = /<r:Sequence.*<\/r:Sequence>/.exec(text(request.octets))![0];
  const moved = text(request.octets).replace(/<r:MessageNumber>1</, '<r:MessageNumber>2<');
  const spliced = text(request.octets).replace(block, block.replace(/ u:Id="[^"]*"/, ''));
  for (const message of [moved, spliced]) expect(await refusal(side.receive(octets(message)))).toMatch(/^peer\./);
  expect(place.served).toEqual([]);
});

test('T106: a replay is answered again and handed over once, and its answer is for whoever sent it', async () => {
  const signed = PARTIES.find(({ name }) => name === "the service's certificate and an endorsing one")!;
  const place = placeOf(signed.responder(), CLEAR, ['200512', '1.2']);
  const side = place.side(signed.initiator());
  const create = await side.sequenced.requestCreate();
  const first = (await side.bring(create.octets))!;
  const again = (await side.bring(create.octets))!;
  const named = (answer: Uint8Array): string | undefined => /urn:uuid:[^<]*<\/r:Identifier/.exec(text(answer))?.[0];
  expect(named(again)).toBe(named(first));
  place.ambient.now += 3_600_000;
  expect(await refusal(side.receive(create.octets))).toBe('peer.timestamp-expired');
});

test('T106: the nonce of a password digest is asked for in every message', async () => {
  const digests = PARTIES.find(({ name }) => name === 'a password digest over TLS')!;
  const place = placeOf(digests.responder(), TLS, ['200512', '1.2']);
  const side = place.side(digests.initiator());
  await side.create();
  const { octets: asking } = await side.sequenced.requestAcknowledgement();
  await side.bring(asking);
  const other = text(asking).replace(/(<a:MessageID[^>]*>)[^<]*</, '$1urn:uuid:other<');
  expect(other).not.toBe(text(asking));
  expect(await refusal(side.receive(octets(other)))).toBe('peer.replay');
});

test('nobody is made to send acknowledgements anywhere, nor asked to', () => {
  const place = placeOf(users(), TLS, ['200512', '1.2']);
  const initiator = new PerMessageInitiator({
    version: '200512',
    soapVersion: '1.2',
    to: ENDPOINT,
    ambient: place.ambient,
    bootstrap: alice(),
    channel: TLS,
  });
  const options = {
    initiator,
    profile: withSequences(peerProfile('parley')),
    records: new MemoryRecords(),
    ambient: place.ambient,
    soapVersion: '1.2',
    to: ENDPOINT,
    settings: completeSequenceSettings({}),
  } as const;
  expect(() => new SequencedInitiator({ ...options, acksTo: 'urn:me' })).toThrow('caller.option-invalid');
});

test('a password goes over no channel that is not secure', () => {
  const options = { version: '200512', soapVersion: '1.2', to: ENDPOINT, ambient: new TestAmbient('clear') } as const;
  expect(() => new PerMessageInitiator({ ...options, bootstrap: alice(), channel: CLEAR })).toThrow(
    'caller.channel-not-secure',
  );
});
