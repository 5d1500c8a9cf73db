/** What the wsa headers of a message say that a template knows. */
import type { Matcher } from '@parley/codec/internal';
import { bytesEqual } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import { Addressing } from '../message/addressing-names.ts';
import type { AddressingClaims } from '../message/opened-message.ts';
import { isAbsoluteIri } from '../read/addressing.ts';

/** A hole that holds the same in most messages; the same string then. */
class Repeated {
  readonly #hole: number;
  #octets: Uint8Array | undefined;
  #text = '';

  constructor(hole: number) {
    this.#hole = hole;
  }

  read(message: Uint8Array, matcher: Matcher): string | undefined {
    const hole = this.#hole * 2;
    if (hole < 0) return undefined;
    const start = matcher.holes[hole]!;
    const end = matcher.holes[hole + 1]!;
    const octets = this.#octets;
    if (octets === undefined || !bytesEqual(message, start, end, octets)) {
      this.#octets = message.slice(start, end);
      this.#text = matcher.text(this.#hole);
    }
    return this.#text;
  }
}

export class AddressingHoles {
  readonly #action: Repeated;
  readonly #to: Repeated;
  readonly #messageId: number;
  readonly #relatesTo: number;
  readonly #isSigned: (place: number) => boolean;

  /** `holes` and `isSigned` are by the place of names in `ADDRESSING_NAMES`. */
  constructor(holes: readonly number[], isSigned: readonly boolean[]) {
    this.#action = new Repeated(holes[Addressing.Action]!);
    this.#to = new Repeated(holes[Addressing.To]!);
    this.#messageId = holes[Addressing.MessageID]!;
    this.#relatesTo = holes[Addressing.RelatesTo]!;
    this.#isSigned = (place) => isSigned[place] === true;
  }

  get messageIdIsSigned(): boolean {
    return this.#isSigned(Addressing.MessageID);
  }

  /** As `readAddressing` gives it: a hole holds a value of one word, and never none. @throws Fault `peer.structure-invalid` */
  read(message: Uint8Array, matcher: Matcher): AddressingClaims {
    const messageId = this.#messageId < 0 ? undefined : matcher.text(this.#messageId);
    if (messageId !== undefined && !isAbsoluteIri(messageId)) throw new Fault('peer.structure-invalid');
    return {
      action: this.#action.read(message, matcher),
      messageId,
      to: this.#to.read(message, matcher),
      relatesTo: this.#relatesTo < 0 ? undefined : matcher.text(this.#relatesTo),
    };
  }

  /** What of `everything` is signed. */
  signed(everything: AddressingClaims): AddressingClaims {
    const one = (place: number, text: string | undefined): string | undefined =>
      this.#isSigned(place) ? text : undefined;
    return {
      action: one(Addressing.Action, everything.action),
      messageId: one(Addressing.MessageID, everything.messageId),
      to: one(Addressing.To, everything.to),
      relatesTo: one(Addressing.RelatesTo, everything.relatesTo),
    };
  }
}
