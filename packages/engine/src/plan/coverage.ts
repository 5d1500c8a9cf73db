/** Whether what must be signed and encrypted is: by element, never by name or Id (T01-T08). */
import { firstChild, localNameOf, nextSibling, parentOf } from '@parley/codec/internal';
import type { FaultDetail } from '@parley/core';
import { Fault } from '@parley/core';
import { endOf, isWithin, placeAmongSiblings, startOf } from '../claims/claim.ts';
import { structureInvalid } from '../claims/shape-refusals.ts';
import { ADDRESSING_NAMES, Addressing } from '../message/addressing-names.ts';
import type { HeaderName } from '../message/header-name.ts';
import { headersNamed } from '../message/header-name.ts';
import { payloadAt } from '../message/payload-path.ts';
import type { Policy } from '../policy/policy.ts';
import { refusedBy } from '../policy/refused-by.ts';
import type { MessageClaims } from '../read/message.ts';
import { unprovedFault } from '../read/unproved-fault.ts';
import type { AssertionClaim } from '../saml/assertion-claim.ts';
import type { UncoveredPart } from './decryption.ts';
import type { PlacedSignature } from './signatures.ts';
import { signaturesOfMessage } from './signatures.ts';

/**
 * Checks coverage before any cryptography: a message that would not do even if all its signatures were right.
 * With `mayHide`, a header or an element of the payload that is not there may turn out to be encrypted.
 *
 * @returns the elements that the signatures cover
 * @throws Fault `peer.coverage-missing`; `peer.structure-invalid` an unknown element in the Security header.
 */
export function requireCoverage(
  claims: MessageClaims,
  signatures: readonly PlacedSignature[],
  mayHide: boolean,
  policy: Policy,
): ReadonlySet<number> {
  const { envelope, security } = claims;
  if (signatures.length === 0 && policy.signedBy.length > 0)
    throw missing('ds:Signature', 'signedBy', unprovedFault(claims.tape, envelope));
  const signed = signedElements(claims, claims, signatures);
  // spec: WSS §3.3, a Timestamp beside a signature is signed by it, whether it is asked for or not.
  if (security.timestamp < 0 ? policy.requireTimestamp : signatures.length > 0 && !signed.has(security.timestamp))
    throw missing('wsu:Timestamp', security.timestamp < 0 ? 'requireTimestamp' : undefined);
  if (policy.requireSignedBody && !signed.has(envelope.body)) throw missing('soap:Body', 'requireSignedBody');
  requirePayload(claims, signed, mayHide, policy);
  requireHeaders(claims, signed, mayHide, policy);
  requireAssertions(claims, signed, policy);
  requireKnownChildren(claims);
  return signed;
}

/** Checks that everything in the Security header is known. @throws Fault `peer.structure-invalid` */
export function requireKnownChildren({ tape, security }: MessageClaims): void {
  if (security.unknown >= 0) throw structureInvalid(tape, security.unknown, 'an unknown child of wsse:Security');
}

// safety: each one that stands there, or a second would be taken for the signed one (T01).
function requirePayload(
  { tape, envelope }: MessageClaims,
  signed: ReadonlySet<number>,
  mayHide: boolean,
  { signedPayload }: Policy,
): void {
  for (const path of signedPayload) {
    const elements = payloadAt(tape, envelope.body, path);
    const isSigned = elements.length > 0 ? elements.every((element) => signed.has(element)) : mayHide;
    if (!isSigned) throw missing(textOf(path.at(-1)!), 'signedPayload');
  }
}

function requireAssertions({ assertions }: MessageClaims, signed: ReadonlySet<number>, policy: Policy): void {
  if (policy.requireAssertion && assertions.length === 0) throw missing('saml:Assertion', 'requireAssertion');
  // safety: who finds a bearer assertion in one message could put it into another.
  const isBound = ({ element, confirmation: { method } }: AssertionClaim): boolean =>
    !policy.requireSignedAssertion || method !== 'bearer' || signed.has(element);
  if (!assertions.every(isBound)) throw missing('saml:Assertion', 'requireSignedAssertion');
}

/**
 * Checks that the header blocks and confirmations of a document are signed, as far as they must be; with `mayHide`, those
 * that are there. `signed` are elements of that document.
 *
 * @throws Fault `peer.coverage-missing`
 */
