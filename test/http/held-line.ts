/** A line to a service on which each call, named by its action, waits at three places until it is let on: nothing depends on time. */
import type { Service, ServiceAnswer, ServiceCall } from '@parley/http';
import { Agent, type Dispatcher } from 'undici';

/** On its way to the service, at its work there, and on its way back. */
export type Place = 'out' | 'work' | 'back';

export const PLACES: readonly Place[] = ['out', 'work', 'back'];

const ACTION = 'urn:app/';

export const actionOf = (call: string): string => ACTION + call;

interface Waiting {
  readonly call: string;
  readonly place: Place;
  readonly go: () => void;
}

/** The line, and what was worked on. */
export class HeldLine {
  readonly dispatcher: Dispatcher;
  readonly worked: string[] = [];
  /** Whether what is about contexts is held, too: on its ways, by the end of its action. */
  holdTrust = false;
  readonly #agent = new Agent({ connections: 100 });
  readonly #waiting: Waiting[] = [];
  readonly #watchers = new Set<() => void>();
  #isOpen = false;

  constructor() {
    this.dispatcher = this.#agent.compose((dispatch) => (options, handler) => {
      const call = callIn(options.headers as Readonly<Record<string, string>>);
      void this.#at(call, 'out').then(() => dispatch(options, new HeldHandler(handler, () => this.#at(call, 'back'))));
      return true;
    });
  }

  /** What the service does: the same, and held. */
  holding(service: Service): Service {
    return async (called: ServiceCall): Promise<ServiceAnswer | undefined> => {
      const call = (called.message.action ?? '').slice(ACTION.length);
      this.worked.push(call);
      await this.#at(call, 'work');
      return await service(called);
    };
  }

  /** Where that call waits; `undefined` for one that does not. */
  placeOf(call: string): Place | undefined {
    return this.#waiting.find((each) => each.call === call)?.place;
  }

  /** Resolves when the call waits there. */
  async arrives(call: string, place: Place): Promise<void> {
    await this.until(() => this.placeOf(call) === place);
  }

  /** Resolves when `condition` holds, which is looked at whenever a call comes to a place, and by `look`. */
  async until(condition: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const watch = (): void => {
        if (!condition()) return;
        this.#watchers.delete(watch);
        resolve();
      };
      this.#watchers.add(watch);
      watch();
    });
  }

  look(): void {
    for (const watch of [...this.#watchers]) watch();
  }

  /** Lets a call go on from where it waits. */
  let(call: string): void {
    const index = this.#waiting.findIndex((each) => each.call === call);
    if (index >= 0) this.#waiting.splice(index, 1)[0]?.go();
  }

  /** Holds nothing from now on. */
  open(): void {
    this.#isOpen = true;
    for (const { go } of this.#waiting.splice(0)) go();
  }

  async close(): Promise<void> {
    await this.#agent.close();
  }

  async #at(call: string, place: Place): Promise<void> {
    if (this.#isOpen || call === '' || (isTrust(call) && !this.holdTrust)) return;
    await new Promise<void>((go) => {
      this.#waiting.push({ call, place, go });
      this.look();
    });
  }
}

function callIn(headers: Readonly<Record<string, string>>): string {
  return /action="[^"]*\/([^"/]*)"/.exec(headers['content-type'] ?? '')?.[1] ?? '';
}

const isTrust = (call: string): boolean => ['SCT', 'Renew', 'Cancel'].includes(call);

/** Keeps an answer back, whole. */
class HeldHandler implements Dispatcher.DispatchHandlers {
  readonly #inner: Dispatcher.DispatchHandlers;
  readonly #let: () => Promise<void>;
  readonly #events: (() => void)[] = [];

  constructor(inner: Dispatcher.DispatchHandlers, let_: () => Promise<void>) {
    this.#inner = inner;
    this.#let = let_;
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#inner.onConnect?.(abort);
  }

  onError(error: Error): void {
    this.#inner.onError?.(error);
  }

  onHeaders(statusCode: number, headers: Buffer[], _resume: () => void, statusText: string): boolean {
    this.#events.push(() => void this.#inner.onHeaders?.(statusCode, headers, () => undefined, statusText));
    return true;
  }

  onData(chunk: Buffer): boolean {
    const own = Buffer.from(chunk);
    this.#events.push(() => void this.#inner.onData?.(own));
    return true;
  }

  onComplete(trailers: string[] | null): void {
    void this.#let().then(() => {
      for (const event of this.#events) event();
      this.#inner.onComplete?.(trailers);
    });
  }
}
