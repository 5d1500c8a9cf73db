/**
 * Challenges that each side signs for the other (wst:SignChallenge): what was recorded earlier answers none of them, whatever
 * the clocks say and whoever has lost his replay cache. The key is made as without them, and the Authenticator binds it to the legs.
 */
import { Fault } from '@parley/core';
import { encodeBase64, equalConstantTime, randomOctets } from '@parley/core/internal';
import type { ExchangeElements } from '../trust/exchange-elements.ts';
import type { NegotiationKind, NegotiationScene, NegotiationSide } from './negotiation.ts';
import { requireScene } from './negotiation-shape.ts';

const CHALLENGE_BYTES = 16;

/**
 * Challenges that each side signs for the other.
 * @experimental no other stack speaks it
 */
export const signedChallenge: NegotiationKind = {
  kind: 'signed-challenge',
  needs: 'message',
  begin: (side, scene) => {
    requireScene(side, scene);
    return new Side(scene);
  },
};

class Side implements NegotiationSide {
  readonly wrappingKey = undefined;
  readonly #own: string;
  #isAsked = false;
  #isAgreed = false;

  constructor({ ambient }: NegotiationScene) {
    this.#own = encodeBase64(randomOctets(CHALLENGE_BYTES, { fillRandom: (out) => ambient.fillRandom(out) }));
  }

  get isAgreed(): boolean {
    return this.#isAgreed;
  }

  next(received: ExchangeElements | undefined): ExchangeElements | undefined {
    if (this.#isAgreed) throw failed('more than there is to say');
    const { challenge, challengeResponse } = received ?? {};
    if (this.#isAsked) {
      if (challengeResponse === undefined || !isSame(challengeResponse, this.#own)) throw failed('not answered');
      this.#isAgreed = true;
    }
    if (challenge === this.#own) throw failed('our own challenge');
    if (received !== undefined && challenge === undefined && !this.#isAgreed) throw failed('no challenge');
    const ask = this.#isAsked ? {} : { challenge: this.#own };
    this.#isAsked = true;
    return challenge === undefined && this.#isAgreed ? undefined : { ...ask, challengeResponse: challenge };
  }

  wipe(): void {
    // Challenges are no secrets.
  }
}

function isSame(left: string, right: string): boolean {
  const encoder = new TextEncoder();
  return equalConstantTime(encoder.encode(left), encoder.encode(right));
}

function failed(reason: string): Fault {
  return new Fault('peer.negotiation-failed', { reason });
}
