/**
 * Keys that live for one exchange (X25519): what was recorded of a conversation stays secret even from whoever learns the
 * private keys of its bootstrap later. Three legs of wst:BinaryExchange:
 *
 *   initiator  public key ─►
 *                          ◄─ public key  responder
 *   initiator  HMAC by the agreed key ─►
 *
 * and the answer, whose key material the agreed key wraps. The bootstrap signs each leg, and the Authenticator all of them.
 */
import { createHash, createHmac } from 'node:crypto';
import type { Secret } from '@parley/core';
import { Fault } from '@parley/core';
import { AGREEMENT_KEY_BYTES, AgreementKey, equalConstantTime, filling } from '@parley/core/internal';
import { EncryptedKey } from '@parley/engine';
import type { ExchangeElements } from '../trust/exchange-elements.ts';
import type { NegotiationKind, NegotiationScene, NegotiationSide } from './negotiation.ts';
import { requireScene } from './negotiation-shape.ts';

const VALUE_TYPE = 'urn:parley:negotiation:x25519';
const CONFIRMATION = 'parley negotiation x25519 confirmation';
const WRAPPING = 'parley negotiation x25519 wrapping';

/**
 * Keys that live for one exchange.
 * @experimental no other stack speaks it
 */
export const ephemeralKey: NegotiationKind = {
  kind: 'ephemeral-key',
  needs: 'message-or-channel',
  begin: (side, scene) => {
    requireScene(side, scene);
    return new Side(side, scene);
  },
};

class Side implements NegotiationSide {
  readonly #side: 'initiator' | 'responder';
  readonly #own: AgreementKey;
  #confirmation: Uint8Array | undefined;
  #wrappingKey: EncryptedKey | undefined;
  #isAgreed = false;

  constructor(side: 'initiator' | 'responder', { ambient }: NegotiationScene) {
    this.#side = side;
    this.#own = new AgreementKey(filling({ fillRandom: (out) => ambient.fillRandom(out) }));
  }

  get isAgreed(): boolean {
    return this.#isAgreed;
  }

  get wrappingKey(): EncryptedKey | undefined {
    return this.#isAgreed ? this.#wrappingKey : undefined;
  }

  next(received: ExchangeElements | undefined): ExchangeElements | undefined {
    const isInitiator = this.#side === 'initiator';
    if (received === undefined) return binary(this.#own.publicOctets);
    const octets = octetsOf(received);
    if (this.#confirmation === undefined) {
      const confirmation = this.#agree(octets);
      this.#isAgreed = isInitiator;
      return isInitiator ? binary(confirmation) : binary(this.#own.publicOctets);
    }
    if (isInitiator || this.#isAgreed) throw failed('more than there is to say');
    if (!equalConstantTime(octets, this.#confirmation)) throw failed('not confirmed');
    this.#isAgreed = true;
    return undefined;
  }

  wipe(): void {
    this.#wrappingKey?.wipe();
    this.#confirmation?.fill(0);
  }

  #agree(theirs: Uint8Array): Uint8Array {
    const own = this.#own.publicOctets;
    const both = this.#side === 'initiator' ? [own, theirs] : [theirs, own];
    const transcript = new Uint8Array(2 * AGREEMENT_KEY_BYTES);
    if (theirs.length === AGREEMENT_KEY_BYTES)
      for (const [index, key] of both.entries()) transcript.set(key, index * AGREEMENT_KEY_BYTES);
    const secret = (purpose: string): Secret => this.#own.agree(theirs, transcript, purpose, AGREEMENT_KEY_BYTES);
    const confirming = secret(CONFIRMATION);
    this.#confirmation = confirming.lend((key) => macOf(key, transcript));
    confirming.wipe();
    // By this name the EncryptedKey of the last leg refers to it; it tells nothing that the legs do not.
    const sha1 = createHash('sha1').update(transcript).digest();
    this.#wrappingKey = EncryptedKey.known(secret(WRAPPING), sha1);
    return this.#confirmation;
  }
}

function macOf(key: Uint8Array, octets: Uint8Array): Uint8Array {
  return Uint8Array.from(createHmac('sha256', key).update(octets).digest());
}

function binary(octets: Uint8Array): ExchangeElements {
  return { binary: { valueType: VALUE_TYPE, octets } };
}

function octetsOf({ binary: given }: ExchangeElements): Uint8Array {
  if (given?.valueType !== VALUE_TYPE) throw failed('another kind of exchange');
  return given.octets;
}

function failed(reason: string): Fault {
  return new Fault('peer.negotiation-failed', { reason });
}
