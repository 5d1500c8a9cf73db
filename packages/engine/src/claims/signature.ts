/**
 * ds:Signature (XML Signature §4.2), as WS-Security uses it:
 *   SignedInfo(CanonicalizationMethod, SignatureMethod, Reference+), SignatureValue, KeyInfo(STR)
 *   Reference @URI (Transforms(Transform{1})?, DigestMethod, DigestValue)
 */

import { isDeepStrictEqual } from 'node:util';
import type { CanonicalisationOptions, Tape } from '@parley/codec';
import {
  attributeNamed,
  firstChild,
  isNamed,
  localName,
  Namespace,
  nextSibling,
  sameMarkup,
} from '@parley/codec/internal';
import type { DigestAlgorithm, MacAlgorithm, SignatureAlgorithm } from '@parley/core';
import { Fault } from '@parley/core';
import {
  DIGEST_ALGORITHMS,
  limitFault,
  MAC_ALGORITHMS,
  printable,
  rsaPssAlgorithm,
  SIGNATURE_ALGORITHMS,
} from '@parley/core/internal';
import type { Policy } from '../policy/policy.ts';
import { refusedBy } from '../policy/refused-by.ts';
import {
  attributeValue,
  base64Octets,
  childCount,
  contentOf,
  declaresNamespaces,
  isWithin,
  namedRows,
  requireAttribute,
  requireCharacters,
  requireElementOnly,
  requireNamed,
  rowNamed,
} from './claim.ts';
import { readPssParameters } from './pss-parameters.ts';
import { notThere, structureInvalid } from './shape-refusals.ts';
import { HIDDEN, isTokenReference, resolveFragment } from './token-reference.ts';
import type { TransformClaim, TransformRules } from './transforms.ts';
import { NO_TRANSFORMS, readParameters, readTransforms, requireCanonicalisation } from './transforms.ts';

// perf: a module's own constants are folded into its code, imported ones are looked up at every use.
const { ds: IN_DS, none: IN_NO_NAMESPACE } = Namespace;

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
export type SignatureRules = TransformRules & Pick<Policy, 'signatures'>;

