// A sequence under a context, from CreateSequence to its end, in both generations and over both versions of SOAP.

import { NamespaceBinding } from '@parley/codec';
import type {
  Received,
  ResponderOptions,
  ResponderSequenceOptions,
  SequencedOutcome,
  SequenceOptions,
} from '@parley/conversation';
import {
  completeSequenceSettings,
  MemoryRecords,
  peerProfile,
  SequencedInitiator,
  type SoapVersion,
  withSequences,
  writeEnvelope,
} from '@parley/conversation';
import type { Version } from '@parley/core';
import { describe, expect, test, vi } from 'vitest';
import {
  ENDPOINT,
  granted,
  issue,
  must,
  octets,
  renew,
  TestAmbient,
  type TestInitiator,
  TLS,
  text,
  type World,
  world,
} from '../conversation-fixture.ts';

const ECHO = new NamespaceBinding('e', 'urn:app').name('Echo');
const KINDS: readonly [Version, SoapVersion][] = [
  ['200512', '1.1'],
  ['200512', '1.2'],
  ['200502', '1.1'],
  ['200502', '1.2'],
];
const NEVER = new Promise<never>(() => undefined);
let count = 0;

function envelopeOf(soapVersion: SoapVersion, body: string, relatesTo?: string): Uint8Array {
  return writeEnvelope({
    soapVersion,
    action: 'urn:app:Echo',
    messageId: `urn:uuid:sequenced-${count++}`,
    to: relatesTo === undefined ? ENDPOINT : undefined,
    relatesTo,
    body: (writer) => writer.element(ECHO, body),
  });
}

interface Scene extends World {
  readonly first: TestInitiator;
  readonly sequenced: SequencedInitiator;
  readonly records: MemoryRecords;
  readonly served: string[];
  /** Brings a request to the responder, and gives what it says. */
  bring(octets: Uint8Array): Promise<Uint8Array | undefined>;
  /** One message there, and its answer back. */
  call(body: string): Promise<SequencedOutcome>;
  end(): Promise<void>;
}

async function scene(
  version: Version,
  soapVersion: SoapVersion,
  changes: Partial<ResponderOptions> = {},
  sequences: ResponderSequenceOptions = {},
  options: SequenceOptions = {},
  acksTo?: string,
): Promise<Scene> {
  const place = world(version, soapVersion, { sequences, ...changes });
  const profile = withSequences(peerProfile('parley'), ENDPOINT);
  const first = place.initiator({ profile });
  await issue(place, first);
  const ambient = new TestAmbient('sequences');
  Object.defineProperty(ambient, 'now', { get: () => place.ambient.now });
  const records = new MemoryRecords();
  const sequenced = new SequencedInitiator({
    initiator: first,
    profile,
    records,
    ambient,
    soapVersion,
    to: ENDPOINT,
    acksTo,
    settings: completeSequenceSettings(options),
  });
  const served: string[] = [];
  const bring = async (octets: Uint8Array): Promise<Uint8Array | undefined> => {
    const received = await place.responder.receive(octets, TLS);
    if (received.kind === 'refused')
      throw new Error(`${received.failure.code} ${JSON.stringify(received.failure.detail)}`);
    const { exchange } = must(received, 'sequence');
    return granted(
      await exchange.run(async (message) => {
        const said = /<e:Echo[^>]*>([^<]*)</.exec(text(message.body))?.[1] ?? '';
        served.push(said);
        return envelopeOf(soapVersion, `re ${said}`, message.messageId);
      }, NEVER),
    );
  };
  const call = async (body: string): Promise<SequencedOutcome> => {
    const number = await sequenced.number(envelopeOf(soapVersion, body), true);
    const { request } = (await sequenced.transmission(number))!;
    return await sequenced.receive((await bring(request.octets))!, request, TLS, number);
  };
  const end = async (): Promise<void> => {
    for (;;) {
      const made = await sequenced.requestEnd();
      if (made === undefined) return;
      const number = 'lastNumber' in made ? made.lastNumber : undefined;
      const request = 'lastNumber' in made ? (await sequenced.transmission(made.lastNumber))!.request : made;
      const answer = await bring(request.octets);
      if (answer === undefined) await sequenced.receiveNothing();
      else await sequenced.receive(answer, request, TLS, number);
    }
  };
  return { ...place, first, sequenced, records, served, bring, call, end };
}

