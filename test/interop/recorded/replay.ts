/** Opens recorded conversations in order, as the parties did, with one policy for each kind of message. */
import { scan, Tape } from '@parley/codec';
import type { Operation } from '@parley/conversation';
import { MemoryContextStore, trustActionOf } from '@parley/conversation';
import type { ContextSource, KeyInstance, Secret, SecurityContext, Version } from '@parley/core';
import { algorithmSuite, contextSource, DEFAULT_LIMITS, Fault } from '@parley/core';
import { VERSION_URIS } from '@parley/core/internal';
import type { OpenedMessage, Policy, ReplayMemory } from '@parley/engine';
import { open } from '@parley/engine';
import { completeSettings } from '../../../packages/conversation/src/responder/settings.ts';
import { emptyOutline, readOutline } from '../../../packages/conversation/src/soap/outline.ts';
import { receiveKey } from '../../../packages/conversation/src/trust/key-material.ts';
import { readRequest } from '../../../packages/conversation/src/trust/request-security-token.ts';
import { readResponse } from '../../../packages/conversation/src/trust/request-security-token-response.ts';
import type { LiveEndpoint } from '../live/endpoints.ts';
import type { Parties } from '../live/parties.ts';
import type { Exchange } from './recording.ts';

/** What protects a request that is no Issue. */
export type Under = 'context' | 'bootstrap' | 'bootstrap and context';

/** An endpoint, and how its peer's client renews and cancels, and calls where there is no context at all. */
export interface RecordedEndpoint extends LiveEndpoint {
  readonly under: Readonly<Record<'call' | 'renew' | 'cancel', Under>>;
  /** Of keys whose request and answer name no size, if not the suite's. */
  readonly keyBits?: number | undefined;
}

/** What came of one message. */
export interface Replayed {
  /** `ENDPOINT NUMBER request` or `reply`. */
  readonly name: string;
  readonly outcome:
    | 'opened' // proven
    | 'over TLS' // shaped and fresh, and the transport's
    | 'bare fault'
    | 'fast infoset'
    | 'empty'
    | `${string}.${string}`;
  readonly detail?: unknown;
  readonly message?: OpenedMessage;
}

type Role = 'request' | 'reply';
type Kind = Operation | 'call';

const AMBIENT = { nowMs: () => 0, fillRandom: () => undefined };
const FOREVER = { createdAtMs: 0, expiresAtMs: Number.MAX_SAFE_INTEGER };

export class Replay {
  readonly #at: RecordedEndpoint;
  readonly #parties: Parties;
  readonly #policies: Readonly<Record<Under, Policy>>;
  readonly #answerPolicy: Policy;
  readonly #contexts = new Map<string, SecurityContext>();
  readonly #sessionKeys = new Map<string, Secret>();
  #asked: { readonly entropy: Secret | undefined; readonly keySizeBits: number } | undefined;

