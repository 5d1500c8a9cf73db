/** How an issuer says that its token is to be named (WS-Trust §4.4): as it wrote that, where we would write something else. */
import { CanonicalElement, Tape } from '@parley/codec';
import { attributeNamed, firstChild, isNamed, localName, Namespace, nextSibling, scan } from '@parley/codec/internal';
import type { Version } from '@parley/core';
import { DEFAULT_LIMITS, Fault } from '@parley/core';
import { VERSION_URIS } from '@parley/core/internal';
import { attributeValue, endOf, isTokenReference, startOf } from '@parley/engine/internal';
import type { ContextName } from './token-reference.ts';

/** A wsse:SecurityTokenReference for messages that hold the token, and one for those that do not; `undefined`: ours will do. */
export interface IssuersReferences {
  readonly attached?: CanonicalElement | undefined;
  readonly unattached?: CanonicalElement | undefined;
}

/** The same as octets, each a document of its own: to be kept with a context. */
export interface ReferenceOctets {
  readonly attached?: Uint8Array | undefined;
  readonly unattached?: Uint8Array | undefined;
}

/** The token that is named. */
export interface NamedToken extends ContextName {
  readonly version: Version;
  readonly tokenId: string | undefined;
}

/** By the elements of an RSTR, if it has them: RequestedAttachedReference and RequestedUnattachedReference. */
export function readIssuersReferences(
  tape: Tape,
  parents: { readonly attached: number | undefined; readonly unattached: number | undefined },
  token: NamedToken,
): IssuersReferences {
  const read = (parent: number | undefined, place: Place): CanonicalElement | undefined => {
    const reference = parent === undefined ? -1 : firstChild(tape, parent);
    if (reference < 0 || endOf(tape, reference) - startOf(tape, reference) > REFERENCE_BYTES_MAX) return undefined;
    const element = CanonicalElement.of(tape, reference, CANONICAL_BYTES_MAX);
    return isOfUse(element, place, token) ? element : undefined;
  };
  return { attached: read(parents.attached, 'attached'), unattached: read(parents.unattached, 'unattached') };
}

/**
 * From octets that were kept (borrowed).
 * @throws Fault `caller.option-invalid` none that could be of this token
 */
export function keptReferences(kept: ReferenceOctets, token: NamedToken): IssuersReferences {
  const read = (place: Place): CanonicalElement | undefined => {
    const octets = kept[place];
    if (octets === undefined) return undefined;
    const refuse = (reason: string, cause?: unknown): Fault =>
      new Fault('caller.option-invalid', { option: `tokenReferences.${place}`, reason }, cause);
    let element: CanonicalElement;
    try {
      const tape = new Tape();
      scan(octets, DEFAULT_LIMITS, tape);
      element = CanonicalElement.of(tape, 0, CANONICAL_BYTES_MAX);
    } catch (error) {
      throw refuse('no reference', error);
    }
    if (!isOfUse(element, place, token)) throw refuse('of another token');
    return element;
  };
  return { attached: read('attached'), unattached: read('unattached') };
}

/** As they can be kept. */
export function referenceOctets({ attached, unattached }: IssuersReferences): ReferenceOctets | undefined {
  if (attached === undefined && unattached === undefined) return undefined;
  return { attached: attached?.toOctets(), unattached: unattached?.toOctets() };
}

type Place = 'attached' | 'unattached';

const REFERENCE_BYTES_MAX = 2048;
/** With the declarations of namespaces around it. */
const CANONICAL_BYTES_MAX = 8192;
const URI_BYTES_MAX = 1024;
const REFERENCE = localName('Reference');
const URI = localName('URI');
const VALUE_TYPE = localName('ValueType');
const INSTANCE = localName('Instance');
const NONCE = localName('Nonce');
const LENGTH = localName('Length');

/** Whether it names this key of the token, in any message and as often as need be, and does so otherwise than ours. */
function isOfUse(
  element: CanonicalElement,
  place: Place,
  { identifier, instance, tokenId, version }: NamedToken,
): boolean {
  const tape = new Tape();
  scan(element.toOctets(), DEFAULT_LIMITS, tape);
  const reference = firstChild(tape, 0);
  if (!isTokenReference(tape, 0) || !isNamed(tape, reference, Namespace.wsse, REFERENCE)) return false;
  // safety: an Id may be in a message once; attributes that imply a derivation would name another key.
  const isBare = tape.idCount === 0 && firstChild(tape, reference) < 0 && nextSibling(tape, reference) < 0;
  const wsc = version === '200512' ? Namespace.wsc : Namespace.wsc05;
  const implies = [NONCE, LENGTH].some((name) => attributeNamed(tape, 0, wsc, name) >= 0);
  const uri = textOf(tape, reference, Namespace.none, URI);
  const isNamedHere = uri === identifier || (place === 'attached' && tokenId !== undefined && uri === `#${tokenId}`);
  // interop: Metro finds a renewed key by the Instance of the reference alone, whatever it writes itself.
  const named = textOf(tape, reference, wsc, INSTANCE);
  if (!isBare || implies || !isNamedHere || named !== instance) return false;
  const isTyped = textOf(tape, reference, Namespace.none, VALUE_TYPE) === VERSION_URIS[version].sct;
  const ours = instance === undefined ? 2 : 3;
  const isLikeOurs = isTyped && tape.attributeCount === ours && (uri !== identifier) === (place === 'attached');
  return !isLikeOurs;
}

function textOf(tape: Tape, element: number, namespace: number, name: Uint8Array): string | undefined {
  const attribute = attributeNamed(tape, element, namespace, name);
  return attribute < 0 ? undefined : attributeValue(tape, attribute, URI_BYTES_MAX).trim();
}
