/** Replays without a server: each gateway remembers a part of them, and the others ask it, over HTTP. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ReplayCache, ReplayQuestion } from '@parley/conversation';
import { DividedReplayCache } from '@parley/conversation';
import { failedReply } from '@parley/core/internal';
import { Agent, request } from 'undici';
import type { ReplayAnswer, SealedQuestions } from './sealed-questions.ts';
import { Strangers } from './strangers.ts';

/** Where nodes are asked, behind their addresses. */
const PATH = '/parley-replays';
/** Of a question; the identifier of a context and that of a message are in it. */
const QUESTION_BYTES_MAX = 65_536;
const ANSWER_BYTES_MAX = 4096;
const ANSWER_WITHIN_MS = 2000;
/** To one node at one time; more questions wait for them. */
const CONNECTIONS_MAX = 32;

export interface ReplayNodesOptions {
  readonly self: string;
  /** The addresses of all, by name. */
  readonly nodes: Readonly<Record<string, string>>;
  readonly memory: ReplayCache;
  readonly questions: SealedQuestions;
  readonly nowMs: () => number;
  /** Is told of a node whose clock is that far from this one's. */
  readonly onClocksApart: (apartMs: number) => void;
}

/** Where other nodes ask. */
export interface NodesDoor {
  readonly handler: RequestListener;
  /** Is to be told of each connection before it asks. */
  readonly admit: (socket: Socket) => void;
}

/** Longer than messages may be on their way: then one of the two clocks is wrong. */
const CLOCKS_APART_MS = 60_000;

/** One of the gateways that remember for each other: `cache` asks whichever remembers a message, `handler` answers those that ask this one. */
export class ReplayNodes implements NodesDoor {
  readonly cache: ReplayCache;
  readonly #divided: DividedReplayCache;
  readonly #options: ReplayNodesOptions;
  readonly #strangers = new Strangers();
  readonly #agent = new Agent({
    connections: CONNECTIONS_MAX,
    headersTimeout: ANSWER_WITHIN_MS,
    bodyTimeout: ANSWER_WITHIN_MS,
    connect: { timeout: ANSWER_WITHIN_MS },
    maxResponseSize: ANSWER_BYTES_MAX,
  });

  constructor(options: ReplayNodesOptions) {
    this.#options = options;
    const { self, nodes, memory } = options;
    const ask = async (node: string, question: ReplayQuestion): Promise<boolean> => await this.#ask(node, question);
    this.#divided = new DividedReplayCache({ self, nodes: Object.keys(nodes), memory, ask });
    this.cache = this.#divided;
  }

  /** Answers other nodes; nobody else learns more than that something is here. */
  readonly handler: RequestListener = (incoming, response) => {
    void this.#answer(incoming, response).catch(() => {
      if (response.headersSent) response.destroy();
      else response.writeHead(400, { connection: 'close' }).end();
    });
  };

  readonly admit = (socket: Socket): void => this.#strangers.admit(socket);

  async close(): Promise<void> {
    await this.#agent.destroy();
    this.#options.questions.wipe();
  }

  async #ask(node: string, question: ReplayQuestion): Promise<boolean> {
    const { nodes, questions } = this.#options;
    const asked = questions.ask(question, node);
    const { statusCode, body } = await request(new URL(PATH, nodes[node]), {
      method: 'POST',
      body: asked.octets,
      dispatcher: this.#agent,
      // An answer that trickles, too.
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const answer = new Uint8Array(await body.arrayBuffer());
    if (statusCode !== 200) throw new Error(`status ${statusCode}`);
    return asked.read(answer);
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { self, questions, nowMs, onClocksApart } = this.#options;
    if (incoming.method !== 'POST' || incoming.url !== PATH) throw new Error('no question');
    const taken = questions.take(await octetsOf(incoming), self);
    this.#strangers.know(incoming.socket);
    const atMs = nowMs();
    const apartMs = taken.question.nowMs - atMs;
    if (Math.abs(apartMs) >= CLOCKS_APART_MS) onClocksApart(apartMs);
    let answer: ReplayAnswer;
    try {
      answer = await this.#divided.answer(taken.question, atMs);
    } catch (error) {
      answer = failedReply(error);
    }
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(taken.sealed(answer));
  }
}

/** @throws Error it is longer than a question is */
async function octetsOf(incoming: IncomingMessage): Promise<Uint8Array> {
  const octets = new Uint8Array(QUESTION_BYTES_MAX);
  let length = 0;
  for await (const piece of incoming as AsyncIterable<Uint8Array>) {
    if (length + piece.length > octets.length) throw new Error('too long');
    octets.set(piece, length);
    length += piece.length;
  }
  return octets.slice(0, length);
}