  constructor(at: RecordedEndpoint, parties: Parties) {
    this.#at = at;
    this.#parties = parties;
    const { profile } = at;
    const { policies } = completeSettings({
      store: new MemoryContextStore(),
      ambient: AMBIENT,
      bootstrap: at.responder(),
      profile,
    });
    this.#policies = {
      context: profile.requests.policy,
      bootstrap: policies.plain,
      'bootstrap and context': policies.proven,
    };
    const scene = { suite: at.suite, version: at.version, style: profile.handshake, ambient: AMBIENT };
    this.#answerPolicy = at.initiator().begin(scene).policy;
  }

  /** As the exchanges before made them; they live for ever. */
  get contexts(): readonly SecurityContext[] {
    return [...this.#contexts.values()];
  }

  /** One exchange, after those before it. */
  take(exchange: Exchange): Replayed[] {
    const { endpoint, number, request, reply } = exchange;
    const kind = kindOf(request, exchange.requestType, this.#policies.context);
    const sent = this.#take(request, exchange.requestType, this.#requestPolicy(kind), undefined);
    this.#learnRequest(kind, sent.message);
    const values = sent.message?.signatureValues;
    const got = this.#take(reply, exchange.replyType, this.#replyPolicy(kind, sent.message), values);
    const token = this.#learnReply(kind, got.message);
    if (exchange.issued !== undefined) this.#learn(exchange.issued.identifier, undefined, exchange.issued.secret);
    const named = (role: Role, result: Omit<Replayed, 'name'>) => ({
      name: `${endpoint} ${number} ${kind} ${role}`,
      ...result,
    });
    return [named('request', sent), named('reply', { ...got, ...token })];
  }

  /** The request of `exchange` with other octets, which nothing is learnt from; what came before has been taken. */
  probe(exchange: Exchange, octets: Uint8Array, replays?: ReplayMemory): Omit<Replayed, 'name'> {
    const kind = kindOf(exchange.request, exchange.requestType, this.#policies.context);
    return this.#take(octets, exchange.requestType, this.#requestPolicy(kind), undefined, replays);
  }

  #requestPolicy(kind: Kind): Policy {
    if (kind === 'issue' || kind === 'amend') return this.#policies.bootstrap;
    const under = this.#at.under[kind];
    return kind === 'cancel' && under === 'context' ? this.#at.profile.cancels.policy : this.#policies[under];
  }

  #replyPolicy(kind: Kind, request: OpenedMessage | undefined): Policy {
    const { answers, cancelAnswers } = this.#at.profile;
    const isUnderContext = kind === 'call' && this.#at.under.call === 'context';
    const policy = kind === 'cancel' ? cancelAnswers.policy : isUnderContext ? answers.policy : this.#answerPolicy;
    // A server that asks for the end of a reliable session names itself for the answer.
    const { to } = request?.claimedAddressing ?? request ?? {};
    return to === undefined ? policy : { ...policy, replyAddresses: [to] };
  }

  #take(
    octets: Uint8Array,
    type: string | undefined,
    policy: Policy,
    signatureValuesSent: readonly string[] | undefined,
    replays?: ReplayMemory,
  ): Omit<Replayed, 'name'> {
    if (octets.length === 0) return { outcome: 'empty' };
    if (type?.includes('fastinfoset')) return { outcome: 'fast infoset' };
    const { trust, server, client } = this.#parties;
    const opened = open(octets, {
      atMs: 'message',
      policy,
      contexts: this.#source(),
      credentials: {
        trust,
        ownKeys: [server, client],
        authenticate: (attempt) => this.#parties.authenticate(attempt) !== undefined,
        encryptedKeys: this.#sessionKeys,
        keepEncryptedKey: (sha1, secret) => this.#sessionKeys.set(sha1, secret),
      },
      signatureValuesSent,
      replays,
    });
    if (opened.ok) {
      const message = opened.value;
      const isProven = message.signed.length > 0 || message.user !== undefined;
      if (!isProven && isBareFault(octets)) return { outcome: 'bare fault' };
      return { outcome: isProven ? 'opened' : 'over TLS', message };
    }
    if (isBareFault(octets)) return { outcome: 'bare fault' };
    return { outcome: opened.code as Replayed['outcome'], detail: opened.detail };
  }

  #learnRequest(kind: Kind, message: OpenedMessage | undefined): void {
    this.#asked = undefined;
    if (message === undefined || (kind !== 'issue' && kind !== 'renew')) return;
    const { version, suite, keyBits } = this.#at;
    const bits = keyBits ?? algorithmSuite(suite).contextKeyBytes * 8;
    const { entropy, keySizeBits = bits } = readRequest(bodyOf(message.body), 0, version, DEFAULT_LIMITS);
    this.#asked = { entropy, keySizeBits };
  }

  /** Why what the answer issued is of no use, if it is not. */
  #learnReply(kind: Kind, message: OpenedMessage | undefined): Omit<Replayed, 'name'> | undefined {
    if (message === undefined || this.#asked === undefined || (kind !== 'issue' && kind !== 'renew')) return undefined;
    const { version } = this.#at;
    const { entropy, keySizeBits } = this.#asked;
    try {
      const { server, client } = this.#parties;
      const opening = {
        policy: this.#answerPolicy,
        credentials: { ownKeys: [server, client], encryptedKeys: this.#sessionKeys },
      };
      const response = readResponse(bodyOf(inGeneration(version, message.body)), 0, {
        version,
        limits: DEFAULT_LIMITS,
        opening,
      });
      const { identifier = '', instance } = response.token ?? {};
      this.#learn(identifier, instance, receiveKey(response, { sent: entropy, keySizeBits, keys: 'any' }));
      return undefined;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { outcome: error.code as Replayed['outcome'], detail: error.detail };
    }
  }

  #learn(identifier: string, instance: string | undefined, secret: Secret): void {
    const key: KeyInstance = { instance, secret, ...FOREVER };
    const keys = [...(this.#contexts.get(identifier)?.keys ?? []), key];
    const { version, suite } = this.#at;
    const context = { identifier, version, suite, keys, ...FOREVER, cancelledAtMs: undefined, principal: undefined };
    this.#contexts.set(identifier, context);
  }

  #source(): ContextSource {
    return contextSource([...this.#contexts.values()]);
  }
}

function bodyOf(octets: Uint8Array): Tape {
  const tape = new Tape();
  scan(octets, DEFAULT_LIMITS, tape);
  return tape;
}

/**
 * interop: CXF's server renews a token of 2005/02 as one of 200512 if the request names no TokenType; its client does not, ours
 * does.
 */
function inGeneration(version: Version, body: Uint8Array): Uint8Array {
  if (version === '200512') return body;
  const text = new TextDecoder().decode(body);
  const { '200512': newer, '200502': older } = VERSION_URIS;
  return new TextEncoder().encode(text.replaceAll(newer.conversation, older.conversation));
}

/** By wsa:Action, or where there is none by HTTP's. */
function kindOf(request: Uint8Array, type: string | undefined, policy: Policy): Kind {
  const outline = emptyOutline();
  try {
    readOutline(request, policy, new Tape(), outline);
  } catch {
    return 'call';
  }
  const action = outline.action ?? /action="([^"]*)"/.exec(type ?? '')?.[1] ?? '';
  return trustActionOf(action)?.operation ?? 'call';
}

/** A fault in clear that nobody signed. */
function isBareFault(octets: Uint8Array): boolean {
  const text = new TextDecoder().decode(octets);
  return /<(\w+:)?Body[^>]*>\s*<(\w+:)?Fault[ >]/.test(text) && !/<(\w+:)?SignatureValue[ >]/.test(text);
}
