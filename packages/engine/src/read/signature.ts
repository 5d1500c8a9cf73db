/**
 * ds:Signature (XML Signature §4.2), as WS-Security uses it:
 *   SignedInfo(CanonicalizationMethod, SignatureMethod, Reference+), SignatureValue, KeyInfo(STR)
 *   Reference @URI (Transforms(Transform{1}), DigestMethod, DigestValue)
 */

import type { CanonicalisationAlgorithm, CanonicalisationOptions, Tape } from '@parley/codec';
import {
  attributeNamed,
  attributeText,
  CANONICALISATION_ALGORITHMS,
  firstChild,
  isNamed,
  localName,
  Namespace,
  nextSibling,
  sameMarkup,
} from '@parley/codec';
import type { DigestAlgorithm, Limits, MacAlgorithm, SignatureAlgorithm } from '@parley/core';
import { DIGEST_ALGORITHMS, Fault, MAC_ALGORITHMS, SIGNATURE_ALGORITHMS } from '@parley/core';
import type { Policy } from '../policy.ts';
import {
  contentOf,
  declaresNamespaces,
  isWithin,
  namedRows,
  requireAttribute,
  requireCharacters,
  requireElementOnly,
  requireLiteral,
  rowNamed,
  rowNamedOrNone,
  structureInvalid,
} from './claim.ts';
import { isTokenReference, resolveFragment } from './token-reference.ts';

// perf: a module's own constants are folded into its code, imported ones are looked up at every use.
const { ds: IN_DS, ec: IN_EC, none: IN_NO_NAMESPACE } = Namespace;

/** A signature as claimed: indexes and rows, nothing verified. */
export interface SignatureClaim {
  readonly element: number;
  readonly signedInfo: number;
  readonly canonicalisation: CanonicalisationOptions;
  /** Whose kind says what the key must be: a secret, or a public key (T13). */
  readonly algorithm: MacAlgorithm | SignatureAlgorithm;
  /** Where {@link readReferences} starts. */
  readonly signatureMethod: number;
  readonly signatureValue: number;
  /** The ds:KeyInfo element, or -1: read by {@link readKeyInfo} once the references are known to be in place. */
  readonly keyInfo: number;
}

/** What readers of a signature need of a policy. */
export type SignatureRules = Pick<Policy, 'limits' | 'canonicalisations' | 'signatures'>;

export interface ReferenceClaim {
  /** The element that is signed. */
  readonly target: number;
  readonly canonicalisation: CanonicalisationOptions;
  readonly digest: DigestAlgorithm;
  readonly digestValue: number;
}

const SIGNED_INFO = localName('SignedInfo');
const CANONICALIZATION_METHOD = localName('CanonicalizationMethod');
const SIGNATURE_METHOD = localName('SignatureMethod');
const SIGNATURE_VALUE = localName('SignatureValue');
const KEY_INFO = localName('KeyInfo');
const REFERENCE = localName('Reference');
const TRANSFORMS = localName('Transforms');
const TRANSFORM = localName('Transform');
const DIGEST_METHOD = localName('DigestMethod');
const DIGEST_VALUE = localName('DigestValue');
const INCLUSIVE_NAMESPACES = localName('InclusiveNamespaces');
const PREFIX_LIST = localName('PrefixList');
const ALGORITHM = localName('Algorithm');
const URI = localName('URI');
const TYPE = localName('Type');
const DIGEST_ROWS = namedRows(DIGEST_ALGORITHMS);
const METHOD_ROWS = namedRows<MacAlgorithm | SignatureAlgorithm>([...MAC_ALGORITHMS, ...SIGNATURE_ALGORITHMS]);
const CANONICALISATION_ROWS = namedRows(CANONICALISATION_ALGORITHMS);
const PREFIX_LIST_MAX = 64;

/**
 * Reads a signature apart from its references and its KeyInfo.
 * @throws Fault `peer.structure-invalid`, `peer.alg-forbidden`
 */
export function readSignature(tape: Tape, element: number, rules: SignatureRules): SignatureClaim {
  requireElementOnly(tape, element, 'ds:Signature');
  const signedInfo = expect(tape, firstChild(tape, element), SIGNED_INFO, element, 'ds:SignedInfo');
  const signatureValue = expect(tape, nextSibling(tape, signedInfo), SIGNATURE_VALUE, element, 'ds:SignatureValue');
  requireCharacters(tape, signatureValue, 'ds:SignatureValue');

  requireElementOnly(tape, signedInfo, 'ds:SignedInfo');
  const method = expect(
    tape,
    firstChild(tape, signedInfo),
    CANONICALIZATION_METHOD,
    signedInfo,
    'ds:CanonicalizationMethod',
  );
  const form = allowedCanonicalisation(tape, method, rules);
  if (form === undefined) throw new Fault('peer.alg-forbidden', { reason: 'CanonicalizationMethod' });
  const signatureMethod = expect(tape, nextSibling(tape, method), SIGNATURE_METHOD, signedInfo, 'ds:SignatureMethod');
  const algorithm = readSignatureMethod(tape, signatureMethod, rules);

  const keyInfo = nextSibling(tape, signatureValue);
  if (keyInfo >= 0 && !isNamed(tape, keyInfo, IN_DS, KEY_INFO)) {
    throw structureInvalid(tape, keyInfo, 'an unknown child of ds:Signature');
  }
  const canonicalisation = readParameters(tape, method, form, rules.limits);
  return { element, signedInfo, canonicalisation, algorithm, signatureMethod, signatureValue, keyInfo };
}