async function create({ sequenced, bring }: Scene): Promise<void> {
  const request = await sequenced.requestCreate();
  expect(await sequenced.receive((await bring(request.octets))!, request, TLS)).toMatchObject({ kind: 'created' });
}

function textOf(outcome: SequencedOutcome): string {
  return outcome.kind === 'answer'
    ? (/<e:Echo[^>]*>([^<]*)</.exec(text(outcome.message.body))?.[1] ?? '')
    : outcome.kind;
}

describe.each(KINDS)('%s over SOAP %s', (version, soapVersion) => {
  test('a message is one step of the store before it leaves, and one each time that it is sent again', async () => {
    const place = await scene(version, soapVersion);
    await create(place);
    const transact = vi.spyOn(place.records, 'transact');
    const number = await place.sequenced.number(envelopeOf(soapVersion, 'one'), true);
    expect(await place.sequenced.unsettled()).toMatchObject([{ number, attempts: 1, awaitsAnswer: true }]);
    transact.mockClear();
    expect(await place.sequenced.transmission(number)).toBeDefined();
    expect(transact).toHaveBeenCalledTimes(0);
    expect(await place.sequenced.transmission(number)).toBeDefined();
    expect(transact).toHaveBeenCalledTimes(1);
    expect(await place.sequenced.unsettled()).toMatchObject([{ number, attempts: 2 }]);
  });

  test('created, used, renewed meanwhile, ended', async () => {
    const place = await scene(version, soapVersion);
    await create(place);
    expect(textOf(await place.call('one'))).toBe('re one');
    await renew(place, place.first);
    expect(textOf(await place.call('two'))).toBe('re two');
    expect(place.served).toEqual(['one', 'two']);
    expect(await place.sequenced.unsettled()).toEqual([]);
    await place.end();
    expect(await place.sequenced.isOpen()).toBe(false);
    await expect(place.call('three')).rejects.toThrow('caller.sequence-unusable');
  });

  test('a message that comes twice is handed over once, and answered twice', async () => {
    const place = await scene(version, soapVersion);
    await create(place);
    const number = await place.sequenced.number(envelopeOf(soapVersion, 'one'), true);
    const first = (await place.sequenced.transmission(number))!;
    await place.bring(first.request.octets);
    const second = (await place.sequenced.transmission(number))!;
    const answer = (await place.bring(second.request.octets))!;
    expect(textOf(await place.sequenced.receive(answer, second.request, TLS, number))).toBe('re one');
    expect(place.served).toEqual(['one']);
  });

  test('what is discarded whole is handed over when it has ended whole', async () => {
    const place = await scene(version, soapVersion, {}, { incomplete: 'DiscardEntireSequence' });
    await create(place);
    expect([textOf(await place.call('one')), textOf(await place.call('two'))]).toEqual([
      'acknowledged',
      'acknowledged',
    ]);
    for (const { number } of await place.sequenced.unsettled()) await place.sequenced.giveUp(number);
    expect(place.served).toEqual([]);
    await place.end();
    expect(place.served).toEqual(['one', 'two']);
  });

  test('a sequence ends when it was said to, at both ends', async () => {
    const place = await scene(version, soapVersion, {}, {}, { sequenceLifetimeMs: 60_000 });
    await create(place);
    expect(textOf(await place.call('one'))).toBe('re one');
    const number = await place.sequenced.number(envelopeOf(soapVersion, 'two'), true);
    const late = (await place.sequenced.transmission(number))!;
    place.ambient.now += 60_001;
    expect(await place.sequenced.isOpen()).toBe(false);
    await expect(place.sequenced.transmission(number)).rejects.toThrow('peer.sequence-terminated');
    await expect(place.bring(late.request.octets)).rejects.toThrow('peer.sequence-terminated');
    await create(place);
    expect(textOf(await place.call('three'))).toBe('re three');
  });

  test('a message that overtakes another one waits for it', async () => {
    const place = await scene(version, soapVersion);
    await create(place);
    const numbers = [
      await place.sequenced.number(envelopeOf(soapVersion, 'one'), true),
      await place.sequenced.number(envelopeOf(soapVersion, 'two'), true),
    ];
    const [one, two] = [
      (await place.sequenced.transmission(numbers[0]!))!,
      (await place.sequenced.transmission(numbers[1]!))!,
    ];
    const answers = [place.bring(two.request.octets), place.bring(one.request.octets)];
    const [toTwo, toOne] = (await Promise.all(answers)) as [Uint8Array, Uint8Array];
    expect(textOf(await place.sequenced.receive(toOne, one.request, TLS, numbers[0]))).toBe('re one');
    expect(textOf(await place.sequenced.receive(toTwo, two.request, TLS, numbers[1]))).toBe('re two');
    expect(place.served).toEqual(['one', 'two']);
  });
});