export function requireHeaders(
  claims: MessageClaims,
  signed: ReadonlySet<number>,
  mayHide: boolean,
  policy: Policy,
): void {
  const { envelope, security, tape } = claims;
  for (const name of policy.requiredHeaders) {
    if (typeof name === 'string') {
      const header = envelope.addressing[Addressing[name]]!;
      if (header < 0 ? !mayHide : !signed.has(header)) throw missing(`wsa:${name}`, 'requiredHeaders');
    } else {
      if (!mayHide && headersNamed(tape, envelope.header, [name]).length === 0)
        throw missing(textOf(name), 'requiredHeaders');
      requireSigned(claims, [name], signed, 'requiredHeaders');
    }
  }
  if (policy.requireSignedAddressing) {
    for (let place = 0; place < envelope.addressing.length; place++) {
      const header = envelope.addressing[place]!;
      if (header >= 0 && !signed.has(header))
        throw missing(`wsa:${ADDRESSING_NAMES[place]}`, 'requireSignedAddressing');
    }
  }
  requireSigned(claims, policy.signedHeaders, signed, 'signedHeaders');
  if (!policy.requireProof || policy.trustTransport) return;
  // safety: mandatory or not, what the application is said to act on is the sender's.
  requireSigned(claims, policy.understoodHeaders, signed, 'understoodHeaders');
  // spec: WSS 1.1 §8.5, a confirmation that is not signed confirms nothing, unless the transport answers for it. interop: Metro
  // leaves that of an answer in its next request over TLS.
  if (!security.signatureConfirmations.every((element) => signed.has(element)))
    throw missing('wsse11:SignatureConfirmation');
}

function requireSigned(
  { tape, envelope }: MessageClaims,
  names: readonly HeaderName[],
  signed: ReadonlySet<number>,
  option: keyof Policy,
): void {
  for (const block of headersNamed(tape, envelope.header, names)) {
    if (!signed.has(block)) throw missing(localNameOf(tape, block), option);
  }
}

/**
 * Elements of `claims` that the signatures cover. They cover elements of `signedClaims`; what was decrypted since took
 * the place of its ciphertext, so one element of a header stands for the one that has its number in the other.
 */
export function signedElements(
  signedClaims: MessageClaims,
  claims: MessageClaims,
  signatures: readonly PlacedSignature[],
): ReadonlySet<number> {
  const signed = new Set<number>();
  for (const { elements } of signatures) {
    for (const covered of elements) {
      const element = elementInPlaceOf(signedClaims, covered, claims);
      if (element >= 0) signed.add(element);
    }
  }
  return signed;
}

function elementInPlaceOf(from: MessageClaims, target: number, to: MessageClaims): number {
  // The signature may cover EncryptedHeader, or what is in it.
  const parent = parentOf(from.tape, target);
  const isInside = from.envelope.encryptedHeaders.includes(target) && parent !== from.envelope.header;
  const element = isInside ? parent : target;
  if (from === to) return element;
  if (element === from.envelope.body) return to.envelope.body;
  const container = containerOf(from, element, to);
  // What STR-Transform replaces stands deeper, and is no part of the message.
  if (container < 0) return -1;
  let counterpart = firstChild(to.tape, container);
  for (let count = placeAmongSiblings(from.tape, element); count > 0 && counterpart >= 0; count--) {
    counterpart = nextSibling(to.tape, counterpart);
  }
  return counterpart;
}

function containerOf(from: MessageClaims, element: number, to: MessageClaims): number {
  const parent = parentOf(from.tape, element);
  if (parent === from.envelope.header) return to.envelope.header;
  return parent === from.security.element ? to.security.element : -1;
}

/**
 * Checks the layout of a message as it came.
 * @throws Fault `peer.structure-invalid` the Timestamp is not where the layout wants it
 */
export function requireTimestampPlace({ tape, security }: MessageClaims, { layout }: Policy): void {
  if (layout !== 'lax-timestamp-first' && layout !== 'lax-timestamp-last') return;
  const { element, timestamp } = security;
  const isInPlace =
    timestamp >= 0 &&
    (layout === 'lax-timestamp-first' ? firstChild(tape, element) === timestamp : nextSibling(tape, timestamp) < 0);
  if (!isInPlace) throw structureInvalid(tape, element, 'the wsu:Timestamp is not where the layout wants it', 'layout');
}

