import type { Reply, SecurityContext } from '@parley/core';
import { Fault, Secret } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import type { ContextMessage } from '@parley/engine';
import { writeTimestamp } from '@parley/engine/internal';
import { currentMs, randomUrn } from '../exchange/ambient.ts';
import type { Channel } from '../exchange/channel.ts';
import { provable } from '../exchange/context-clock.ts';
import { RENEW_PROTECTION, secureEnvelope } from '../exchange/protection.ts';
import { replyOf, unwrapped } from '../exchange/unwrapped.ts';
import { AwaitedReplays } from '../replay/awaited-replays.ts';
import type { Operation } from '../soap/actions.ts';
import { requestAction } from '../soap/actions.ts';
import { TIMESTAMP_ID, writeEnvelope } from '../soap/envelope-writer.ts';
import { copyContext, wipeContext } from '../store/context-copy.ts';
import type { SecurityTokenRequestParts } from '../trust/request-security-token.ts';
import { writeRequest } from '../trust/request-security-token.ts';
import { writeCredential } from '../trust/username-token.ts';
import type { PendingRequest, ReceivedToken } from './replies.ts';
import { openReply, readCancelReply, readTokenReply } from './replies.ts';
import type { InitiatorOptions, InitiatorSettings } from './settings.ts';
import { completeInitiatorSettings } from './settings.ts';

/** What an initiator waits for. */
type State =
  | { readonly awaits: 'issue' }
  | { readonly awaits: 'issue-response'; readonly pending: PendingRequest }
  | { readonly awaits: 'messages'; readonly context: SecurityContext }
  | { readonly awaits: 'renew-response'; readonly context: SecurityContext; readonly pending: PendingRequest }
  | { readonly awaits: 'cancel-response'; readonly context: SecurityContext; readonly pending: PendingRequest }
  | { readonly awaits: 'nothing' };

export type InitiatorAwaits = State['awaits'];

/** What a reply changed. */
export type Established = 'issued' | 'renewed' | 'cancelled';

/**
 * The side that asks for a context and uses it: request bytes out, reply bytes in. Knows no transport.
 *
 *   issue ──requestIssue──► issue-response ──receive──► messages ──requestCancel──► cancel-response ──receive──► nothing
 *                                │                       │    ▲                          │
 *                                ▼ fault            requestRenew │ receive, fault         ▼ fault
 *                              issue                     ▼    │                       messages
 *                                                     renew-response
 *
 * Messages go on under the old key while a renewal is awaited. A reply that is not what is awaited leaves the state as
 * it was, so that a stranger's message changes nothing; a SOAP fault ends the waiting.
 */
export class Initiator {
  readonly #settings: InitiatorSettings;
  #state: State;

  /** @throws Fault `caller.option-invalid` */
  constructor(options: InitiatorOptions) {
    this.#settings = completeInitiatorSettings(options);
    this.#state =
      options.context === undefined
        ? { awaits: 'issue' }
        : { awaits: 'messages', context: copyContext(options.context) };
  }

  get awaits(): InitiatorAwaits {
    return this.#state.awaits;
  }

  /** The context in use: borrowed, and gone with the next renewal or cancellation. */
  get context(): SecurityContext | undefined {
    return 'context' in this.#state ? this.#state.context : undefined;
  }

