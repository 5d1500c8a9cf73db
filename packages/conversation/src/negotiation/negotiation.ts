/** What a way to agree in several legs is (WS-Trust §8): everything about it that initiator and responder do not know. */
import type { Secret, Version } from '@parley/core';
import { Fault } from '@parley/core';
import { combinedHash, equalConstantTime } from '@parley/core/internal';
import type { EncryptedKey } from '@parley/engine';
import type { Ambient } from '../exchange/ambient.ts';
import type { ExchangeElements } from '../trust/exchange-elements.ts';

/**
 * One way to agree. The bootstrap protects each leg, and says who sent it.
 * @experimental no other stack speaks those that there are
 */
export interface NegotiationKind {
  readonly kind: string;
  /** `message`: the legs must be signed, so bootstraps that leave this to the channel will not do. */
  readonly needs: 'message' | 'message-or-channel';
  /** Begins one side of an exchange. */
  begin(side: 'initiator' | 'responder', scene: NegotiationScene): NegotiationSide;
}

/** What a side is told. */
export interface NegotiationScene {
  readonly version: Version;
  readonly ambient: Ambient;
}

/** One side of one exchange, from leg to leg. */
export interface NegotiationSide {
  /**
   * What the next leg carries, after what the peer's last one did; the first leg of the initiator answers nothing.
   * `undefined`: there is no more to say.
   *
   * @throws Fault `peer.negotiation-failed`, `peer.key-usage`
   */
  next(received: ExchangeElements | undefined): ExchangeElements | undefined;
  /** Whether the peer has said all that this side wants of it. */
  readonly isAgreed: boolean;
  /** What was agreed on: it encrypts the key material of the last leg. `undefined` for what agrees on nothing secret. */
  readonly wrappingKey: EncryptedKey | undefined;
  /** Wipes all that was made. */
  wipe(): void;
}

/**
 * The negotiation of an option.
 * @throws Fault `caller.option-invalid` its legs must be signed, and the bootstrap signs none
 */
export function negotiationFor({
  negotiation,
  bootstrap,
}: {
  readonly negotiation?: NegotiationKind | undefined;
  readonly bootstrap: { readonly kind: string; readonly protectedBy: 'channel' | 'message' };
}): NegotiationKind | undefined {
  if (negotiation?.needs === 'message' && bootstrap.protectedBy !== 'message')
    throw new Fault('caller.option-invalid', { option: 'negotiation', bootstrap: bootstrap.kind });
  return negotiation;
}

/** Legs of an exchange, at most; what needs more goes on for somebody else's sake. */
export const LEGS_MAX = 8;

/** Whether `given` binds `legs` to `key` (borrowed), in constant time. */
export function isCombinedHash(given: Uint8Array | undefined, key: Secret, legs: readonly Uint8Array[]): boolean {
  return (
    given !== undefined &&
    equalConstantTime(
      given,
      key.lend((octets) => combinedHash(octets, legs)),
    )
  );
}