/**
 * Checks that what must have come encrypted did.
 * @throws Fault `peer.coverage-missing`
 */
export function requireEncryption(
  { tape, envelope }: MessageClaims,
  parts: readonly Pick<UncoveredPart, 'headerPlace' | 'isWholeBody'>[],
  policy: Policy,
): void {
  if (policy.requireEncryptedBody && !parts.some((part) => part.isWholeBody))
    throw missing('encrypted soap:Body', 'requireEncryptedBody');
  for (const block of headersNamed(tape, envelope.header, policy.encryptedHeaders)) {
    const place = placeAmongSiblings(tape, block);
    if (!parts.some((part) => part.headerPlace === place))
      throw missing(`encrypted ${localNameOf(tape, block)}`, 'encryptedHeaders');
  }
}

/**
 * Checks that what the policy wants endorsed is: every endorsing signature is over every other one, or one beside it over its Timestamp.
 * @throws Fault `peer.coverage-missing`
 */
export function requireEndorsement(planned: readonly PlacedSignature[], policy: Policy): void {
  if (policy.endorsedBy.length === 0) return;
  const endorsing = planned.filter(({ isEndorsing }) => isEndorsing);
  const signatures = signaturesOfMessage(planned);
  if (endorsing.length === 0) throw missing('endorsing ds:Signature', 'endorsedBy');
  const isOver = (over: PlacedSignature, signature: PlacedSignature): boolean =>
    over.references.some(({ target }) => target === signature.claim.element) ||
    (!over.roles.includes('signature') && haveOneTimestamp(over, signature));
  if (!endorsing.every((over) => signatures.every((signature) => isOver(over, signature))))
    throw missing('endorsed ds:Signature', 'endorsedBy');
}

function haveOneTimestamp(left: PlacedSignature, right: PlacedSignature): boolean {
  const place = left.roles.indexOf('timestamp');
  return place >= 0 && right.elements.includes(left.elements[place]!);
}

/**
 * Checks that what was decrypted lies inside what was signed, and that the Body was encrypted if it must be.
 * `claims` are those of the document in which the parts' plaintext (or, signed after encryption, ciphertext) stands.
 *
 * @throws Fault `peer.coverage-missing`
 */
export function requireSignedPlaintext(
  claims: MessageClaims,
  signatures: readonly PlacedSignature[],
  parts: readonly UncoveredPart[],
  policy: Policy,
): void {
  if (!policy.requireSignedEncryption) return;
  for (const part of parts) {
    // A decrypted signature that verifies needs nobody else's word.
    if (part.role === 'signature' && claims.security.signatures.includes(part.element)) continue;
    // Nor does an assertion, which must verify too.
    if (claims.security.assertions.includes(part.element)) continue;
    const covered = signatures.some(({ elements }) =>
      elements.some(
        (element) => startOf(claims.tape, element) <= part.start && part.end <= endOf(claims.tape, element),
      ),
    );
    if (!covered) throw missing('encrypted data', 'requireSignedEncryption');
  }
}

/** The same for parts that were encrypted first and signed as ciphertext. */
export function requireSignedCiphertext(
  claims: MessageClaims,
  signatures: readonly PlacedSignature[],
  elements: readonly number[],
  policy: Policy,
): void {
  if (!policy.requireSignedEncryption) return;
  for (const element of elements) {
    const covered = signatures.some(({ references }) =>
      references.some(({ target }) => isWithin(claims.tape, element, target)),
    );
    if (!covered) throw missing('encrypted data', 'requireSignedEncryption');
  }
}

function textOf({ namespace, localName = '*' }: HeaderName): string {
  return `{${namespace}}${localName}`.slice(0, 128);
}

/** `option` is what asks for the part, where something does beside the specification. */
function missing(part: string, option?: keyof Policy, more: FaultDetail = {}): Fault {
  const detail = { part, ...more };
  return option === undefined
    ? new Fault('peer.coverage-missing', detail)
    : refusedBy(option, 'peer.coverage-missing', detail);
}
