/** SAML assertions that a message carries as their issuers made them: octet for octet, or the issuer's signature is gone. */
import type { CanonicalisationOptions, XmlWriter } from '@parley/codec';
import { Tape } from '@parley/codec';
import {
  attributeNamed,
  attributeText,
  bytesEqual,
  canonicalise,
  isNamed,
  localName,
  Namespace,
  OctetSink,
  scan,
  splice,
} from '@parley/codec/internal';
import type { DigestAlgorithm, SamlVersion } from '@parley/core';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import { digestBase64 } from '@parley/core/internal';
import { samlVersionOf } from '../claims/assertion-reference.ts';
import { endOf, startOf } from '../claims/claim.ts';
import { isEncryptedData } from '../claims/encrypted-data.ts';
import { writeAssertionReference } from '../write/assertion-reference.ts';
import type { MessageIds } from './message-ids.ts';
import type { MessageToken } from './message-keys.ts';
import type { AssertionToken } from './request.ts';

const ID = { '1.1': localName('AssertionID'), '2.0': localName('ID') };
const INCLUSIVE_NAMESPACES = localName('InclusiveNamespaces');
const PREFIX_LIST = localName('PrefixList');

/** One assertion on its way into a message. */
export class CarriedAssertion {
  /** The assertion, and behind it the STR by which the signature of the message covers it, if it does so by one. */
  readonly tokens: readonly MessageToken[];
  readonly #isHidden: boolean;
  readonly #tape = new Tape();
  readonly #version: SamlVersion;
  readonly #id: string;
  readonly #token: AssertionToken;

  /**
   * Reads `token` (borrowed) and takes its Ids.
   * @throws Fault `caller.input-invalid` no document with one assertion and no comments, or one whose Ids the message has
   */
  constructor(token: AssertionToken, ids: MessageIds, digest: DigestAlgorithm) {
    const tape = this.#tape;
    read(token.octets, tape);
    const version = samlVersionOf(tape, 0);
    const id = version === undefined ? -1 : attributeNamed(tape, 0, Namespace.none, ID[version]);
    if (version === undefined || id < 0) refuse('no saml:Assertion with an id');
    if (tape.commentCount > 0) refuse('an assertion with a comment');
    this.#version = version;
    this.#id = attributeText(tape, id);
    this.#token = token;
    this.#isHidden = token.encrypt === true;
    if (this.#isHidden) {
      this.#requireInClear();
      this.#requireIndependent();
    }
    ids.take(tape);
    this.tokens = this.#tokens(ids, digest);
  }