/**
 * Reads and resolves the references of a signature.
 *
 * @throws Fault `peer.structure-invalid`, `peer.alg-forbidden`, `peer.transform-forbidden`, `peer.limit-references`,
 * `peer.limit-transforms`, `peer.ref-uri-forbidden`, `peer.ref-unresolved`, `peer.ref-type-forbidden`, `peer.ref-loop`.
 */
export function readReferences(
  tape: Tape,
  signature: SignatureClaim,
  rules: SignatureRules,
): readonly ReferenceClaim[] {
  const references: ReferenceClaim[] = [];
  let model: ReferenceShape | undefined;
  for (let child = nextSibling(tape, signature.signatureMethod); child >= 0; child = nextSibling(tape, child)) {
    if (!isNamed(tape, child, IN_DS, REFERENCE))
      throw structureInvalid(tape, child, 'an unknown child of ds:SignedInfo');
    if (references.length >= rules.limits.referencesMax) throw new Fault('peer.limit-references');
    if (model === undefined || !isLike(tape, child, model)) model = readReferenceShape(tape, child, rules);
    references.push(readReference(tape, child, model, signature.element));
  }
  if (references.length === 0) throw structureInvalid(tape, signature.signedInfo, 'ds:SignedInfo without ds:Reference');
  return references;
}

/**
 * Refuses what may follow KeyInfo: ds:Object is where signed things hide, and a MAC needs none (T02, T09).
 * @throws Fault `peer.structure-invalid`
 */
export function requireNothingElse(tape: Tape, signature: SignatureClaim): void {
  const extra = nextSibling(tape, signature.keyInfo);
  if (extra >= 0) throw structureInvalid(tape, extra, 'a child of ds:Signature after ds:KeyInfo');
}

/**
 * The STR inside KeyInfo, which must be its only child.
 * @throws Fault `peer.keyinfo-forbidden` no KeyInfo, or anything but an STR in it; `peer.structure-invalid`.
 */
export function readKeyInfo(tape: Tape, keyInfo: number): number {
  if (keyInfo < 0) throw new Fault('peer.keyinfo-forbidden', { reason: 'no ds:KeyInfo' });
  requireElementOnly(tape, keyInfo, 'ds:KeyInfo');
  const reference = firstChild(tape, keyInfo);
  if (reference < 0 || !isTokenReference(tape, reference) || nextSibling(tape, reference) >= 0) {
    throw new Fault('peer.keyinfo-forbidden', { reason: 'not one wsse:SecurityTokenReference' });
  }
  return reference;
}

function readSignatureMethod(tape: Tape, element: number, rules: SignatureRules): MacAlgorithm | SignatureAlgorithm {
  const algorithm = rowNamed(tape, requireAttribute(tape, element, ALGORITHM, 'Algorithm'), METHOD_ROWS);
  if (algorithm.kind === 'signature' && !rules.signatures.includes(algorithm.name))
    throw new Fault('peer.alg-forbidden', { algorithm: algorithm.name });
  // safety: HMACOutputLength makes forgery trivial (T12); parameters of RSASSA-PSS are those of its URIs.
  if (firstChild(tape, element) >= 0) throw new Fault('peer.alg-forbidden', { reason: 'a parameter of the signature' });
  requireLiteral(tape, element, 'ds:SignatureMethod');
  return algorithm;
}

/** What a ds:Reference says about how its target is digested. */
interface ReferenceShape {
  readonly element: number;
  readonly canonicalisation: CanonicalisationOptions;
  readonly digest: DigestAlgorithm;
  /** Elements from ds:Reference to ds:DigestValue. */
  readonly digestValueDistance: number;
}

/**
 * Whether `element` has, up to the text of its ds:DigestValue, the content that `model` was read from.
 * perf: the references of a signature mostly differ in URI and digest only. The same octets in the same namespace scope
 * are the same elements: a sibling without declarations, with the same content up to there, has nothing else to be read.
 */
function isLike(tape: Tape, element: number, model: ReferenceShape): boolean {
  if (declaresNamespaces(tape, element) || declaresNamespaces(tape, model.element)) return false;
  // safety: of an empty-element tag, what follows is not the content.
  if (!isWithin(tape, element + model.digestValueDistance, element)) return false;
  const from = contentOf(tape, model.element);
  const length = contentOf(tape, model.element + model.digestValueDistance) - from;
  return sameMarkup(tape, contentOf(tape, element), from, length);
}

