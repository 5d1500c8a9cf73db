/** A memory of replays without a server: each entry is one node's, and the others ask it. */
import { hash } from 'node:crypto';
import { Fault } from '@parley/core';
import {
  callback,
  FINITE,
  FLAG,
  listOf,
  optional,
  port,
  requireKind,
  requireOptions,
  shapeOf,
  TEXT,
  whole,
} from '@parley/core/internal';
import type { ReplayCache, ReplayShare } from '@parley/engine';
import type { ReplayQuestion } from '../replay/replay-doors.ts';
import { QUESTION, requireQuestion } from '../replay/replay-doors.ts';
import type { CallErrors, CallLimits } from './remote-calls.ts';
import { RemoteCalls } from './remote-calls.ts';

export interface DividedReplayOptions extends CallLimits {
  /** This node, as it stands in `nodes`. */
  readonly self: string;
  /** The names of all nodes, the same on each, in whatever order. */
  readonly nodes: readonly string[];
  /** What this node remembers of what is its own to remember, and what it answers others from. */
  readonly memory: ReplayCache;
  /**
   * Asks another node, which answers with its `answer`. Over a connection that nobody else can use: whoever can ask can have messages
   * refused. One that rejects, or is not there, has the message refused.
   */
  readonly ask: (node: string, question: ReplayQuestion) => Promise<boolean>;
}

const OPTIONS = shapeOf<DividedReplayOptions>({
  self: TEXT,
  nodes: listOf(TEXT, 1),
  memory: port<ReplayCache>('insertIfAbsent'),
  ask: callback(),
  withinMs: optional(whole(1)),
  callsMax: optional(whole(1)),
});

const ERRORS: CallErrors = { mayPass: () => false, reasonOf: () => 'node' };

/**
 * A `ReplayCache` for nodes that share no server: which of them remembers a message follows from the message and their names, and all ask that one. So
 * each message is taken once, whichever node it is shown to; while its node is away, it is refused. What a node remembered is gone with it: give
 * its next memory `lostUntilMs`.
 */
export class DividedReplayCache implements ReplayCache {
  readonly #self: string;
  readonly #nodes: readonly string[];
  readonly #memory: ReplayCache;
  readonly #ask: DividedReplayOptions['ask'];
  readonly #calls: RemoteCalls;

  /** @throws Fault `caller.option-invalid` */
  constructor(options: DividedReplayOptions) {
    requireOptions(OPTIONS, options, 'options');
    const { self, nodes, memory, ask } = options;
    if (!nodes.includes(self) || new Set(nodes).size < nodes.length)
      throw new Fault('caller.option-invalid', { option: 'nodes', reason: 'each once, and this one among them' });
    this.#self = self;
    this.#nodes = [...nodes];
    this.#memory = memory;
    this.#ask = ask;
    this.#calls = new RemoteCalls(ERRORS, options);
  }

  async insertIfAbsent(
    scope: string,
    key: string,
    untilMs: number,
    nowMs: number,
    share: ReplayShare = { owner: scope },
  ): Promise<boolean> {
    requireQuestion({ scope, key, untilMs, nowMs, share });
    const node = this.#nodeOf(scope, key);
    if (node === this.#self) return await this.#memory.insertIfAbsent(scope, key, untilMs, nowMs, share);
    // Asked once: what it did before its answer was lost, it would take for a replay.
    const answer = await this.#calls.within(async () => await this.#ask(node, { scope, key, untilMs, nowMs, share }));
    requireKind(FLAG, answer, 'ask()');
    return answer;
  }

  /**
   * Answers a node that asks this one at `nowMs`, which is this one's time: by what it remembers, only its own clock decides what is over.
   * @throws Fault `internal.store-unavailable` another is to be asked: the nodes have not the same names; `internal.quota`
   */
  async answer(question: ReplayQuestion, nowMs: number): Promise<boolean> {
    requireKind(QUESTION, question, 'question');
    requireKind(FINITE, nowMs, 'nowMs');
    const { scope, key, untilMs, share } = question;
    if (this.#nodeOf(scope, key) !== this.#self)
      throw new Fault('internal.store-unavailable', { reason: 'nodes have other names' });
    return await this.#memory.insertIfAbsent(scope, key, untilMs, nowMs, share);
  }

  /** The node whose name goes best with it: as evenly spread as the hash, and with one node less, only what was that one's moves. */
  #nodeOf(scope: string, key: string): string {
    const scores = this.#nodes.map((node) => ({
      node,
      score: hash('sha256', JSON.stringify([node, scope, key]), 'hex'),
    }));
    return scores.reduce((best, each) => (each.score < best.score ? each : best)).node;
  }
}