  /** Writes the STR that names it. */
  writeReference(writer: XmlWriter, referenceId?: string): void {
    const { reference = 'key-identifier' } = this.#token;
    writeAssertionReference(writer, { version: this.#version, id: this.#id, reference, referenceId });
  }

  /**
   * Checks that it says in `message` what it said alone, so that the signatures on it hold.
   * @throws Fault `caller.input-invalid` it does not: it leaves to its surroundings what a prefix means
   */
  requireUnchanged(message: Tape): void {
    if (!this.#isHidden) this.#requireSame(message, elementWithId(message, this.#version, this.#id));
  }

  #requireSame(tape: Tape, element: number): void {
    for (const form of this.#forms()) {
      const alone = octetsOf(this.#tape, 0, form);
      const there = element < 0 ? undefined : octetsOf(tape, element, form);
      if (there === undefined || !bytesEqual(there, 0, there.length, alone))
        refuse('an assertion that says something else in this message');
    }
  }

  /** Receivers decrypt once. */
  #requireInClear(): void {
    for (let element = 0; element < this.#tape.elementCount; element++)
      if (isEncryptedData(this.#tape, element)) refuse('an assertion to encrypt, with something encrypted in it');
  }

  /**
   * The same for wherever it may stand, since nobody looks at plaintext before it is sent: all that it could take from its
   * surroundings means something else there.
   */
  #requireIndependent(): void {
    const { bytes } = this.#tape;
    const names = listedPrefixes(this.#tape).filter((prefix) => prefix !== 'xml' && prefix !== '#default');
    const declarations = names.map((prefix) => ` xmlns:${prefix}="urn:elsewhere"`).join('');
    const around = new Tape();
    const start = startOf(this.#tape, 0);
    const end = endOf(this.#tape, 0);
    const empty = new TextEncoder().encode(`<elsewhere xmlns="urn:elsewhere"${declarations}></elsewhere>`);
    const at = empty.length - '</elsewhere>'.length;
    read(splice(empty, [{ start: at, end: at, with: bytes.subarray(start, end) }]), around);
    this.#requireSame(around, 1);
  }

  #tokens(ids: MessageIds, digest: DigestAlgorithm): readonly MessageToken[] {
    const { bytes } = this.#tape;
    const start = startOf(this.#tape, 0);
    const end = endOf(this.#tape, 0);
    const isHidden = this.#isHidden;
    const write = ({ sink }: XmlWriter): void => sink.write(bytes, start, end);
    const digestOf = (form: AssertionForm): string => digestBase64(digest, octetsOf(this.#tape, 0, form));
    switch (this.#token.sign) {
      case 'id':
        return [{ write, isHidden, reference: { id: this.#id, digestBase64: digestOf('element') } }];
      case 'str-transform': {
        const id = ids.fresh();
        const reference = { id, isDereferenced: true, digestBase64: digestOf('token') };
        return [{ write }, { write: (writer) => this.writeReference(writer, id), reference }];
      }
      default:
        return [{ write, isHidden }];
    }
  }

  /** Those that signatures on it use: ours, and with the prefixes that it lists for it that of its issuer. */
  #forms(): readonly AssertionForm[] {
    const issuers = { prefixes: listedPrefixes(this.#tape) };
    return this.#token.sign === 'str-transform' ? ['element', 'token', issuers] : ['element', issuers];
  }
}

/** A canonical form: as an element, as what STR-Transform puts in the place of an STR, or with a PrefixList. */
type AssertionForm = 'element' | 'token' | { readonly prefixes: readonly string[] };

function read(octets: Uint8Array, tape: Tape): void {
  try {
    scan(octets, DEFAULT_LIMITS, tape);
  } catch (error) {
    throw error instanceof Fault ? new Fault('caller.input-invalid', { reason: error.code }) : error;
  }
}

function octetsOf(tape: Tape, element: number, form: AssertionForm): Uint8Array {
  const sink = new OctetSink();
  let options: CanonicalisationOptions = {};
  if (form === 'token') options = { replacement: { element, by: element } };
  else if (form !== 'element') options = { inclusivePrefixes: form.prefixes };
  canonicalise(tape, element, sink, options);
  return sink.take();
}

function listedPrefixes(tape: Tape): readonly string[] {
  const prefixes = new Set<string>();
  for (let element = 0; element < tape.elementCount; element++) {
    if (!isNamed(tape, element, Namespace.ec, INCLUSIVE_NAMESPACES)) continue;
    const list = attributeNamed(tape, element, Namespace.none, PREFIX_LIST);
    for (const prefix of list < 0 ? [] : attributeText(tape, list).split(/\s+/)) prefixes.add(prefix);
  }
  prefixes.delete('');
  return [...prefixes];
}

function elementWithId(tape: Tape, version: SamlVersion, id: string): number {
  for (let pair = 0; pair < tape.idCount; pair++) {
    const element = tape.ids[pair * 2 + 1]!;
    const isMeant = samlVersionOf(tape, element) === version && attributeText(tape, tape.ids[pair * 2]!) === id;
    if (isMeant) return element;
  }
  return -1;
}

function refuse(reason: string): never {
  throw new Fault('caller.input-invalid', { input: 'assertion', reason });
}
