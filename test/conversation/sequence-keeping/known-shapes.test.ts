// Templates know every message of a sequence again from its third on, in every generation, whatever is said along with it.
import { NamespaceBinding } from '@parley/codec';
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
import type { Workspace } from '@parley/engine';
import { afterEach, expect, test, vi } from 'vitest';
import { Workplace } from '../../../packages/conversation/src/exchange/workplace.ts';
import { ENDPOINT, granted, issue, must, TestAmbient, TLS, world } from '../conversation-fixture.ts';

const ECHO = new NamespaceBinding('e', 'urn:app').name('Echo');
const NEVER = new Promise<never>(() => undefined);
/** Up to numbers of two digits. */
const MESSAGES = 12;
/** The first says nothing of what has arrived; the second that does makes a template. */
const KNOWN_FROM = 4;

/** What is said along with the messages of a sequence. */
const TALKS = {
  'calls, whose answers say what has arrived': { isAnswered: true, acksTo: undefined },
  'calls, and what has arrived is said elsewhere': { isAnswered: true, acksTo: 'https://client.example/acks' },
  'messages that nothing answers but what has arrived': { isAnswered: false, acksTo: undefined },
} as const;
const CASES = (['200512', '200502'] as const).flatMap((version) =>
  (['1.1', '1.2'] as const).flatMap((soapVersion) =>
    Object.entries(TALKS).map(([name, talk]) => ({ name, version, soapVersion, ...talk })),
  ),
);

/** Both ends of a sequence: gives what carries one message, and what answers it. */
async function sequence(
  version: Version,
  soapVersion: SoapVersion,
  { isAnswered, acksTo }: { readonly isAnswered: boolean; readonly acksTo: string | undefined },
): Promise<() => Promise<void>> {
  const place = world(version, soapVersion, { sequences: { acksTo: ['https://client.example/acks'] } });
  const profile = withSequences(peerProfile('parley'), ENDPOINT);
  const initiator = place.initiator({ profile });
  await issue(place, initiator);
  const ambient = new TestAmbient('known shapes');
  const settings = completeSequenceSettings({});
  const records = new MemoryRecords();
  const parts = { initiator, profile, records, ambient, soapVersion, to: ENDPOINT, acksTo, settings };
  const sequenced = new SequencedInitiator(parts);
  let count = 0;
  const envelope = (relatesTo?: string): Uint8Array =>
    writeEnvelope({
      soapVersion,
      action: 'urn:app:Echo',
      messageId: `urn:uuid:known-${1000 + count++}`,
      to: relatesTo === undefined ? ENDPOINT : undefined,
      relatesTo,
      body: (writer) => writer.element(ECHO, 'said'),
    });
  const bring = async (octets: Uint8Array): Promise<Uint8Array | undefined> => {
    const { exchange } = must(await place.responder.receive(octets, TLS), 'sequence');
    return granted(await exchange.run(async ({ messageId }) => (isAnswered ? envelope(messageId) : undefined), NEVER));
  };
  const create = await sequenced.requestCreate();
  await sequenced.receive((await bring(create.octets))!, create, TLS);
  return async () => {
    const number = await sequenced.number(envelope(), isAnswered);
    const { request } = (await sequenced.transmission(number))!;
    const answer = await sequenced.receive((await bring(request.octets))!, request, TLS, number);
    expect(answer.kind).toBe(isAnswered ? 'answer' : 'acknowledged');
  };
}

/** The workspaces of all parties, as they come to work. */
function watchedWorkspaces(): ReadonlySet<Workspace> {
  const seen = new Set<Workspace>();
  const { use } = Workplace.prototype;
  vi.spyOn(Workplace.prototype, 'use').mockImplementation(function <T>(
    this: Workplace,
    work: (workspace: Workspace) => T,
  ) {
    return use.call(this, (workspace) => {
      seen.add(workspace);
      return work(workspace);
    }) as T;
  });
  return seen;
}

afterEach(() => vi.restoreAllMocks());

test.each(CASES)('$version over SOAP $soapVersion: $name', async ({ version, soapVersion, ...talk }) => {
  const seen = watchedWorkspaces();
  const known = (kind: 'opened' | 'sealed'): number =>
    [...seen].reduce((sum, { templates }) => sum + templates[kind], 0);
  const say = await sequence(version, soapVersion, talk);
  for (let number = 1; number <= MESSAGES; number++) {
    const before = { opened: known('opened'), sealed: known('sealed') };
    await say();
    if (number < KNOWN_FROM) continue;
    const gained = { opened: known('opened') - before.opened, sealed: known('sealed') - before.sealed };
    expect({ number, ...gained }).toEqual({ number, opened: 2, sealed: 2 });
  }
});