/** Somebody with a context of his own, who knows all that the first party knows of its sequence. */
async function thief(place: Scene): Promise<SequencedInitiator> {
  const stranger = place.initiator({ profile: withSequences(peerProfile('parley'), ENDPOINT) });
  await issue(place, stranger);
  const partition = `initiator ${place.first.context?.identifier}`;
  return new SequencedInitiator({
    initiator: stranger,
    profile: withSequences(peerProfile('parley'), ENDPOINT),
    records: {
      transact: (_, action) => place.records.transact(partition, action),
      clear: async () => undefined,
    },
    ambient: place.ambient,
    soapVersion: '1.2',
    to: ENDPOINT,
    settings: completeSequenceSettings({}),
  });
}

test.each(KINDS)(
  'T86: what is said of a sequence under another context changes nothing, as if there were no such sequence: %s, SOAP %s',
  async (version, soapVersion) => {
    const place = await scene(version, soapVersion);
    await create(place);
    await place.call('one');
    const stolen = await thief(place);
    const number = await stolen.number(envelopeOf(soapVersion, 'forged'), true);
    const message = (await stolen.transmission(number))!.request;
    const requests = [message, await stolen.requestAcknowledgement()];
    for (const request of requests) {
      const received: Received = await place.responder.receive(request.octets, TLS);
      if (received.kind !== 'refused') throw new Error(received.kind);
      expect(received.failure.code).toBe('peer.sequence-unknown');
    }
    expect(place.served).toEqual(['one']);
    // The number that was given out is the owner's to use.
    const own = (await place.sequenced.transmission(number))!;
    const answer = (await place.bring(own.request.octets))!;
    expect(textOf(await place.sequenced.receive(answer, own.request, TLS, number))).toBe('re forged');
  },
);

test.each(KINDS)('T86: a stranger ends nobody’s sequence: %s, SOAP %s', async (version, soapVersion) => {
  const place = await scene(version, soapVersion);
  await create(place);
  await place.call('one');
  const copy = new MemoryRecords();
  const partition = `initiator ${place.first.context?.identifier}`;
  const book = await place.records.transact(partition, (records) => records.get('book'));
  const stolen = await thief({ ...place, records: copy });
  await copy.transact(partition, (records) => records.put('book', book!, Number.MAX_SAFE_INTEGER));
  const made = (await stolen.requestEnd())!;
  const request = 'lastNumber' in made ? (await stolen.transmission(made.lastNumber))!.request : made;
  const received = await place.responder.receive(request.octets, TLS);
  expect(received).toMatchObject({ kind: 'refused', failure: { code: 'peer.sequence-unknown' } });
  expect(textOf(await place.call('two'))).toBe('re two');
  await place.end();
});

test('T86: header blocks about sequences that nobody signed are refused, and change nothing', async () => {
  const place = await scene('200512', '1.2');
  await create(place);
  const number = await place.sequenced.number(envelopeOf('1.2', 'one'), true);
  // Sent again, it asks what has arrived.
  await place.sequenced.transmission(number);
  const { request } = (await place.sequenced.transmission(number))!;
  const block = /<r:AckRequested.*<\/r:AckRequested>/.exec(text(request.octets))![0].replace(/ u:Id="[^"]*"/, '');
  const spliced = text(request.octets).replace('<s:Header>', `<s:Header>${block}`);
  const received = await place.responder.receive(octets(spliced), TLS);
  expect(received).toMatchObject({ kind: 'refused', failure: { code: 'peer.coverage-missing' } });
  const moved = text(request.octets).replace(/<r:MessageNumber>1</, '<r:MessageNumber>2<');
  expect(await place.responder.receive(octets(moved), TLS)).toMatchObject({
    kind: 'refused',
    failure: { code: 'peer.digest-mismatch' },
  });
  const answer = (await place.bring(request.octets))!;
  expect(textOf(await place.sequenced.receive(answer, request, TLS, number))).toBe('re one');
});

