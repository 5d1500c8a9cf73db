// Both real ends over a line that drops, doubles, delays and reorders, either made anew of its records meanwhile: in memory and in LMDB.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ContextStore, OutgoingRequest, SequencePlace, SoapVersion } from '@parley/conversation';
import {
  completeSequenceSettings,
  MemoryContextStore,
  MemoryReplayCache,
  peerProfile,
  SequencedInitiator,
  withSequences,
} from '@parley/conversation';
import { Fault, type Version } from '@parley/core';
import { KeyEncryptionKey, openLmdbContextStore } from '@parley/stores';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applicationEnvelope,
  ENDPOINT,
  issue,
  must,
  type TestInitiator,
  TLS,
  text,
  type World,
  world,
} from '../conversation-fixture.ts';

const NEVER = new Promise<never>(() => undefined);
const AT_ONCE = Promise.resolve();
const ROUND_MS = 1000;
/** What the line does to a message, and what becomes of the ends when it arrives; none of it once all of them have been used up. */
const TROUBLES = [
  'drop',
  'double',
  'delay',
  'answer lost',
  'initiator restarts',
  'responder restarts',
  'service dies',
] as const;
type Trouble = (typeof TROUBLES)[number] | 'none';

interface Course {
  readonly generation: readonly [Version, SoapVersion];
  readonly messages: number;
  readonly windowMax: number;
  /** One for each message on the line, in turn. */
  readonly troubles: readonly Trouble[];
}

interface UnderWay {
  readonly request: OutgoingRequest;
  readonly number: number | undefined;
  readonly dueAt: number;
  readonly trouble: Trouble;
  /** Of the initiator that waits for the answer. */
  readonly life: number;
}

/** A store, and the same again after a restart of its process. */
interface Disk {
  open(): Promise<ContextStore>;
  reopen(store: ContextStore): Promise<ContextStore>;
  remove(store: ContextStore): Promise<void>;
}

function memory(): Disk {
  return { open: async () => new MemoryContextStore(), reopen: async (store) => store, remove: async () => undefined };
}

async function lmdb(): Promise<Disk> {
  const directory = await mkdtemp(path.join(tmpdir(), 'parley-ends-'));
  const open = async (): Promise<ContextStore> =>
    await openLmdbContextStore({ directory, keyEncryptionKey: new KeyEncryptionKey(new Uint8Array(32).fill(5)) });
  const reopen = async (store: ContextStore): Promise<ContextStore> => {
    await store.close();
    return await open();
  };
  const remove = async (store: ContextStore): Promise<void> => {
    await store.close();
    await rm(directory, { recursive: true });
  };
  return { open, reopen, remove };
}

