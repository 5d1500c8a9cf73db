/** What `parley admin` asks a running gateway for, over its socket: HTTP, lines of JSON. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ContextStore } from '@parley/conversation';
import { wipeContext } from '@parley/conversation';
import { Fault } from '@parley/core';
import { failedReply, jsonLine } from '@parley/core/internal';
import { factsOf } from './context-facts.ts';

export interface Steered {
  readonly store: ContextStore;
  /** Counts of what is going on. */
  readonly status: () => object;
  /** Begins to end; resolves when all is answered. */
  readonly drain: () => Promise<void>;
  readonly nowMs: () => number;
}

type Lines = AsyncIterable<object>;

/** Answers one request after the other; a failure is a line with a code. */
export class AdminDesk {
  readonly #steered: Steered;

  constructor(steered: Steered) {
    this.#steered = steered;
  }

  readonly handler = (request: IncomingMessage, response: ServerResponse): void => {
    request.resume();
    void this.#answer(request, response).catch(() => response.destroy());
  };

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('content-type', 'application/x-ndjson');
    try {
      for await (const line of this.#lines(request.method ?? '', request.url ?? '')) {
        if (!response.write(`${jsonLine(line)}\n`)) await drained(response);
        if (response.destroyed) return;
      }
    } catch (error) {
      const { code, detail } = failedReply(error);
      if (!response.headersSent) response.statusCode = 400;
      response.write(`${jsonLine({ failed: true, code, detail })}\n`);
    }
    response.end();
  }

  #lines(method: string, url: string): Lines {
    const base = 'http://admin/';
    if (!URL.canParse(url, base)) throw new Fault('caller.input-invalid', { reason: 'no such request' });
    const { pathname, searchParams } = new URL(url, base);
    const identifier = searchParams.get('identifier') ?? '';
    switch (`${method} ${pathname}`) {
      case 'GET /status':
        return one(async () => this.#steered.status());
      case 'GET /contexts':
        return this.#list();
      case 'GET /context':
        return one(() => this.#show(identifier));
      case 'POST /cancel':
        return one(() => this.#cancel(identifier));
      case 'POST /drain':
        return one(() => this.#drain());
      default:
        throw new Fault('caller.input-invalid', { reason: 'no such request' });
    }
  }

  async *#list(): Lines {
    const { store, nowMs } = this.#steered;
    for await (const identifier of store.list()) {
      try {
        const context = await store.get(identifier);
        if (context === undefined) continue;
        wipeContext(context);
        yield factsOf(context, nowMs());
      } catch (error) {
        // One that does not open keeps no other from being listed.
        yield { identifier, state: 'damaged', code: failedReply(error).code };
      }
    }
  }

  async #show(identifier: string): Promise<object> {
    const context = await this.#steered.store.get(identifier);
    if (context === undefined) throw new Fault('caller.input-invalid', { identifier, reason: 'no such context' });
    wipeContext(context);
    return factsOf(context, this.#steered.nowMs());
  }

  async #cancel(identifier: string): Promise<object> {
    return { identifier, cancelled: await this.#steered.store.cancel(identifier, this.#steered.nowMs()) };
  }

  async #drain(): Promise<object> {
    await this.#steered.drain();
    return { drained: true };
  }
}

async function* one(line: () => Promise<object>): Lines {
  yield await line();
}

async function drained(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}
