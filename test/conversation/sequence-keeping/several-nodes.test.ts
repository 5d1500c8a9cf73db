// Several nodes over one store: messages come to any of them, several times and at once, and nodes are killed between any two steps.
import type { Ambient, RecordStore } from '@parley/conversation';
import { MemoryRecords } from '@parley/conversation';
import type { OpenedMessage, Policy } from '@parley/engine';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newDestination } from '../../../packages/conversation/src/sequence/destination.ts';
import { newSource } from '../../../packages/conversation/src/sequence/source.ts';
import { DeliveryQueue } from '../../../packages/conversation/src/sequence-keeping/delivery-queue.ts';
import { ResponderSequences } from '../../../packages/conversation/src/sequence-keeping/responder-sequences.ts';
import { contextOwner } from '../../../packages/conversation/src/sequence-keeping/sequence-owner.ts';
import { SessionBook } from '../../../packages/conversation/src/sequence-keeping/session-book.ts';
import { completeResponderSequenceSettings } from '../../../packages/conversation/src/sequence-keeping/settings.ts';

const START_MS = 1_800_000_000_000;
const LEASE_MS = 10_000;
const HOLD_MS = 20_000;
const SET_BACK_MS = 3_600_000;
const RESEND_MS = 2000;
const OWNER = contextOwner('urn:uuid:shared');
const WAY = { version: '200702', expiresAtMs: undefined } as const;
const THERE = { ...WAY, identifier: 'urn:there', order: 'in-order', incomplete: 'DiscardFollowingFirstGap' } as const;

interface Course {
  readonly nodes: number;
  readonly messages: number;
  /** Whether a node that is started again has the name that it had. */
  readonly named: boolean;
  readonly hasOffer: boolean;
  /** How long the application takes for each message, in turn. */
  readonly servingMs: readonly number[];
  /** Of what could go on next, which does; and whether a node is killed instead. */
  readonly choices: readonly number[];
  /** After so many steps, a node is killed. */
  readonly kills: readonly number[];
  /** After so many steps, the clock is set back. */
  readonly setsBack: readonly number[];
}

/** What waits for its turn to go on, and what waits for a time. */
class Stage {
  readonly #choices: number[];
  readonly #ready: (() => void)[] = [];
  #alarms: { readonly atMs: number; readonly ring: () => void }[] = [];
  nowMs = START_MS;
  /** What the clock of all nodes shows beside the time that has passed. */
  skewMs = 0;
  steps = 0;

  constructor(choices: readonly number[]) {
    this.#choices = [...choices];
  }