function readReferenceShape(tape: Tape, element: number, rules: SignatureRules): ReferenceShape {
  requireElementOnly(tape, element, 'ds:Reference');
  if (attributeNamed(tape, element, IN_NO_NAMESPACE, TYPE) >= 0) throw new Fault('peer.ref-type-forbidden');
  const transforms = expect(tape, firstChild(tape, element), TRANSFORMS, element, 'ds:Transforms');
  const canonicalisation = readTransforms(tape, transforms, rules);
  const method = expect(tape, nextSibling(tape, transforms), DIGEST_METHOD, element, 'ds:DigestMethod');
  const digest = rowNamed(tape, requireAttribute(tape, method, ALGORITHM, 'Algorithm'), DIGEST_ROWS);
  const digestValue = expect(tape, nextSibling(tape, method), DIGEST_VALUE, element, 'ds:DigestValue');
  return { element, canonicalisation, digest, digestValueDistance: digestValue - element };
}

function readReference(tape: Tape, element: number, shape: ReferenceShape, signature: number): ReferenceClaim {
  requireElementOnly(tape, element, 'ds:Reference');
  if (attributeNamed(tape, element, IN_NO_NAMESPACE, TYPE) >= 0) throw new Fault('peer.ref-type-forbidden');
  const digestValue = element + shape.digestValueDistance;
  requireCharacters(tape, digestValue, 'ds:DigestValue');
  if (nextSibling(tape, digestValue) >= 0) throw structureInvalid(tape, element, 'an unknown child of ds:Reference');

  const uri = attributeNamed(tape, element, IN_NO_NAMESPACE, URI);
  const target = uri < 0 ? -1 : resolveFragment(tape, uri);
  if (target < 0) throw new Fault('peer.ref-uri-forbidden', { reason: 'not a reference into the message' });
  if (isWithin(tape, signature, target)) throw new Fault('peer.ref-loop');
  return { target, canonicalisation: shape.canonicalisation, digest: shape.digest, digestValue };
}

function readTransforms(tape: Tape, transforms: number, rules: SignatureRules): CanonicalisationOptions {
  requireElementOnly(tape, transforms, 'ds:Transforms');
  const transform = expect(tape, firstChild(tape, transforms), TRANSFORM, transforms, 'ds:Transform');
  let count = 0;
  for (let child = transform; child >= 0; child = nextSibling(tape, child)) count++;
  if (count > rules.limits.transformsMax) throw new Fault('peer.limit-transforms', { count });
  const algorithm = count === 1 ? allowedCanonicalisation(tape, transform, rules) : undefined;
  if (algorithm === undefined) throw new Fault('peer.transform-forbidden');
  return readParameters(tape, transform, algorithm, rules.limits);
}

/** The algorithm of a CanonicalizationMethod or Transform; `undefined` for any that the policy does not allow. */
function allowedCanonicalisation(
  tape: Tape,
  method: number,
  rules: SignatureRules,
): CanonicalisationAlgorithm | undefined {
  const attribute = requireAttribute(tape, method, ALGORITHM, 'Algorithm');
  const algorithm = rowNamedOrNone(tape, attribute, CANONICALISATION_ROWS);
  return algorithm !== undefined && rules.canonicalisations.includes(algorithm.name) ? algorithm : undefined;
}

/** The algorithm as options, with its PrefixList if it has one. */
function readParameters(
  tape: Tape,
  method: number,
  algorithm: CanonicalisationAlgorithm,
  limits: Limits,
): CanonicalisationOptions {
  if (firstChild(tape, method) < 0) return algorithm;
  if (algorithm.method !== 'exclusive') throw structureInvalid(tape, method, 'a parameter of inclusive C14N');
  return { ...algorithm, inclusivePrefixes: readInclusivePrefixes(tape, method, limits) };
}

/** ec:InclusiveNamespaces/@PrefixList of exclusive C14N. */
function readInclusivePrefixes(tape: Tape, method: number, limits: Limits): readonly string[] | undefined {
  const child = firstChild(tape, method);
  if (!isNamed(tape, child, IN_EC, INCLUSIVE_NAMESPACES) || nextSibling(tape, child) >= 0) {
    throw structureInvalid(tape, child, 'an unknown parameter of C14N');
  }
  const list = requireAttribute(tape, child, PREFIX_LIST, 'PrefixList');
  const prefixes = attributeText(tape, list)
    .split(' ')
    .filter((prefix) => prefix !== '');
  if (prefixes.length > Math.min(PREFIX_LIST_MAX, limits.namespacesPerElementMax))
    throw new Fault('peer.limit-namespaces', { count: prefixes.length });
  return prefixes.length === 0 ? undefined : prefixes;
}

function expect(tape: Tape, child: number, local: Uint8Array, parent: number, name: string): number {
  if (child < 0 || !isNamed(tape, child, IN_DS, local))
    throw structureInvalid(tape, child < 0 ? parent : child, `${name} is not where it belongs`);
  return child;
}
