/** Ids in a message that is being made: those it has, and new ones that clash with none. */

import type { QualifiedName, Tape } from '@parley/codec';
import { NamespaceBinding } from '@parley/codec';
import {
  AddedAttribute,
  attributeNamed,
  attributeOctets,
  attributeText,
  decodeText,
  localName,
  Namespace,
  unusedPrefix,
} from '@parley/codec/internal';
import { Fault } from '@parley/core';
import { isPlainName } from '../claims/token-reference.ts';
import { WSU, WSU_ID } from '../write/names.ts';

const ID = localName('Id');

/** The Ids of one message. */
export class MessageIds {
  readonly #tape: Tape;
  readonly #taken = new Set<string>();
  readonly #prefix: string;
  #next = 0;
  #addedName: QualifiedName | undefined;

  /** @param prefix of new Ids: the beginning of an NCName */
  constructor(tape: Tape, prefix: string = '_') {
    this.#tape = tape;
    this.#prefix = prefix;
    for (let index = 0; index < tape.idCount; index++) this.#taken.add(attributeText(tape, tape.ids[index * 2]!));
  }

  /**
   * Takes the Ids of a document that will be part of the message.
   * @throws Fault `caller.input-invalid` the message has one of them
   */
  take(tape: Tape): void {
    for (let index = 0; index < tape.idCount; index++) {
      this.reserve(attributeText(tape, tape.ids[index * 2]!));
    }
  }

  /** A new Id. */
  fresh(): string {
    let id: string;
    do id = `${this.#prefix}${this.#next++}`;
    while (this.#taken.has(id));
    this.#taken.add(id);
    return id;
  }

  /**
   * Takes an Id that the caller wants.
   * @throws Fault `caller.input-invalid` the message has it
   */
  reserve(id: string): string {
    if (this.#taken.has(id)) throw new Fault('caller.input-invalid', { reason: 'an Id that the message has' });
    this.#taken.add(id);
    return id;
  }

  /**
   * The wsu:Id of `element`; if it has none, a new one and the attribute that is to be put into the start tag.
   * @throws Fault `caller.input-invalid` an Id that no reference can name
   */
  of(element: number): { readonly id: string; readonly added: AddedAttribute | undefined } {
    const attribute = attributeNamed(this.#tape, element, Namespace.wsu, ID);
    if (attribute >= 0) return { id: referable(this.#tape, attribute), added: undefined };
    const id = this.fresh();
    // A prefix that is new to the document, so that declaring it changes no other canonical form.
    this.#addedName ??= idUnder(unusedPrefix(this.#tape, WSU.prefix));
    return { id, added: new AddedAttribute(this.#addedName, id) };
  }
}

function referable(tape: Tape, attribute: number): string {
  const { bytes, start, end } = attributeOctets(tape, attribute);
  const id = decodeText(bytes, start, end);
  if (!isPlainName(bytes, start, end))
    throw new Fault('caller.input-invalid', { reason: 'an Id that no reference can name', id: id.slice(0, 64) });
  return id;
}

function idUnder(prefix: string): QualifiedName {
  return prefix === WSU.prefix ? WSU_ID : new NamespaceBinding(prefix, WSU.uri).name('Id');
}
