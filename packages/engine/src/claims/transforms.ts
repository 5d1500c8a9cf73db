/** Canonicalisation and transforms of ds:Signature (XML Signature §4.3, WSS §8.3): a closed list, for every reader of them. */
import type { CanonicalisationAlgorithm, CanonicalisationOptions, Tape } from '@parley/codec';
import { CANONICALISATION_ALGORITHMS } from '@parley/codec';
import {
  attributeNamed,
  attributeText,
  firstChild,
  isNamed,
  localName,
  Namespace,
  nextSibling,
  parentOf,
} from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import { Fault } from '@parley/core';
import { ENVELOPED_SIGNATURE, invariant, limitFault, printable, STR_TRANSFORM } from '@parley/core/internal';
import type { Policy } from '../policy/policy.ts';
import { refusedBy } from '../policy/refused-by.ts';
import {
  attributeIs,
  attributeValue,
  childCount,
  namedRows,
  requireAttribute,
  requireElementOnly,
  requireNamed,
  rowNamedOrNone,
} from './claim.ts';
import { structureInvalid } from './shape-refusals.ts';

// perf: a module's own constants are folded into its code, imported ones are looked up at every use.
const { ds: IN_DS, ec: IN_EC, wsse: IN_WSSE } = Namespace;

/** What readers of transforms need of a policy. */
export type TransformRules = Pick<
  Policy,
  'limits' | 'canonicalisations' | 'allowMissingTransforms' | 'allowTokenTransform'
>;

/** What is done to an element before it is digested. */
export interface TransformClaim {
  readonly canonicalisation: CanonicalisationOptions;
  /** STR-Transform. */
  readonly isTokenTransform: boolean;
}

const CANONICALIZATION_METHOD = localName('CanonicalizationMethod');
const TRANSFORM = localName('Transform');
const INCLUSIVE_NAMESPACES = localName('InclusiveNamespaces');
const PREFIX_LIST = localName('PrefixList');
const URI = localName('URI');
const TRANSFORMATION_PARAMETERS = localName('TransformationParameters');
const STR_TRANSFORM_URI = localName(STR_TRANSFORM);
const ENVELOPED_SIGNATURE_URI = localName(ENVELOPED_SIGNATURE);
const ALGORITHM = localName('Algorithm');
const CANONICALISATION_ROWS = namedRows(CANONICALISATION_ALGORITHMS);
const PREFIX_LIST_MAX = 64;

/**
 * Reads ds:Transforms: one canonical form, or one STR-Transform if the policy has it.
 * @throws Fault `peer.transform-forbidden`, `peer.limit-transforms`, `peer.structure-invalid`, `peer.limit-namespaces`
 */
export function readTransforms(tape: Tape, transforms: number, rules: TransformRules): TransformClaim {
  requireElementOnly(tape, transforms, 'ds:Transforms');
  const transform = requireNamed(tape, firstChild(tape, transforms), IN_DS, TRANSFORM, transforms, 'ds:Transform');
  const count = childCount(tape, transforms);
  if (count > rules.limits.transformsMax)
    throw limitFault('peer.limit-transforms', 'transformsMax', rules.limits.transformsMax, count);
  const isTokenTransform = rules.allowTokenTransform && isStrTransform(tape, transform);
  const method = isTokenTransform ? transformationParameter(tape, transform) : transform;
  const algorithm = count === 1 ? allowedCanonicalisation(tape, method, rules) : undefined;
  if (algorithm === undefined)
    throw forbidden(tape, transforms, count === 1 ? method : nextSibling(tape, method), rules);
  const canonicalisation = readParameters(tape, method, algorithm, rules.limits);
  // spec: XML Signature 1.1 §4.4.3.3, what a bare name means has no comments, whatever the form would do with them; all our
  // references are bare names. STR-Transform brings in a token that no reference of the signature meant.
  if (isTokenTransform || !algorithm.comments) return { canonicalisation, isTokenTransform };
  return { canonicalisation: { ...canonicalisation, comments: false }, isTokenTransform };
}

/** spec: XML Signature §4.4.3.2, nodes that no transform makes octets of are canonicalised by inclusive C14N 1.0. */
export const NO_TRANSFORMS: TransformClaim = { canonicalisation: inclusive(), isTokenTransform: false };

function inclusive(): CanonicalisationAlgorithm {
  const algorithm = CANONICALISATION_ALGORITHMS.find(({ name }) => name === 'inclusive');
  invariant(algorithm !== undefined, 'inclusive C14N is in the table');
  return algorithm;
}

/**
 * Reads the ds:Transforms of an enveloped signature: it leaves out itself, then exclusive C14N without comments. No other, no
 * more, and in no other order.
 * @throws Fault `peer.transform-forbidden`, `peer.structure-invalid`, `peer.limit-namespaces`
 */
