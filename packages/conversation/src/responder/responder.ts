import { Tape } from '@parley/codec';
import type { FailedReply, Reply } from '@parley/core';
import { Fault } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import type { ContextMessage } from '@parley/engine';
import { currentMs, randomUrn } from '../exchange/ambient.ts';
import type { Channel } from '../exchange/channel.ts';
import { secureEnvelope } from '../exchange/protection.ts';
import { trustActionOf, trustVersionOf } from '../soap/actions.ts';
import type { Outline } from '../soap/outline.ts';
import { emptyOutline, readOutline } from '../soap/outline.ts';
import { writeFaultReply } from '../soap/soap-fault.ts';
import { wipeContext } from '../store/context-copy.ts';
import type { ContextName } from '../trust/token-reference.ts';
import { cancelContext } from './cancel-context.ts';
import { issueContext } from './issue-context.ts';
import { openStored } from './open-stored.ts';
import { renewContext } from './renew-context.ts';
import type { RequestInHand } from './request-in-hand.ts';
import { liveAt, openRequestOf } from './request-in-hand.ts';
import type { ResponderOptions, ResponderSettings } from './settings.ts';
import { completeSettings } from './settings.ts';

const NIL_URN = 'urn:uuid:00000000-0000-0000-0000-000000000000';

/** What a request was, and what goes back. `reply` is the caller's own. */
export type Received =
  | {
      readonly kind: 'issued';
      readonly reply: Uint8Array;
      readonly identifier: string;
      readonly principal: string;
      readonly expiresAtMs: number;
    }
  | {
      readonly kind: 'renewed';
      readonly reply: Uint8Array;
      readonly identifier: string;
      readonly instance: string;
      readonly expiresAtMs: number;
    }
  | { readonly kind: 'cancelled'; readonly reply: Uint8Array; readonly identifier: string }
  /** For the application, which answers through {@link Responder.secure}. */
  | { readonly kind: 'message'; readonly message: ContextMessage }
  /** `failure` says precisely why, for the log; `reply` says little, for the peer. */
  | { readonly kind: 'refused'; readonly reply: Uint8Array; readonly failure: FailedReply };

/**
 * The side that owns the contexts: bytes of a request in, bytes of the reply out. Knows no transport. Each request
 * stands alone and the store is the truth; the responder itself remembers quotas and the latest time only.
 *
 *   request ─► outline ─► by wsa:Action ─┬─ RST/SCT         ─► authenticate ─► key ─► store ─► 'issued'
 *                                        ├─ RST/SCT/Renew   ─► authenticate, open ─► key ─► store, evict ─► 'renewed'
 *                                        ├─ RST/SCT/Cancel  ─► open ─► store, evict ─► 'cancelled'
 *                                        ├─ other of trust  ─► 'refused'
 *                                        └─ anything else   ─► open ─► replay ─► 'message'
 *   any failure ─► 'refused' with a SOAP fault
 */
export class Responder {
  readonly #settings: ResponderSettings;
  #latestMs = Number.NEGATIVE_INFINITY;

  /** @throws Fault `caller.option-invalid` */
  constructor(options: ResponderOptions) {
    this.#settings = completeSettings(options);
  }

  /** Answers one request (borrowed until the promise resolves). Never rejects for anything that a message holds. */
  async receive(bytes: Uint8Array, channel: Channel): Promise<Received> {
    const outline = emptyOutline();
    try {
      return await this.#dispatch(this.#take(bytes, channel, outline));
    } catch (error) {
      const failure = failedReply(error);
      const reply = writeFaultReply({
        code: failure.code,
        soapVersion: outline.soapVersion,
        version: outline.version,
        messageId: this.#faultMessageId(),
        relatesTo: outline.messageId,
      });
      return { kind: 'refused', reply, failure };
    }
  }

  /** Opens an application message (borrowed), replay check included, and nothing else: no request of trust is served. */
  async open(bytes: Uint8Array, channel: Channel): Promise<Reply<ContextMessage>> {
    try {
      return { ok: true, value: await this.#openMessage(this.#take(bytes, channel, emptyOutline())) };
    } catch (error) {
      return failedReply(error);
    }
  }

  /** Secures an application's envelope (borrowed) under the key that the request came with. */
  async secure(envelope: Uint8Array, name: ContextName): Promise<Reply<Uint8Array>> {
    const { store, protection, ambient, timestampLifetimeMs } = this.#settings;
    try {
      const context = await store.get(name.identifier);
      if (context === undefined) throw new Fault('caller.context-unusable', { reason: 'unknown' });
      try {
        return secureEnvelope(envelope, context, name.instance, protection, ambient, timestampLifetimeMs);
      } finally {
        wipeContext(context);
      }
    } catch (error) {
      return failedReply(error);
    }
  }

  #faultMessageId(): string {
    try {
      return randomUrn(this.#settings.ambient);
    } catch {
      // A refusal needs no randomness: one that is missing must not keep it from being sent.
      return NIL_URN;
    }
  }

  #take(bytes: Uint8Array, channel: Channel, outline: Outline): RequestInHand {
    const tape = new Tape();
    readOutline(bytes, this.#settings.policy, tape, outline);
    const atMs = currentMs(this.#settings.ambient);
    this.#latestMs = Math.max(this.#latestMs, atMs);
    return { bytes, tape, outline, channel, atMs, latestMs: this.#latestMs };
  }

  async #dispatch(request: RequestInHand): Promise<Received> {
    const action = request.outline.action ?? '';
    const trust = trustActionOf(action);
    switch (trust?.operation) {
      case 'issue':
        return { kind: 'issued', ...(await issueContext(request, trust.version, this.#settings)) };
      case 'renew':
        return { kind: 'renewed', ...(await renewContext(request, trust.version, this.#settings)) };
      case 'cancel':
        return { kind: 'cancelled', ...(await cancelContext(request, trust.version, this.#settings)) };
      case 'amend':
        throw new Fault('peer.trust-request-failed', { reason: 'amend is not supported' });
      case undefined:
        return { kind: 'message', message: await this.#openMessage(request) };
    }
  }

  async #openMessage(request: RequestInHand): Promise<ContextMessage> {
    const { action } = request.outline;
    if (trustVersionOf(action ?? '') !== undefined)
      throw new Fault('peer.trust-request-failed', { reason: 'no such binding' });
    const { message, context } = await openStored(
      request.bytes,
      openRequestOf(request, this.#settings),
      this.#settings.store,
      liveAt(request),
    );
    wipeContext(context);
    // safety: the unverified action chose this way, so the verified one must be the same.
    if (message.action !== undefined && message.action !== action) throw new Fault('peer.action-mismatch');
    return message;
  }
}
