/** Two sides with a clock that the test moves and randomness that repeats. */
import { createHash } from 'node:crypto';
import { NamespaceBinding } from '@parley/codec';
import type {
  Ambient,
  Authenticate,
  Channel,
  ContextStore,
  InitiatorOptions,
  Outcome,
  OutgoingRequest,
  PasswordAttempt,
  Received,
  ResponderOptions,
  SoapVersion,
  UsernameCredential,
} from '@parley/conversation';
import {
  Initiator,
  MemoryContextStore,
  passwordMatches,
  peerProfile,
  Responder,
  usernameOverTls,
  writeEnvelope,
} from '@parley/conversation';
import type { Reply, Version } from '@parley/core';
import { Secret } from '@parley/core';
import { expect } from 'vitest';
import { START_MS } from './sample-context.ts';

export const ENDPOINT = 'https://host.example/service';
const ECHO = new NamespaceBinding('e', 'urn:app').name('Echo');
export const TLS: Channel = { secure: true };
export const CLEAR: Channel = { secure: false };
/** A password that would be found anywhere it leaked to. */
export const PASSWORD = 'canary<&>pässword';
const PASSWORDS: Readonly<Record<string, string>> = { alice: PASSWORD, mallory: 'other' };

export type InitiatorChanges = Partial<InitiatorOptions> & { readonly credential?: UsernameCredential };
export type ResponderChanges = Partial<ResponderOptions> & { readonly authenticate?: Authenticate };

/** An initiator that knows what it asked last. */
export class TestInitiator extends Initiator {
  #last: OutgoingRequest | undefined;

  override requestIssue(channel: Channel): Reply<OutgoingRequest> {
    return this.#noted(super.requestIssue(channel));
  }

  override requestRenew(channel: Channel): Reply<OutgoingRequest> {
    return this.#noted(super.requestRenew(channel));
  }

  override requestCancel(channel: Channel): Reply<OutgoingRequest> {
    return this.#noted(super.requestCancel(channel));
  }

  override requestCall(...call: Parameters<Initiator['requestCall']>): Reply<OutgoingRequest> {
    return this.#noted(super.requestCall(...call));
  }

  override async requestCallAsync(...call: Parameters<Initiator['requestCallAsync']>): Promise<Reply<OutgoingRequest>> {
    return this.#noted(await super.requestCallAsync(...call));
  }

  /** Takes an answer to what was asked last. */
  take(bytes: Uint8Array, channel: Channel = TLS): Reply<Outcome> {
    return this.receive(bytes, this.#last ?? { messageId: 'nothing' }, channel);
  }

  #noted(reply: Reply<OutgoingRequest>): Reply<OutgoingRequest> {
    if (reply.ok) this.#last = reply.value;
    return reply;
  }
}

export function octets(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** A clock to move, and octets that look random and are the same in every run. */
export class TestAmbient implements Ambient {
  now = START_MS;
  #count = 0;
  readonly #seed: string;

  constructor(seed: string) {
    this.#seed = seed;
  }

  nowMs(): number {
    return this.now;
  }

  fillRandom(out: Uint8Array): void {
    for (let at = 0; at < out.length; at += 32) {
      const block = createHash('sha256')
        .update(`${this.#seed} ${this.#count++}`)
        .digest();
      out.set(block.subarray(0, Math.min(32, out.length - at)), at);
    }
  }
}

export function authenticate(attempt: PasswordAttempt): string | undefined {
  const password = PASSWORDS[attempt.username];
  return passwordMatches(attempt, octets(password ?? 'nobody')) && password !== undefined
    ? attempt.username
    : undefined;
}

export interface World {
  readonly ambient: TestAmbient;
  readonly store: ContextStore;
  readonly responder: Responder;
  readonly evicted: string[];
  initiator(changes?: InitiatorChanges): TestInitiator;
}

/** Worlds of one `seed` give the same identifiers. */
export function world(
  version: Version,
  soapVersion: SoapVersion,
  changes: ResponderChanges = {},
  seed = 'world',
): World {
  const ambient = new TestAmbient(seed);
  const { authenticate: judge = authenticate, ...options } = changes;
  const store = changes.store ?? new MemoryContextStore();
  const evicted: string[] = [];
  const responder = new Responder({
    store,
    ambient,
    bootstrap: usernameOverTls.responder({ authenticate: judge }),
    profile: peerProfile('parley', 'Basic256', { policy: { endpointAddress: ENDPOINT } }),
    onEvict: (identifier) => void evicted.push(identifier),
    ...options,
  });
  let count = 0;
  const initiator = ({ credential, ...more }: InitiatorChanges = {}): TestInitiator => {
    const own = new TestAmbient(`initiator ${count++}`);
    Object.defineProperty(own, 'now', { get: () => ambient.now });
    const alice = { username: 'alice', password: Secret.copyOf(octets(PASSWORD)) };
    const bootstrap = usernameOverTls.initiator(credential ?? alice);
    return new TestInitiator({ version, soapVersion, to: ENDPOINT, ambient: own, bootstrap, ...more });
  };
  return { ambient, store, responder, evicted, initiator };
}

/** The octets of a request that must have been made. */
export function sent(reply: Reply<OutgoingRequest>): Uint8Array {
  return granted(reply).octets;
}

/** The message in an answer that must be one. */
export function answered(reply: Reply<Outcome>): Extract<Outcome, { kind: 'answer' }>['message'] {
  const outcome = granted(reply);
  if (outcome.kind !== 'answer') throw new Error(outcome.kind);
  return outcome.message;
}

/** The value of a reply that must have one. */
export function granted<T>(reply: Reply<T>): T {
  if (!reply.ok) throw new Error(`${reply.code} ${JSON.stringify(reply.detail)}`);
  return reply.value;
}

/** What was received, which must be of this kind. */
export function must<K extends Received['kind']>(received: Received, kind: K): Extract<Received, { kind: K }> {
  if (received.kind === kind) return received as Extract<Received, { kind: K }>;
  throw new Error(`${received.kind} ${received.kind === 'refused' ? JSON.stringify(received.failure) : ''}`);
}

/** The code of a refusal. */
export function refusal(received: Received): string {
  return received.kind === 'refused' ? received.failure.code : received.kind;
}

export async function issue(place: World, initiator: TestInitiator): Promise<string> {
  const request = sent(initiator.requestIssue(TLS));
  const issued = must(await place.responder.receive(request, TLS), 'issued');
  expect(granted(initiator.take(issued.reply)).kind).toBe('issued');
  return issued.identifier;
}

export async function renew(place: World, initiator: TestInitiator): Promise<string> {
  const request = granted(initiator.requestRenew(TLS));
  const renewed = must(await place.responder.receive(request.octets, TLS), 'renewed');
  // Calls may have gone out meanwhile.
  expect(granted(initiator.receive(renewed.reply, request, TLS)).kind).toBe('renewed');
  return renewed.instance;
}

let messageCount = 0;
/** An application's request: a body of its own, addressed. */
export function applicationEnvelope(soapVersion: SoapVersion, body: string, relatesTo?: string): Uint8Array {
  return writeEnvelope({
    soapVersion,
    action: 'urn:app:Echo',
    messageId: `urn:uuid:message-${messageCount++}`,
    to: relatesTo === undefined ? ENDPOINT : undefined,
    relatesTo,
    body: (writer) => writer.element(ECHO, body),
  });
}