test.each(KINDS)(
  'T86: what comes to an AcksTo is signed, and of that context: %s, SOAP %s',
  async (version, soapVersion) => {
    const scenes = ['one', 'other'].map(
      async () => await scene(version, soapVersion, {}, { acksTo: ['urn:me'] }, {}, 'urn:me'),
    );
    const [place, other] = (await Promise.all(scenes)) as [Scene, Scene];
    await create(place);
    await create(other);
    const number = await place.sequenced.number(envelopeOf(soapVersion, 'one'), false);
    const { request } = (await place.sequenced.transmission(number))!;
    const { exchange } = must(await place.responder.receive(request.octets, TLS), 'sequence');
    expect(granted(await exchange.run(async () => undefined, NEVER))).toBeUndefined();
    const told = granted(await exchange.acknowledgement())!;
    expect(told.to).toBe('urn:me');
    const refused = {
      'our own message': request.octets,
      'another number': octets(text(told.octets).replace('Upper="1"', 'Upper="2"')),
      'nothing that is signed': octets(text(told.octets).replace(/<\w+:Security .*<\/\w+:Security>/s, '')),
    };
    for (const [what, message] of Object.entries(refused))
      await expect(place.sequenced.receiveAcknowledgement(message, TLS), what).rejects.toThrow(/^peer\./);
    await expect(other.sequenced.receiveAcknowledgement(told.octets, TLS)).rejects.toThrow(/^peer\./);
    expect(await place.sequenced.unsettled()).toHaveLength(1);
    for (const _ of ['once', 'again']) await place.sequenced.receiveAcknowledgement(told.octets, TLS);
    expect(await place.sequenced.unsettled()).toEqual([]);
  },
);

test('T85: what the responder said of a sequence is no request, if it comes back', async () => {
  const place = await scene('200512', '1.2');
  await create(place);
  const number = await place.sequenced.number(envelopeOf('1.2', 'one'), true);
  const { request } = (await place.sequenced.transmission(number))!;
  const answer = (await place.bring(request.octets))!;
  expect(await place.responder.receive(answer, TLS)).toMatchObject({
    kind: 'refused',
    failure: { code: expect.stringMatching(/^peer\.(reflected|addressing-mismatch)$/) },
  });
  await expect(place.sequenced.receive(request.octets, request, TLS, number)).rejects.toThrow('peer.reflected');
});

test.each(['1.1', '1.2'] as const)(
  'more sequences than one context may have are refused, under the context: SOAP %s',
  async (soapVersion) => {
    const place = await scene('200512', soapVersion, {}, { sequencesPerContextMax: 1 });
    await create(place);
    const other = new SequencedInitiator({
      initiator: place.first,
      profile: withSequences(peerProfile('parley'), ENDPOINT),
      records: new MemoryRecords(),
      ambient: new TestAmbient('other'),
      soapVersion,
      to: ENDPOINT,
      settings: completeSequenceSettings({}),
    });
    const request = await other.requestCreate();
    const received = await place.responder.receive(request.octets, TLS);
    if (received.kind !== 'refused') throw new Error(received.kind);
    expect(received.failure.code).toBe('peer.sequence-refused');
    await expect(other.receive(received.reply, request, TLS)).rejects.toMatchObject({
      code: 'peer.soap-fault',
      detail: { faultCode: 'CreateSequenceRefused' },
    });
  },
);

test('T88: sequences that are made and ended without end are bounded', async () => {
  const place = await scene('200512', '1.2');
  let made = 0;
  const go = async (): Promise<void> => {
    for (; made < 100; made++) {
      await create(place);
      await place.end();
    }
  };
  await expect(go()).rejects.toThrow('peer.sequence-refused');
  expect(made).toBe(64);
});

test('asked again, it is the same sequence', async () => {
  const place = await scene('200512', '1.2');
  const lost = await place.sequenced.requestCreate();
  await place.bring(lost.octets);
  const request = await place.sequenced.requestCreate();
  expect(await place.sequenced.receive((await place.bring(request.octets))!, request, TLS)).toMatchObject({
    kind: 'created',
  });
  expect(textOf(await place.call('one'))).toBe('re one');
});

test('messages outside of sequences are taken, unless all have to be in one', async () => {
  for (const [required, kind] of [
    [false, 'message'],
    [true, 'refused'],
  ] as const) {
    const place = await scene('200512', '1.2', {}, { required });
    const plain = granted(place.first.requestCall(envelopeOf('1.2', 'plain')));
    const received = await place.responder.receive(plain.octets, TLS);
    expect(received.kind).toBe(kind);
    if (received.kind === 'refused') expect(received.failure.code).toBe('peer.sequence-required');
  }
});

