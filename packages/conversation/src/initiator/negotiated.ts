/** The initiator's side of a negotiation: its legs, until the last answer is bound to all of them. */

import type { Secret } from '@parley/core';
import { Fault } from '@parley/core';
import type { NegotiationSide } from '../negotiation/negotiation.ts';
import { isCombinedHash, LEGS_MAX } from '../negotiation/negotiation.ts';
import type { ExchangeElements } from '../trust/exchange-elements.ts';

/** One negotiation, as the initiator keeps it. */
export class Negotiated {
  readonly #side: NegotiationSide;
  readonly #legs: Uint8Array[] = [];

  constructor(side: NegotiationSide) {
    this.#side = side;
  }

  get wrappingKey(): NegotiationSide['wrappingKey'] {
    return this.#side.wrappingKey;
  }

  /** What the first leg carries. @throws Fault `peer.negotiation-failed` */
  first(): ExchangeElements {
    return this.#due(this.#side.next(undefined));
  }

  /** What the next leg carries, after `received`. @throws Fault `peer.negotiation-failed` */
  next(received: ExchangeElements | undefined): ExchangeElements {
    if (received === undefined) throw new Fault('peer.negotiation-failed', { reason: 'no exchange' });
    return this.#due(this.#side.next(received));
  }

  /** Notes a leg (taken), of either side, in the order of sending. */
  note(leg: Uint8Array): void {
    if (this.#legs.length >= LEGS_MAX) throw new Fault('peer.negotiation-failed', { reason: 'too many legs' });
    this.#legs.push(leg);
  }

  /**
   * Ends it: the last answer brought `received`, if anything, and is the last leg.
   * @throws Fault `peer.negotiation-failed` before its time
   */
  end(received: ExchangeElements | undefined): void {
    if (received !== undefined) this.#side.next(received);
    if (!this.#side.isAgreed) throw new Fault('peer.negotiation-failed', { reason: 'not agreed' });
  }

  /** @throws Fault `peer.authenticator-mismatch` */
  requireBound(hash: Uint8Array | undefined, key: Secret, last: Uint8Array): void {
    if (!isCombinedHash(hash, key, [...this.#legs, last])) throw new Fault('peer.authenticator-mismatch');
  }

  wipe(): void {
    this.#side.wipe();
  }

  #due(elements: ExchangeElements | undefined): ExchangeElements {
    if (elements === undefined) throw new Fault('peer.negotiation-failed', { reason: 'nothing to say' });
    return elements;
  }
}
