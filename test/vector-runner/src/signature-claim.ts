/** A ds:Signature as it stands in a document: what it says, of which nothing is believed yet. */
import type { Tape } from '@parley/codec';
import { attributeText, firstChild, localNameOf, namespaceUriOf, nextSibling, textOf } from '@parley/codec';
import { attributeNamed, E, ELEMENT_WORDS, localName, Namespace } from '@parley/codec/internal';
import { UnreadableVector } from './json-record.ts';

const NAMESPACES = ['http://www.w3.org/2000/09/xmldsig#', 'http://www.w3.org/2009/xmldsig11#'];

export interface TransformClaim {
  readonly algorithm: string;
  readonly inclusivePrefixes: readonly string[];
  /** The expression of an XPath transform, without the white space around it. */
  readonly xpath: string;
}

export interface ReferenceClaim {
  /** `undefined` when the application is to know. */
  readonly uri: string | undefined;
  readonly type: string;
  readonly transforms: readonly TransformClaim[];
  readonly digestAlgorithm: string;
  readonly digestValue: Uint8Array;
}

export interface SignatureClaim {
  readonly element: number;
  readonly signedInfo: number;
  readonly canonicalization: TransformClaim;
  readonly algorithm: string;
  /** In bits. */
  readonly hmacOutputLength: number | undefined;
  readonly references: readonly ReferenceClaim[];
  readonly value: Uint8Array;
}

/** The ds:Signature elements of a document that are in no other one. */
export function signaturesOf(tape: Tape): readonly number[] {
  const found: number[] = [];
  for (let element = 0; element < tape.elementCount; element++) {
    if (!isDs(tape, element, 'Signature')) continue;
    found.push(element);
    element = (tape.elements[element * ELEMENT_WORDS + E.next] ?? tape.elementCount) - 1;
  }
  return found;
}

/** Reads the signature at `element`. @throws UnreadableVector when a part of it is missing */
export function readSignature(tape: Tape, element: number): SignatureClaim {
  const signedInfo = requiredChild(tape, element, 'SignedInfo');
  const method = requiredChild(tape, signedInfo, 'SignatureMethod');
  const [outputLength] = dsChildren(tape, method, 'HMACOutputLength');
  return {
    element,
    signedInfo,
    canonicalization: readTransform(tape, requiredChild(tape, signedInfo, 'CanonicalizationMethod')),
    algorithm: attributeOf(tape, method, 'Algorithm') ?? '',
    hmacOutputLength: outputLength === undefined ? undefined : Number(textOf(tape, outputLength)),
    references: dsChildren(tape, signedInfo, 'Reference').map((reference) => readReference(tape, reference)),
    value: base64Of(tape, requiredChild(tape, element, 'SignatureValue')),
  };
}

/** The elements called `name` in the subtree of `element`, in a namespace of XML Signature. */
export function descendants(tape: Tape, element: number, name: string): readonly number[] {
  const end = tape.elements[element * ELEMENT_WORDS + E.next] ?? 0;
  const found: number[] = [];
  for (let index = element; index < end; index++) if (isDs(tape, index, name)) found.push(index);
  return found;
}

/** The children of `element` that XML Signature calls `name`. */
export function dsChildren(tape: Tape, element: number, name: string): readonly number[] {
  return childrenOf(tape, element).filter((child) => isDs(tape, child, name));
}

/** The value of the attribute `name` in no namespace. */
export function attributeOf(tape: Tape, element: number, name: string): string | undefined {
  const attribute = attributeNamed(tape, element, Namespace.none, localName(name));
  return attribute < 0 ? undefined : attributeText(tape, attribute);
}

/** The octets that the text of `element` stands for in base64. */
export function base64Of(tape: Tape, element: number): Uint8Array {
  return Uint8Array.from(Buffer.from(textOf(tape, element), 'base64'));
}

function readReference(tape: Tape, reference: number): ReferenceClaim {
  const transforms = dsChildren(tape, reference, 'Transforms').flatMap((list) => dsChildren(tape, list, 'Transform'));
  return {
    uri: attributeOf(tape, reference, 'URI'),
    type: attributeOf(tape, reference, 'Type') ?? '',
    transforms: transforms.map((transform) => readTransform(tape, transform)),
    digestAlgorithm: attributeOf(tape, requiredChild(tape, reference, 'DigestMethod'), 'Algorithm') ?? '',
    digestValue: base64Of(tape, requiredChild(tape, reference, 'DigestValue')),
  };
}

function readTransform(tape: Tape, transform: number): TransformClaim {
  const children = childrenOf(tape, transform);
  const list = children.find((child) => localNameOf(tape, child) === 'InclusiveNamespaces');
  const xpath = children.find((child) => isDs(tape, child, 'XPath'));
  return {
    algorithm: attributeOf(tape, transform, 'Algorithm') ?? '',
    inclusivePrefixes:
      list === undefined ? [] : (attributeOf(tape, list, 'PrefixList') ?? '').split(/\s+/).filter(Boolean),
    xpath: xpath === undefined ? '' : textOf(tape, xpath).trim(),
  };
}

function requiredChild(tape: Tape, element: number, name: string): number {
  const [child] = dsChildren(tape, element, name);
  if (child === undefined) throw new UnreadableVector(`ds:${name} is missing`);
  return child;
}

function childrenOf(tape: Tape, element: number): readonly number[] {
  const children: number[] = [];
  for (let child = firstChild(tape, element); child >= 0; child = nextSibling(tape, child)) children.push(child);
  return children;
}

function isDs(tape: Tape, element: number, name: string): boolean {
  return localNameOf(tape, element) === name && NAMESPACES.includes(namespaceUriOf(tape, element));
}