  choose(count: number): number {
    return (this.#choices.shift() ?? 0) % count;
  }

  /** Goes on when it is chosen. */
  async turn(): Promise<void> {
    await new Promise<void>((resolve) => this.#ready.push(resolve));
  }

  at(delayMs: number, ring: () => void): () => void {
    const alarm = { atMs: this.nowMs + delayMs, ring };
    this.#alarms.push(alarm);
    return () => {
      this.#alarms = this.#alarms.filter((each) => each !== alarm);
    };
  }

  async pause(delayMs: number): Promise<void> {
    await new Promise<void>((resolve) => void this.at(delayMs, resolve));
  }

  /** One step of anybody; time passes where nobody can make one. */
  async step(): Promise<void> {
    this.steps++;
    const [go] = this.#ready.splice(this.choose(Math.max(this.#ready.length, 1)), 1);
    if (go !== undefined) go();
    else {
      const next = this.#alarms.reduce((first, each) => (each.atMs < first.atMs ? each : first));
      this.#alarms = this.#alarms.filter((each) => each !== next);
      this.nowMs = next.atMs;
      next.ring();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** One life of a node. */
class Node {
  readonly queue: DeliveryQueue;
  readonly sequences: ResponderSequences;
  isDead = false;

  constructor(stage: Stage, records: RecordStore, settings: { readonly node: string | undefined; life: string }) {
    const ambient: Ambient = {
      nowMs: () => stage.nowMs + stage.skewMs,
      fillRandom: (out) => void out.set(new TextEncoder().encode(settings.life).subarray(0, out.length)),
      wakeAfter: (delayMs, wake) => stage.at(delayMs, () => this.isDead || wake()),
    };
    const mortal: RecordStore = {
      transact: async (partition, action) => {
        await this.#alive(stage);
        const result = await records.transact(partition, action);
        await this.#alive(stage);
        return result;
      },
      clear: async () => undefined,
    };
    const options = { leaseMs: LEASE_MS, node: settings.node };
    this.sequences = new ResponderSequences(mortal, ambient, completeResponderSequenceSettings(options));
    this.queue = new DeliveryQueue(this.sequences, ambient);
  }

  async #alive(stage: Stage): Promise<void> {
    await stage.turn();
    if (this.isDead) await new Promise<never>(() => undefined);
  }
}

interface HandOver {
  readonly number: number;
  readonly node: Node;
  isDone: boolean;
}

/** The nodes, a peer that sends each message until it is answered, and all hand-overs that there were. */
class Scene {
  readonly #course: Course;
  readonly #stage: Stage;
  readonly #records = new MemoryRecords();
  readonly #nodes: Node[] = [];
  readonly #answered = new Set<number>();
  readonly handOvers: HandOver[] = [];
  readonly #failures: unknown[] = [];
  #lives = 0;

  constructor(course: Course) {
    this.#course = course;
    this.#stage = new Stage(course.choices);
  }

  async run(): Promise<void> {
    const { nodes, messages, hasOffer, kills, setsBack } = this.#course;
    await this.#records.transact(OWNER.partition, (records) => {
      const book = new SessionBook(records, { inactivityMs: 600_000, nowMs: START_MS });
      const inbound = newDestination({ ...THERE, windowMax: 32, acksTo: ANONYMOUS }, START_MS);
      const outbound = hasOffer
        ? newSource({ ...WAY, identifier: 'urn:back', windowMax: 64, incomplete: undefined }, START_MS)
        : undefined;
      book.add({ version: '200702', createId: 'urn:create', inbound, outbound });
      book.save();
    });
    for (let index = 0; index < nodes; index++) this.#nodes.push(this.#born(index));
    for (let number = 1; number <= messages; number++) void this.#send(number);
    const due = [...kills];
    const dueBack = [...setsBack];
    while (this.#answered.size < messages && this.#failures.length === 0) {
      await this.#stage.step();
      // Nobody waits for a time that the clock has yet to come to again.
      expect(this.#stage.nowMs - START_MS).toBeLessThan(SET_BACK_MS / 2);
      if (dueBack[0] !== undefined && this.#stage.steps >= dueBack[0]) {
        dueBack.shift();
        this.#stage.skewMs -= SET_BACK_MS;
      }
      if (due[0] === undefined || this.#stage.steps < due[0]) continue;
      due.shift();
      this.#kill(this.#stage.choose(nodes));
    }
    expect(this.#failures).toEqual([]);
  }

  #born(index: number): Node {
    const node = this.#course.named ? `node ${index}` : undefined;
    return new Node(this.#stage, this.#records, { node, life: `life ${this.#lives++}` });
  }

  #kill(index: number): void {
    this.#nodes[index]!.isDead = true;
    this.#nodes[index] = this.#born(index);
  }

  /** Again and again, to any node. */
  async #send(number: number): Promise<void> {
    while (!this.#answered.has(number)) {
      const node = this.#nodes[this.#stage.choose(this.#course.nodes)]!;
      this.#bring(number, node).catch((error: unknown) => this.#failures.push(error));
      await this.#stage.pause(RESEND_MS);
    }
  }

  async #bring(number: number, node: Node): Promise<void> {
    const numbered = { identifier: THERE.identifier, number, isLast: false };
    const headers = { version: '200702', numbered, acknowledgements: [], ackRequested: [], usesToken: false } as const;
    const parts = { owner: OWNER, headers: { ...headers, usesTls: false, fault: undefined }, policy: {} as Policy };
    const message = { messageId: `urn:${number}` } as OpenedMessage;
    const scene = { ...parts, message, action: 'urn:app:Do', messageId: `urn:${number}`, address: 'urn:here' };
    const { step, begun } = await node.queue.take(scene);
    if (step.kind !== 'numbered') throw new Error(step.kind);
    const serve = async ({ messageId }: OpenedMessage) => await this.#serve(messageId!, node);
    const answer =
      (await node.queue.run(step.place, begun, serve, this.#stage.pause(HOLD_MS))) ??
      (await node.sequences.answerTo(step.place));
    if (node.isDead || answer?.action !== 'application') return;
    expect(new TextDecoder().decode(answer.envelope)).toBe(`re urn:${number}`);
    this.#answered.add(number);
  }

  async #serve(messageId: string, node: Node): Promise<Uint8Array> {
    const number = Number(messageId.slice('urn:'.length));
    // One at a time, and nothing that is done already.
    const under = this.handOvers.filter((each) => !each.isDone && !each.node.isDead);
    if (under.length > 0) this.#failures.push(`${number} while ${under[0]!.number} is at work`);
    const handOver: HandOver = { number, node, isDone: false };
    this.handOvers.push(handOver);
    const { servingMs } = this.#course;
    await this.#stage.pause(servingMs[number % servingMs.length] ?? 0);
    if (node.isDead) await new Promise<never>(() => undefined);
    handOver.isDone = true;
    return new TextEncoder().encode(`re ${messageId}`);
  }
}
const ANONYMOUS = 'http://www.w3.org/2005/08/addressing/anonymous';

const STEPS = fc.array(fc.nat(120), { maxLength: 4 }).map((steps) => steps.sort((left, right) => left - right));

const course = fc.record<Course>({
  nodes: fc.integer({ min: 2, max: 3 }),
  messages: fc.integer({ min: 1, max: 6 }),
  named: fc.boolean(),
  hasOffer: fc.boolean(),
  servingMs: fc.array(fc.constantFrom(0, 10, 3000, 4 * LEASE_MS), { minLength: 1, maxLength: 4 }),
  choices: fc.array(fc.nat(11), { maxLength: 200 }),
  kills: STEPS,
  setsBack: STEPS.map((steps) => steps.slice(0, 2)),
});

describe('T109: nodes that share a store', () => {
  test('hand each message over, in order, never two at once, and again only what a node had begun when it died', async () => {
    await fc.assert(
      fc.asyncProperty(course, async (each) => {
        const scene = new Scene(each);
        await scene.run();
        const numbers = scene.handOvers.map(({ number }) => number);
        expect([...new Set(numbers)]).toEqual(Array.from({ length: each.messages }, (_, index) => index + 1));
        expect(numbers).toEqual([...numbers].sort((left, right) => left - right));
        expect(numbers.length).toBeLessThanOrEqual(each.messages + each.kills.length);
        // What was handed over twice was so because its node died.
        for (const { number, node } of scene.handOvers.slice(0, -1)) {
          const again = scene.handOvers.findLast((other) => other.number === number)!;
          if (again.node !== node) expect(node.isDead).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