test('the replay memory is not asked for messages that are numbered', async () => {
  const asked: string[] = [];
  const replayCache = {
    insertIfAbsent: (_: string, key: string): boolean => {
      asked.push(key);
      return true;
    },
  };
  const place = await scene('200512', '1.2', { replayCache });
  const before = asked.length;
  await create(place);
  await place.call('one');
  await place.end();
  expect(asked.length).toBe(before);
});

test('at least once: what is sent again before the application is done is handed over again, and answered', async () => {
  const place = await scene('200512', '1.2', {}, { delivery: 'at-least-once', order: 'unordered' });
  await create(place);
  const number = await place.sequenced.number(envelopeOf('1.2', 'one'), true);
  const first = (await place.sequenced.transmission(number))!;
  const second = (await place.sequenced.transmission(number))!;
  const [, answer] = await Promise.all([place.bring(first.request.octets), place.bring(second.request.octets)]);
  expect(place.served).toEqual(['one', 'one']);
  expect(textOf(await place.sequenced.receive(answer!, second.request, TLS, number))).toBe('re one');
  expect(textOf(await place.call('two'))).toBe('re two');
  await place.end();
});

test('counters say what came', async () => {
  const place = await scene('200512', '1.2');
  await create(place);
  await place.call('one');
  const number = await place.sequenced.number(envelopeOf('1.2', 'two'), true);
  for (let attempt = 0; attempt < 3; attempt++)
    await place.bring((await place.sequenced.transmission(number))!.request.octets);
  expect(place.responder.sequenceStats).toEqual({ created: 1, messages: 2, repeated: 2, beyond: 0 });
});

test('a sequence whose other side is silent is over', async () => {
  const place = await scene('200512', '1.2', {}, { inactivityMs: 60_000 }, { inactivityMs: 60_000 });
  await create(place);
  const number = await place.sequenced.number(envelopeOf('1.2', 'one'), true);
  const { request } = (await place.sequenced.transmission(number))!;
  place.ambient.now += 60_000;
  await expect(place.sequenced.transmission(number)).rejects.toMatchObject({ code: 'peer.sequence-silent' });
  expect(await place.responder.receive(request.octets, TLS)).toMatchObject({
    kind: 'refused',
    failure: { code: 'peer.sequence-terminated' },
  });
});

test('what waits for a message that is missing is there for as long as its sequence, however long that is', async () => {
  const place = await scene('200512', '1.2', {}, { inactivityMs: 60_000 }, { inactivityMs: 60_000 });
  await create(place);
  const [first, second] = [
    await place.sequenced.number(envelopeOf('1.2', 'one'), true),
    await place.sequenced.number(envelopeOf('1.2', 'two'), true),
  ];
  const late = await place.sequenced.transmission(first);
  const behind = place.bring((await place.sequenced.transmission(second))!.request.octets);
  for (let minute = 0; minute < 40; minute++) {
    place.ambient.now += 50_000;
    const asked = await place.sequenced.requestAcknowledgement();
    await place.sequenced.receive((await place.bring(asked.octets))!, asked, TLS);
    await place.store.prune(place.ambient.now);
  }
  expect(place.served).toEqual([]);
  const again = await place.sequenced.transmission(first);
  await place.bring((again ?? late)!.request.octets);
  await behind;
  expect(place.served).toEqual(['one', 'two']);
});

test('T80: options that cannot be are refused', () => {
  for (const options of [{ windowMax: 0 }, { windowMax: 1001 }, { inactivityMs: 0.5 }, { retransmitAfterMs: -1 }])
    expect(() => completeSequenceSettings(options)).toThrow('caller.option-invalid');
  const wrong: ResponderSequenceOptions[] = [{ holdMs: 0 }, { sequencesPerContextMax: Number.NaN }];
  for (const sequences of [
    ...wrong,
    { order: 'sorted' } as unknown as ResponderSequenceOptions,
    { delivery: 'at-least-once' } as const,
  ])
    expect(() => world('200512', '1.2', { sequences })).toThrow('caller.option-invalid');
  const profile = peerProfile('parley', 'Basic256', { addressing: 'none' });
  expect(() => world('200512', '1.2', { sequences: {}, profile })).toThrow('caller.option-invalid');
});