/** Both ends of one conversation, and the line between them. */
class Scene {
  readonly #course: Course;
  readonly #disks: { readonly there: Disk; readonly here: Disk };
  readonly #profile = withSequences(
    peerProfile('parley', 'Basic256', { policy: { endpointAddress: ENDPOINT } }),
    ENDPOINT,
  );
  readonly #replayCache = new MemoryReplayCache();
  readonly #troubles: Trouble[];
  readonly #arrived = new Set<number>();
  #underWay: UnderWay[] = [];
  #round = 0;
  #life = 0;
  #there!: ContextStore;
  #here!: ContextStore;
  #place!: World;
  #initiator!: TestInitiator;
  #sequenced!: SequencedInitiator;
  /** Of the application: what it has done, by its own books, and what it has been given again though it had. */
  readonly served: string[] = [];
  readonly again: string[] = [];
  readonly answers = new Map<number, string[]>();

  constructor(course: Course, there: Disk, here: Disk) {
    this.#course = course;
    this.#disks = { there, here };
    this.#troubles = [...course.troubles];
  }

  async run(): Promise<void> {
    this.#there = await this.#disks.there.open();
    this.#here = await this.#disks.here.open();
    this.#startResponder();
    this.#startInitiator();
    await issue(this.#place, this.#initiator);
    while (!(await this.#sequenced.isOpen())) await this.#go(await this.#sequenced.requestCreate());
    while (!(await this.#isSettled())) await this.#callRound();
    while (await this.#endRound());
    await this.#disks.there.remove(this.#there);
    await this.#disks.here.remove(this.#here);
  }

  async #isSettled(): Promise<boolean> {
    const { length } = await this.#sequenced.unsettled();
    return length === 0 && (await this.#sequenced.nextNumber()) > this.#course.messages;
  }

  async #callRound(): Promise<void> {
    const { generation, messages } = this.#course;
    for (let next = await this.#sequenced.nextNumber(); next <= messages; next++) {
      const envelope = applicationEnvelope(generation[1], `message ${next}`);
      const number = await this.#sequenced.number(envelope, true).catch(whatIsBusy);
      if (number === undefined) break;
    }
    await this.#resendRound();
  }

  async #resendRound(): Promise<void> {
    for (const { number } of await this.#sequenced.unsettled()) {
      const transmission = await this.#sequenced.transmission(number);
      if (transmission !== undefined) this.#send(transmission.request, number);
    }
    await this.#pass();
  }

  /** `false` when the sequence has ended. */
  async #endRound(): Promise<boolean> {
    const isSettled = (await this.#sequenced.unsettled()).length === 0;
    const made = isSettled ? await this.#sequenced.requestEnd() : undefined;
    if (made === undefined && isSettled) return false;
    // The last message of 2005/02 has a number, as any other.
    if (made === undefined || 'lastNumber' in made) await this.#resendRound();
    else await this.#go(made);
    return true;
  }

  async #go(request: OutgoingRequest, number?: number): Promise<void> {
    this.#send(request, number);
    await this.#pass();
  }

  #send(request: OutgoingRequest, number: number | undefined): void {
    const trouble = this.#troubles.shift() ?? 'none';
    if (trouble === 'drop') return;
    const dueAt = this.#round + (trouble === 'delay' ? 1 + (this.#troubles.length % 3) : 0);
    const message = { request, number, dueAt, trouble, life: this.#life };
    this.#underWay.push(message);
    if (trouble === 'double') this.#underWay.push({ ...message, dueAt: dueAt + 1 });
  }

  /** Time passes, and what is due arrives: what was delayed behind what was sent after it. */
  async #pass(): Promise<void> {
    const due = this.#underWay.filter(({ dueAt }) => dueAt <= this.#round);
    this.#underWay = this.#underWay.filter(({ dueAt }) => dueAt > this.#round);
    for (const message of due.reverse()) await this.#deliver(message);
    this.#round++;
    this.#place.ambient.now += ROUND_MS;
  }

  async #deliver({ request, number, trouble, life }: UnderWay): Promise<void> {
    const answer = await this.#bring(request, number, trouble === 'service dies');
    // Who restarts it waits until the application is done with what it was handed, whosever request brought it.
    if (trouble === 'responder restarts') await this.#place.responder.idle();
    if (trouble === 'responder restarts' || trouble === 'service dies') {
      this.#there = await this.#disks.there.reopen(this.#there);
      this.#startResponder();
    }
    if (trouble === 'initiator restarts') {
      this.#here = await this.#disks.here.reopen(this.#here);
      this.#startInitiator();
    }
    // What the connection brings to an end that has gone, nobody reads.
    if (trouble === 'answer lost' || life !== this.#life) return;
    if (answer === undefined) {
      if (number === undefined) await this.#sequenced.receiveNothing();
      return;
    }
    const outcome = await this.#sequenced.receive(answer, request, TLS, number).catch(whatCameTwice);
    if (outcome?.kind !== 'answer' || number === undefined) return;
    this.answers.set(number, [...(this.answers.get(number) ?? []), saidIn(outcome.message.body)]);
  }

  async #bring(request: OutgoingRequest, number: number | undefined, dies: boolean): Promise<Uint8Array | undefined> {
    const received = await this.#place.responder.receive(request.octets, TLS);
    // A copy of what ended the sequence, after its end.
    if (received.kind === 'refused') return received.reply;
    const { exchange } = must(received, 'sequence');
    if (number !== undefined && number <= this.#course.messages) this.#arrived.add(number);
    const isComplete = number !== undefined && upTo(number).every((each) => this.#arrived.has(each));
    const serve = async ({ messageId, body }: Served, { number: place }: SequencePlace) => {
      const said = saidIn(body);
      // Its own books tell an application what it had done when it was cut off.
      (this.served.length >= place ? this.again : this.served).push(said);
      if (dies) throw new Error('cut off');
      return applicationEnvelope(this.#course.generation[1], `re ${said}`, messageId);
    };
    const reply = await exchange.run(serve, isComplete ? NEVER : AT_ONCE);
    return reply.ok ? reply.value : undefined;
  }

  #startResponder(): void {
    const [version, soapVersion] = this.#course.generation;
    const now = this.#place?.ambient.now;
    const replayCache = this.#replayCache;
    const place = world(
      version,
      soapVersion,
      { store: this.#there, profile: this.#profile, sequences: {}, replayCache },
      `${this.#round}`,
    );
    if (now !== undefined) place.ambient.now = now;
    this.#place = place;
  }

  #startInitiator(): void {
    const [, soapVersion] = this.#course.generation;
    const { context, tokenId } = this.#initiator ?? {};
    const seed = this.#life++;
    this.#initiator = this.#place.initiator({ profile: this.#profile, context, tokenId });
    this.#sequenced = new SequencedInitiator({
      initiator: this.#initiator,
      profile: this.#profile,
      records: this.#here.records!,
      ambient: { nowMs: () => this.#place.ambient.now, fillRandom: (out) => crypto.getRandomValues(out) },
      soapVersion,
      to: ENDPOINT,
      name: `${seed}`,
      settings: completeSequenceSettings({ windowMax: this.#course.windowMax }),
    });
  }
}

interface Served {
  readonly messageId: string | undefined;
  readonly body: Uint8Array;
}

function saidIn(body: Uint8Array): string {
  return /<e:Echo[^>]*>([^<]*)</.exec(text(body))?.[1] ?? '';
}

function whatIsBusy(error: unknown): undefined {
  if (!(error instanceof Fault) || error.code !== 'internal.busy') throw error;
}

/** An answer to what was answered already is refused: nobody waits for it. */
function whatCameTwice(error: unknown): undefined {
  if (!(error instanceof Fault) || !REFUSED.test(error.code)) throw error;
}
const REFUSED = /^(peer\..*|caller\.context-unusable)$/;

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);
const GENERATIONS: readonly Course['generation'][] = [
  ['200512', '1.1'],
  ['200512', '1.2'],
  ['200502', '1.1'],
  ['200502', '1.2'],
];
const course = fc.record<Course>({
  generation: fc.constantFrom(...GENERATIONS),
  messages: fc.integer({ min: 1, max: 9 }),
  windowMax: fc.integer({ min: 1, max: 6 }),
  troubles: fc.array(fc.constantFrom<Trouble>(...TROUBLES, 'none'), { maxLength: 40 }),
});

/** CloseSequence is answered after TerminateSequence was. */
const LATE_CLOSE: Course = {
  generation: ['200512', '1.1'],
  messages: 1,
  windowMax: 1,
  troubles: ['service dies', 'responder restarts', 'delay', 'service dies'],
};

/** The request of the first is answered while the application is at work for the second. */
const RESTARTS: Course = {
  generation: ['200512', '1.1'],
  messages: 2,
  windowMax: 2,
  troubles: ['responder restarts', 'responder restarts'],
};

describe.each([
  ['memory', async () => memory(), 40],
  ['LMDB', lmdb, 6],
] as const)('of %s', (_, disk, numRuns) => {
  test('T87: each message is done once, in order, and answered, once the line has healed', async () => {
    await fc.assert(
      fc.asyncProperty(course, async (each) => {
        const scene = new Scene(each, await disk(), await disk());
        await scene.run();
        expect(scene.served).toEqual(upTo(each.messages).map((number) => `message ${number}`));
        const cuts = each.troubles.filter((trouble) => trouble === 'service dies').length;
        expect(scene.again.length).toBeLessThanOrEqual(cuts);
        expect([...scene.answers].sort(([left], [right]) => left - right)).toEqual(
          upTo(each.messages).map((number) => [number, [`re message ${number}`]]),
        );
      }),
      { numRuns, examples: [[LATE_CLOSE], [RESTARTS]] },
    );
  });
});