  /**
   * The request that establishes a context. It holds password and entropy: send it over `channel` and keep no copy.
   * Codes: `caller.channel-not-secure`, `caller.context-unusable` when a context is there already.
   */
  requestIssue(channel: Channel): Reply<Uint8Array> {
    return replyOf(() => {
      requireSecure(channel);
      if (this.#state.awaits !== 'issue' && this.#state.awaits !== 'issue-response') throw wrongMoment(this.#state);
      this.#forgetPending();
      const pending = this.#pendingRequest('issue', true);
      const { contextLifetimeMs, appliesTo, renewable, ambient } = this.#settings;
      const nowMs = currentMs(ambient);
      const lifetime =
        contextLifetimeMs === undefined ? undefined : { createdAtMs: nowMs, expiresAtMs: nowMs + contextLifetimeMs };
      const request = this.#writeRequest(
        pending,
        { appliesTo, renewable, lifetime, keySizeBits: this.#settings.keySizeBits },
        'handshake',
      );
      this.#state = { awaits: 'issue-response', pending };
      return request;
    });
  }

  /**
   * The request for a new key: the credential again, and a signature with the newest key.
   * Codes: as {@link requestIssue}, and those of `seal`.
   */
  requestRenew(channel: Channel): Reply<Uint8Array> {
    return replyOf(() => {
      requireSecure(channel);
      if (this.#state.awaits !== 'messages' && this.#state.awaits !== 'renew-response') throw wrongMoment(this.#state);
      this.#forgetPending();
      const { context } = this.#state;
      const { ambient, timestampLifetimeMs, keySizeBits } = this.#settings;
      const pending = this.#pendingRequest('renew', true);
      const instance = context.keys.at(-1)?.instance;
      const envelope = this.#writeRequest(
        pending,
        { keySizeBits, target: { identifier: context.identifier, instance } },
        'token',
      );
      const signing = provable(context, currentMs(ambient));
      const request = unwrapped(
        secureEnvelope(envelope, signing, instance, RENEW_PROTECTION, ambient, timestampLifetimeMs),
      );
      this.#state = { awaits: 'renew-response', context, pending };
      return request;
    });
  }

  /** The request that ends the context, secured by it. Codes: `caller.context-unusable`, and those of `seal`. */
  requestCancel(): Reply<Uint8Array> {
    return replyOf(() => {
      if (!('context' in this.#state)) throw wrongMoment(this.#state);
      this.#forgetPending();
      const { context } = this.#state;
      const pending = this.#pendingRequest('cancel', false);
      const instance = context.keys.at(-1)?.instance;
      const envelope = this.#writeRequest(pending, { target: { identifier: context.identifier, instance } }, 'none');
      const request = unwrapped(this.#secured(envelope, context));
      this.#state = { awaits: 'cancel-response', context, pending };
      return request;
    });
  }

  /**
   * Takes the reply (borrowed) to the last request of trust. Codes: `caller.context-unusable` when none is awaited,
   * `caller.channel-not-secure`, `peer.soap-fault`, and why the reply was refused.
   */
  receive(bytes: Uint8Array, channel: Channel): Reply<Established> {
    return replyOf(() => {
      try {
        return this.#take(bytes, channel);
      } catch (error) {
        if (error instanceof Fault && error.code === 'peer.soap-fault') this.#giveUp();
        throw error;
      }
    });
  }

  /** Secures an application's envelope (borrowed) under the newest key. */
  secure(envelope: Uint8Array): Reply<Uint8Array> {
    return replyOf(() => {
      if (!('context' in this.#state)) throw wrongMoment(this.#state);
      return unwrapped(this.#secured(envelope, this.#state.context));
    });
  }

  /** Opens a message of the responder (borrowed); once only. A SOAP fault without protection is `peer.soap-fault`. */
  async open(bytes: Uint8Array, soapAction?: string): Promise<Reply<ContextMessage>> {
    try {
      if (!('context' in this.#state)) throw wrongMoment(this.#state);
      const { context } = this.#state;
      const replays = new AwaitedReplays(this.#settings.replayCache);
      for (;;) {
        const reply = replyOf(() => openReply(bytes, context, this.#settings, { soapAction, replays }));
        if (!(await replays.arrived())) return reply;
      }
    } catch (error) {
      return failedReply(error);
    }
  }

  /** Wipes all secrets; nothing can be done afterwards. */
  close(): void {
    this.#forgetPending();
    wipeContext(this.context);
    this.#state = { awaits: 'nothing' };
  }

  #take(bytes: Uint8Array, channel: Channel): Established {
    const state = this.#state;
    switch (state.awaits) {
      case 'issue-response':
        requireSecure(channel);
        this.#begin(readTokenReply(bytes, state.pending, this.#settings));
        state.pending.entropy?.wipe();
        return 'issued';
      case 'renew-response':
        requireSecure(channel);
        this.#renew(state.context, readTokenReply(bytes, state.pending, this.#settings));
        state.pending.entropy?.wipe();
        return 'renewed';
      case 'cancel-response':
        readCancelReply(bytes, state.context, state.pending, this.#settings);
        wipeContext(state.context);
        this.#state = { awaits: 'nothing' };
        return 'cancelled';
      case 'issue':
      case 'messages':
      case 'nothing':
        throw wrongMoment(state);
    }
  }

  #begin({ identifier, key, expiresAtMs }: ReceivedToken): void {
    const { version, suite, credential } = this.#settings;
    const context: SecurityContext = {
      identifier,
      version,
      suite,
      keys: [key],
      createdAtMs: key.createdAtMs,
      expiresAtMs,
      cancelledAtMs: undefined,
      principal: credential.username,
    };
    this.#state = { awaits: 'messages', context };
  }

  #renew(context: SecurityContext, { identifier, key, expiresAtMs }: ReceivedToken): void {
    const isNew = key.instance !== undefined && context.keys.every((old) => old.instance !== key.instance);
    if (identifier !== context.identifier || !isNew) {
      key.secret.wipe();
      throw new Fault('peer.structure-invalid', { reason: 'not a new key of this context' });
    }
    const rolloverEndsMs = key.createdAtMs + this.#settings.rolloverMs;
    const live = context.keys.filter((old) => old.expiresAtMs > key.createdAtMs);
    for (const old of context.keys) if (!live.includes(old)) old.secret.wipe();
    const rolling = live.map((old) => ({ ...old, expiresAtMs: Math.min(old.expiresAtMs, rolloverEndsMs) }));
    this.#state = { awaits: 'messages', context: { ...context, keys: [...rolling, key], expiresAtMs } };
  }

  #giveUp(): void {
    this.#forgetPending();
    if ('context' in this.#state) this.#state = { awaits: 'messages', context: this.#state.context };
    else if (this.#state.awaits === 'issue-response') this.#state = { awaits: 'issue' };
  }

  #forgetPending(): void {
    if ('pending' in this.#state) this.#state.pending.entropy?.wipe();
  }

  #pendingRequest(operation: Operation, hasKey: boolean): PendingRequest {
    const { ambient, entropy, keySizeBits } = this.#settings;
    const own =
      hasKey && entropy === 'client' ? Secret.filledBy(keySizeBits / 8, (out) => ambient.fillRandom(out)) : undefined;
    return { operation, messageId: randomUrn(ambient), context: randomUrn(ambient), entropy: own };
  }

  /** @param security what the header begins with: token and Timestamp, the token alone (`seal` adds its own), or nothing */
  #writeRequest(
    pending: PendingRequest,
    parts: Omit<SecurityTokenRequestParts, 'version' | 'requestType' | 'context' | 'entropy'>,
    security: 'handshake' | 'token' | 'none',
  ): Uint8Array {
    const { soapVersion, version, to, ambient, credential, timestampLifetimeMs } = this.#settings;
    const nowMs = currentMs(ambient);
    const requestType = pending.operation === 'renew' ? 'Renew' : pending.operation === 'cancel' ? 'Cancel' : 'Issue';
    return writeEnvelope({
      soapVersion,
      action: requestAction(version, pending.operation),
      messageId: pending.messageId,
      to,
      security:
        security === 'none'
          ? undefined
          : (writer) => {
              if (security === 'handshake') writeTimestamp(writer, TIMESTAMP_ID, nowMs, nowMs + timestampLifetimeMs);
              writeCredential(writer, credential, ambient);
            },
      body: (writer) =>
        writeRequest(writer, { ...parts, version, requestType, context: pending.context, entropy: pending.entropy }),
    });
  }

  #secured(envelope: Uint8Array, context: SecurityContext): Reply<Uint8Array> {
    const { protection, ambient, timestampLifetimeMs } = this.#settings;
    return secureEnvelope(envelope, context, context.keys.at(-1)?.instance, protection, ambient, timestampLifetimeMs);
  }
}

function requireSecure(channel: Channel): void {
  if (!channel.secure) throw new Fault('caller.channel-not-secure');
}

function wrongMoment(state: State): Fault {
  return new Fault('caller.context-unusable', { awaits: state.awaits });
}