export function readEnvelopedTransforms(tape: Tape, transforms: number, limits: Limits): CanonicalisationOptions {
  requireElementOnly(tape, transforms, 'ds:Transforms');
  const enveloped = requireNamed(tape, firstChild(tape, transforms), IN_DS, TRANSFORM, transforms, 'ds:Transform');
  const method = requireNamed(tape, nextSibling(tape, enveloped), IN_DS, TRANSFORM, transforms, 'ds:Transform');
  const [first, second] = [enveloped, method].map((transform) =>
    requireAttribute(tape, transform, ALGORITHM, 'Algorithm'),
  ) as [number, number];
  const algorithm = rowNamedOrNone(tape, second, CANONICALISATION_ROWS);
  const isExpected =
    attributeIs(tape, first, ENVELOPED_SIGNATURE_URI) &&
    firstChild(tape, enveloped) < 0 &&
    algorithm?.name === 'exclusive' &&
    nextSibling(tape, method) < 0;
  if (!isExpected)
    throw new Fault('peer.transform-forbidden', { reason: 'not an enveloped signature and exclusive C14N' });
  return readParameters(tape, method, algorithm, limits);
}

/** Says which transform it is, of what, and what would let it pass. */
function forbidden(tape: Tape, transforms: number, transform: number, rules: TransformRules): Fault {
  const shown = (attribute: number): string => printable(attributeValue(tape, attribute, SHOWN_CHARACTERS_MAX));
  const uri = attributeNamed(tape, parentOf(tape, transforms), Namespace.none, URI);
  const named = attributeNamed(tape, transform, Namespace.none, ALGORITHM);
  const isToken = named >= 0 && attributeIs(tape, named, STR_TRANSFORM_URI) && !rules.allowTokenTransform;
  const known = named < 0 ? undefined : rowNamedOrNone(tape, named, CANONICALISATION_ROWS);
  return new Fault('peer.transform-forbidden', {
    ...(named < 0 ? {} : { transform: shown(named) }),
    ...(uri < 0 ? {} : { uri: shown(uri) }),
    ...(uri >= 0 && shown(uri).startsWith('cid:') ? { reason: 'a reference to an attachment' } : {}),
    ...(isToken ? { option: 'allowTokenTransform' } : {}),
    ...(known === undefined || rules.canonicalisations.includes(known.name) ? {} : { option: 'canonicalisations' }),
  });
}

const SHOWN_CHARACTERS_MAX = 128;

function isStrTransform(tape: Tape, transform: number): boolean {
  return attributeIs(tape, requireAttribute(tape, transform, ALGORITHM, 'Algorithm'), STR_TRANSFORM_URI);
}

/** The one ds:CanonicalizationMethod of an STR-Transform. */
function transformationParameter(tape: Tape, transform: number): number {
  requireElementOnly(tape, transform, 'ds:Transform');
  const parameters = firstChild(tape, transform);
  if (
    parameters < 0 ||
    !isNamed(tape, parameters, IN_WSSE, TRANSFORMATION_PARAMETERS) ||
    nextSibling(tape, parameters) >= 0
  )
    throw structureInvalid(tape, transform, 'STR-Transform without wsse:TransformationParameters');
  requireElementOnly(tape, parameters, 'wsse:TransformationParameters');
  const method = requireNamed(
    tape,
    firstChild(tape, parameters),
    IN_DS,
    CANONICALIZATION_METHOD,
    parameters,
    'ds:CanonicalizationMethod',
  );
  if (nextSibling(tape, method) >= 0) throw structureInvalid(tape, method, 'two parameters of STR-Transform');
  return method;
}

/** The algorithm of a CanonicalizationMethod. @throws Fault `peer.alg-forbidden`; `peer.structure-invalid` */
export function requireCanonicalisation(tape: Tape, method: number, rules: TransformRules): CanonicalisationAlgorithm {
  const algorithm = knownCanonicalisation(tape, method);
  const reason = 'CanonicalizationMethod';
  if (algorithm === undefined) throw new Fault('peer.alg-forbidden', { reason });
  if (!rules.canonicalisations.includes(algorithm.name))
    throw refusedBy('canonicalisations', 'peer.alg-forbidden', { reason, algorithm: algorithm.name });
  return algorithm;
}

/** The algorithm of a Transform; `undefined` for any that the policy does not allow. */
function allowedCanonicalisation(
  tape: Tape,
  method: number,
  rules: TransformRules,
): CanonicalisationAlgorithm | undefined {
  const algorithm = knownCanonicalisation(tape, method);
  return algorithm !== undefined && rules.canonicalisations.includes(algorithm.name) ? algorithm : undefined;
}

function knownCanonicalisation(tape: Tape, method: number): CanonicalisationAlgorithm | undefined {
  return rowNamedOrNone(tape, requireAttribute(tape, method, ALGORITHM, 'Algorithm'), CANONICALISATION_ROWS);
}

/** The algorithm as options, with its PrefixList if it has one. */
export function readParameters(
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
  if (prefixes.length > PREFIX_LIST_MAX)
    throw limitFault('peer.limit-namespaces', 'prefixListMax', PREFIX_LIST_MAX, prefixes.length);
  const { namespacesPerElementMax } = limits;
  if (prefixes.length > namespacesPerElementMax)
    throw limitFault('peer.limit-namespaces', 'namespacesPerElementMax', namespacesPerElementMax, prefixes.length);
  return prefixes.length === 0 ? undefined : prefixes;
}
