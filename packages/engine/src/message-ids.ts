/** Ids in a message that is being made: those it has, and new ones that clash with none. */

import type { Patch, Tape } from '@parley/codec';
import { attributeNamed, attributeText, E, ELEMENT_WORDS, localName, Namespace, uriOfPrefix } from '@parley/codec';
import { WSU } from './write/names.ts';

const ID = localName('Id');

/** The Ids of one message. */
export class MessageIds {
  readonly #tape: Tape;
  readonly #taken = new Set<string>();
  #next = 0;

  constructor(tape: Tape) {
    this.#tape = tape;
    for (let index = 0; index < tape.idCount; index++) this.#taken.add(attributeText(tape, tape.ids[index * 2]!));
  }

  /** A new Id. */
  fresh(): string {
    let id: string;
    do id = `_${this.#next++}`;
    while (this.#taken.has(id));
    this.#taken.add(id);
    return id;
  }

  /** The wsu:Id of `element`; if it has none, a new one and the patch that writes it into the start tag. */
  of(element: number): { id: string; patch: Patch | undefined } {
    const attribute = attributeNamed(this.#tape, element, Namespace.wsu, ID);
    if (attribute >= 0) return { id: attributeText(this.#tape, attribute), patch: undefined };
    const id = this.fresh();
    const prefix = freePrefix(this.#tape, element);
    const at = this.#tape.elements[element * ELEMENT_WORDS + E.nameEnd]!;
    return {
      id,
      patch: { start: at, end: at, with: encoder.encode(` xmlns:${prefix}="${WSU}" ${prefix}:Id="${id}"`) },
    };
  }
}

const encoder = new TextEncoder();

/** A prefix that is not bound at `element`, so that declaring it there changes no name. */
function freePrefix(tape: Tape, element: number): string {
  let prefix = 'u';
  for (let number = 1; uriOfPrefix(tape, element, prefix) !== undefined; number++) prefix = `u${number}`;
  return prefix;
}
