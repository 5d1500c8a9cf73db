import type { Version } from '@parley/core';
import { Fault } from '@parley/core';
import type { NegotiationSide } from '../negotiation/negotiation.ts';
import type { SecurityTokenRequest } from '../trust/request-security-token.ts';
import type { ContextName } from '../trust/token-reference.ts';

/** A negotiation that waits for the initiator's next leg. */
export interface PendingNegotiation {
  readonly side: NegotiationSide;
  /** The request that it is for; its entropy is this negotiation's own. */
  readonly rst: SecurityTokenRequest;
  readonly version: Version;
  /** What a renewal is for: the context, and the key that is to be replaced. */
  readonly target: ContextName | undefined;
  readonly principal: string | undefined;
  readonly legs: readonly Uint8Array[];
  readonly beganAtMs: number;
}

/** One principal has no more than this share of the places, so that none keeps all others waiting. */
const SHARE = 4;

/** Negotiations that go on, by their Context attribute: bounded, and over after some time. */
export class Negotiations {
  readonly #max: number;
  readonly #withinMs: number;
  readonly #pending = new Map<string, PendingNegotiation>();

  constructor(max: number, withinMs: number) {
    this.#max = max;
    this.#withinMs = withinMs;
  }

  get size(): number {
    return this.#pending.size;
  }

  /**
   * Takes one that waits.
   * @throws Fault `internal.quota` too many of them, or of this principal; `peer.trust-invalid-request` one by that name waits
   */
  add(context: string, pending: PendingNegotiation, nowMs: number): void {
    this.#dropOverdue(nowMs);
    if (this.#pending.has(context)) throw new Fault('peer.trust-invalid-request', { reason: 'Context in use' });
    let own = 0;
    for (const { principal } of this.#pending.values()) if (principal === pending.principal) own++;
    if (this.#pending.size >= this.#max || own >= Math.ceil(this.#max / SHARE))
      throw new Fault('internal.quota', { quota: 'negotiations', negotiations: this.#pending.size });
    this.#pending.set(context, pending);
  }

  /**
   * Hands over the one that waits for a leg of `principal`: whatever comes of the leg, it waits no longer.
   * @throws Fault `peer.negotiation-expired` there is none, or not of this principal
   */
  take(context: string | undefined, principal: string | undefined, nowMs: number): PendingNegotiation {
    this.#dropOverdue(nowMs);
    const pending = context === undefined ? undefined : this.#pending.get(context);
    // safety: a stranger ends nobody's negotiation by knowing its name.
    if (context === undefined || pending === undefined || pending.principal !== principal)
      throw new Fault('peer.negotiation-expired');
    this.#pending.delete(context);
    return pending;
  }

  // The oldest stand first.
  #dropOverdue(nowMs: number): void {
    for (const [context, pending] of this.#pending) {
      if (nowMs - pending.beganAtMs <= this.#withinMs) return;
      this.#pending.delete(context);
      wipeNegotiation(pending);
    }
  }
}

/** Wipes what was agreed on and kept. */
export function wipeNegotiation({ side, rst }: PendingNegotiation): void {
  side.wipe();
  rst.entropy?.wipe();
}
