/** Services with stores of their own, told over HTTP of contexts that an issuer makes for them (`Responder`'s `tellServices`). */
import type { ContextChange, RecordStore } from '@parley/conversation';
import { Initiator } from '@parley/conversation';
import { Fault } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import { optional, port, readable, requireKind, requireOptions, shapeOf, TEXT } from '@parley/core/internal';
import type { Dispatcher } from 'undici';
import { ADDRESS } from './connection-shape.ts';
import { ownConnections } from './own-connections.ts';
import { SOME_BOUNDS } from './post.ts';
import { Requests } from './requests.ts';
import type { ConnectOptions, ConversationSettings } from './settings.ts';
import { CONNECTION, completeSettings, initiatorOptionsOf, PEER } from './settings.ts';

/** A service, and as whom the issuer tells it (its `mayTransfer` has to let him). */
export interface ToldService
  extends Pick<
    ConnectOptions,
    | 'bootstrap'
    | 'version'
    | 'soapVersion'
    | 'profile'
    | 'ambient'
    | 'to'
    | 'use'
    | 'tls'
    | 'dispatcher'
    | 'secure'
    | 'answerTimeoutMs'
    | 'answerBytesMax'
  > {
  readonly url: string | URL;
}

export interface ToldServicesOptions {
  /**
   * Where it is kept which context is for which service: `records` of the issuer's store, so that an issuer that was started again, or one
   * of several, can tell of a renewal and a Cancel. Default: in this process alone.
   */
  readonly records?: RecordStore | undefined;
}

interface Target {
  readonly options: Omit<ToldService, 'url'>;
  readonly settings: ConversationSettings;
  readonly dispatcher: Dispatcher;
}

/** Of one issuer: `tell` is its responder's `tellServices`. */
export class ToldServices {
  readonly #targets: ReadonlyMap<string, Target>;
  /** Which context is for which service: a renewal does not say. The first to end stand first, more or less. */
  readonly #scopes = new Map<string, { readonly scope: string; readonly expiresAtMs: number }>();
  readonly #records: RecordStore | undefined;

  /** @param services by what AppliesTo says: the issuer's `scopes`. @throws Fault `caller.option-invalid` */
  constructor(services: Readonly<Record<string, ToldService>>, options: ToldServicesOptions = {}) {
    requireKind(SERVICES, services, 'services');
    requireOptions(OPTIONS, options, 'options');
    this.#records = options.records;
    this.#targets = new Map(Object.entries(services).map(([scope, service]) => [scope, targetOf(scope, service)]));
  }

  /** Rejects where the service was not reached, or refused; and for a context of no service that is known. */
  readonly tell = async (change: ContextChange): Promise<void> => {
    const { kind, context } = change;
    const { options, settings, dispatcher } = await this.#targetOf(change);
    const isOver = kind === 'cancelled';
    const given = initiatorOptionsOf(options, settings);
    const initiator = new Initiator(isOver ? { ...given, context } : given);
    const requests = new Requests(initiator, settings, dispatcher);
    try {
      if (isOver) await requests.ask(initiator.requestCancel(requests.channel), settings.url);
      else await requests.exchange(initiator.requestTransfer(context, requests.channel), settings.url, undefined);
    } finally {
      initiator.close();
    }
    if (isOver) await this.#records?.clear(partitionOf(context.identifier));
  };

  /** Closes the connections that it made. */
  async close(): Promise<void> {
    for (const { settings, dispatcher } of this.#targets.values())
      if (settings.ownsDispatcher) await dispatcher.close();
  }

  async #targetOf(change: ContextChange): Promise<Target> {
    const { kind, context } = change;
    const { identifier, createdAtMs, expiresAtMs } = context;
    const scope = change.scope ?? this.#scopes.get(identifier)?.scope ?? (await this.#kept(change)) ?? this.#only;
    const target = scope === undefined ? undefined : this.#targets.get(scope);
    if (scope === undefined || target === undefined)
      throw new Fault('caller.context-unusable', { identifier, reason: 'of no service that is known' });
    this.#forget(createdAtMs);
    this.#scopes.delete(identifier);
    if (kind !== 'cancelled') {
      this.#scopes.set(identifier, { scope, expiresAtMs });
      await this.#records?.transact(partitionOf(identifier), (records) => records.put(SCOPE, { scope }, expiresAtMs));
    }
    return target;
  }

  get #only(): string | undefined {
    return this.#targets.size === 1 ? this.#targets.keys().next().value : undefined;
  }

  /** What another process noted, or this one before it was started again. */
  async #kept({ context: { identifier } }: ContextChange): Promise<string | undefined> {
    const kept = await this.#records?.transact(partitionOf(identifier), (records) => records.get(SCOPE));
    return kept === undefined ? undefined : (kept as KeptScope).scope;
  }

  #forget(nowMs: number): void {
    for (const [identifier, { expiresAtMs }] of this.#scopes) {
      if (expiresAtMs > nowMs) return;
      this.#scopes.delete(identifier);
    }
  }
}

const SCOPE = 'scope';

interface KeptScope {
  readonly scope: string;
}

/** Beside the sequences of the context, which end before it does. */
function partitionOf(identifier: string): string {
  return `told ${identifier}`;
}

const SERVICE: Kind<ToldService> = shapeOf<ToldService>({
  ...SOME_BOUNDS,
  ...CONNECTION,
  ...PEER,
  url: ADDRESS,
  use: optional(TEXT),
});
const SERVICES = readable<Readonly<Record<string, ToldService>>>();
const OPTIONS: Kind<ToldServicesOptions> = shapeOf<ToldServicesOptions>({
  records: optional(port<RecordStore>('transact', 'clear')),
});

function targetOf(scope: string, service: ToldService): Target {
  requireKind(SERVICE, service, `services[${JSON.stringify(scope)}]`);
  const { url, ...options } = service;
  const { dispatcher, tls } = options;
  const settings = completeSettings(url, options);
  return { options, settings, dispatcher: dispatcher ?? ownConnections(tls, settings.bounds) };
}