export interface ReferenceClaim extends TransformClaim {
  /** The element that is signed; of STR-Transform, the STR that is replaced by what it names. Not of a hidden one. */
  readonly target: number;
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
const DIGEST_METHOD = localName('DigestMethod');
const DIGEST_VALUE = localName('DigestValue');
const ALGORITHM = localName('Algorithm');
const URI = localName('URI');
const TYPE = localName('Type');
const DIGEST_ROWS = namedRows(DIGEST_ALGORITHMS);
const METHOD_ROWS = namedRows<MacAlgorithm | SignatureAlgorithm>([...MAC_ALGORITHMS, ...SIGNATURE_ALGORITHMS]);

/**
 * Reads a signature apart from its references and its KeyInfo.
 * @throws Fault `peer.structure-invalid`, `peer.alg-forbidden`
 */
export function readSignature(tape: Tape, element: number, rules: SignatureRules): SignatureClaim {
  requireElementOnly(tape, element, 'ds:Signature');
  const signedInfo = requireNamed(tape, firstChild(tape, element), IN_DS, SIGNED_INFO, element, 'ds:SignedInfo');
  const signatureValue = requireNamed(
    tape,
    nextSibling(tape, signedInfo),
    IN_DS,
    SIGNATURE_VALUE,
    element,
    'ds:SignatureValue',
  );
  requireCharacters(tape, signatureValue, 'ds:SignatureValue');

  requireElementOnly(tape, signedInfo, 'ds:SignedInfo');
  const method = requireNamed(
    tape,
    firstChild(tape, signedInfo),
    IN_DS,
    CANONICALIZATION_METHOD,
    signedInfo,
    'ds:CanonicalizationMethod',
  );
  const form = requireCanonicalisation(tape, method, rules);
  const signatureMethod = requireNamed(
    tape,
    nextSibling(tape, method),
    IN_DS,
    SIGNATURE_METHOD,
    signedInfo,
    'ds:SignatureMethod',
  );
  const algorithm = readSignatureMethod(tape, signatureMethod, rules);

  const keyInfo = nextSibling(tape, signatureValue);
  if (keyInfo >= 0 && !isNamed(tape, keyInfo, IN_DS, KEY_INFO)) {
    throw structureInvalid(tape, keyInfo, 'an unknown child of ds:Signature');
  }
  const canonicalisation = readParameters(tape, method, form, rules.limits);
  return { element, signedInfo, canonicalisation, algorithm, signatureMethod, signatureValue, keyInfo };
}

/** Whether only plaintext will show what `reference` is to. */
export function isHidden({ target }: ReferenceClaim): boolean {
  return target === HIDDEN;
}

/** Whether two references to one element say the same of it. @throws Fault `peer.encoding-invalid` */
export function isSameReference(tape: Tape, left: ReferenceClaim, right: ReferenceClaim): boolean {
  return (
    left.digest === right.digest &&
    left.isTokenTransform === right.isTokenTransform &&
    isSameForm(left.canonicalisation, right.canonicalisation) &&
    isDeepStrictEqual(base64Octets(tape, left.digestValue), base64Octets(tape, right.digestValue))
  );
}

function isSameForm(left: CanonicalisationOptions, right: CanonicalisationOptions): boolean {
  const { inclusivePrefixes: leftPrefixes = [], ...leftRest } = left;
  const { inclusivePrefixes: rightPrefixes = [], ...rightRest } = right;
  return isDeepStrictEqual([leftPrefixes, leftRest], [rightPrefixes, rightRest]);
}

/**
 * Reads and resolves the references of a signature. With `mayHide`, what none of the elements is may be hidden in ciphertext.
 *
 * @throws Fault `peer.structure-invalid`, `peer.alg-forbidden`, `peer.transform-forbidden`, `peer.limit-references`,
 * `peer.limit-transforms`, `peer.ref-uri-forbidden`, `peer.ref-unresolved`, `peer.ref-type-forbidden`, `peer.ref-loop`.
 */
export function readReferences(
  tape: Tape,
  signature: SignatureClaim,
  rules: SignatureRules,
  mayHide = false,
): readonly ReferenceClaim[] {
  const references: ReferenceClaim[] = [];
  let model: ReferenceShape | undefined;
  for (let child = nextSibling(tape, signature.signatureMethod); child >= 0; child = nextSibling(tape, child)) {
    if (!isNamed(tape, child, IN_DS, REFERENCE))
      throw structureInvalid(tape, child, 'an unknown child of ds:SignedInfo');
    if (references.length >= rules.limits.referencesMax) throw tooManyReferences(tape, signature, rules);
    if (model === undefined || !isLike(tape, child, model)) model = readReferenceShape(tape, child, rules);
    references.push(readReference(tape, child, model, signature.element, mayHide));
  }
  if (references.length === 0) throw structureInvalid(tape, signature.signedInfo, 'ds:SignedInfo without ds:Reference');
  return references;
}

/** What is not in the message is never fetched: attachments and documents elsewhere. */
function outsideMessage(tape: Tape, uri: number): Fault {
  const text = uri < 0 ? '' : printable(attributeValue(tape, uri, URI_CHARACTERS_MAX));
  const isAttachment = text.startsWith('cid:');
  const reason = isAttachment ? 'a reference to an attachment' : 'not a reference into the message';
  return new Fault('peer.ref-uri-forbidden', text === '' ? { reason } : { reason, uri: text });
}

const URI_CHARACTERS_MAX = 128;

function tooManyReferences(tape: Tape, signature: SignatureClaim, { limits }: SignatureRules): Fault {
  const count = childCount(tape, signature.signedInfo, REFERENCE);
  return limitFault('peer.limit-references', 'referencesMax', limits.referencesMax, count);
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
    throw refusedBy('signatures', 'peer.alg-forbidden', { algorithm: algorithm.name });
  const parameter = firstChild(tape, element);
  // interop: WSS4J DOM writes the parameters of #rsa-pss where they are the defaults, too.
  if (parameter >= 0 && algorithm.name === 'rsa-pss') {
    requireElementOnly(tape, element, 'ds:SignatureMethod');
    return rsaPssAlgorithm(readPssParameters(tape, parameter));
  }
  // safety: HMACOutputLength makes forgery trivial (T12).
  if (parameter >= 0) throw new Fault('peer.alg-forbidden', { reason: 'a parameter of the signature' });
  requireCharacters(tape, element, 'ds:SignatureMethod');
  return algorithm;
}

/** What a ds:Reference says about how its target is digested. */
interface ReferenceShape extends TransformClaim {
  readonly element: number;
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
  const first = firstChild(tape, element);
  const isBare = first >= 0 && isNamed(tape, first, IN_DS, DIGEST_METHOD);
  if (isBare && !rules.allowMissingTransforms)
    throw notThere(tape, first, IN_DS, TRANSFORMS, element, 'ds:Transforms', 'allowMissingTransforms');
  const transforms = isBare ? -1 : requireNamed(tape, first, IN_DS, TRANSFORMS, element, 'ds:Transforms');
  const { canonicalisation, isTokenTransform } = isBare ? NO_TRANSFORMS : readTransforms(tape, transforms, rules);
  const afterTransforms = isBare ? first : nextSibling(tape, transforms);
  const method = requireNamed(tape, afterTransforms, IN_DS, DIGEST_METHOD, element, 'ds:DigestMethod');
  const digest = rowNamed(tape, requireAttribute(tape, method, ALGORITHM, 'Algorithm'), DIGEST_ROWS);
  const digestValue = requireNamed(tape, nextSibling(tape, method), IN_DS, DIGEST_VALUE, element, 'ds:DigestValue');
  return { element, canonicalisation, isTokenTransform, digest, digestValueDistance: digestValue - element };
}

function readReference(
  tape: Tape,
  element: number,
  shape: ReferenceShape,
  signature: number,
  mayHide: boolean,
): ReferenceClaim {
  requireElementOnly(tape, element, 'ds:Reference');
  if (attributeNamed(tape, element, IN_NO_NAMESPACE, TYPE) >= 0) throw new Fault('peer.ref-type-forbidden');
  const digestValue = element + shape.digestValueDistance;
  requireCharacters(tape, digestValue, 'ds:DigestValue');
  if (nextSibling(tape, digestValue) >= 0) throw structureInvalid(tape, element, 'an unknown child of ds:Reference');

  const uri = attributeNamed(tape, element, IN_NO_NAMESPACE, URI);
  const { canonicalisation, isTokenTransform, digest } = shape;
  const target = uri < 0 ? -1 : resolveFragment(tape, uri, mayHide && !isTokenTransform);
  if (target === HIDDEN) return { target, canonicalisation, isTokenTransform, digest, digestValue };
  if (target < 0) throw outsideMessage(tape, uri);
  if (isWithin(tape, signature, target)) throw new Fault('peer.ref-loop');
  if (isTokenTransform && !isTokenReference(tape, target))
    throw new Fault('peer.transform-forbidden', { reason: 'STR-Transform of something else' });
  return { target, canonicalisation, isTokenTransform, digest, digestValue };
}
