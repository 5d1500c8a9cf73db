/** The template of a message with nothing encrypted. */
import { Tape } from '@parley/codec';
import type { OctetTemplate, TemplateHole, TemplatePart } from '@parley/codec/internal';
import { localNameOf, makeTemplate, Namespace, octetMatcher, readDocument } from '@parley/codec/internal';
import type { CertificateReader } from '../claims/certificate-token.ts';
import { readKeyInfo } from '../claims/signature.ts';
import { nameOfPart, namespaceText } from '../open/hand-over.ts';
import { requireTimestampPlace } from '../plan/coverage.ts';
import { planReceived } from '../plan/document.ts';
import type { Policy } from '../policy/policy.ts';
import type { MessageClaims } from '../read/message.ts';
import { readMessage } from '../read/message.ts';
import { AddressingHoles } from './addressing-holes.ts';
import { addPayloadContent, payloadOf } from './body-content.ts';
import { HoleList, NoTemplate } from './hole-list.ts';
import type { KeyHolePlaces } from './key-holes.ts';
import { addKeyHoles, KeyHoles } from './key-holes.ts';
import { LentViews } from './lent-views.ts';
import type { ProofStarts, ReadStarts } from './message-holes.ts';
import { addBodyContent, addHeaderTexts, addIds, addPayload, addProofHoles, addReadHoles } from './message-holes.ts';
import type { MessageTemplate, SignedTemplate } from './message-template.ts';
import type { BodyForm } from './print.ts';
import { printOf } from './print.ts';
import type { SimpleSignature } from './simple-plan.ts';
import { isEncrypted, simpleSignature } from './simple-plan.ts';

/** Where the holes of a signed message begin, and later their numbers. */
export interface SignedHoles extends ProofStarts, ReadStarts {
  readonly key: KeyHolePlaces;
}

/** A document, and what was planned of its signature. */
export interface SignedDocument {
  readonly claims: MessageClaims;
  readonly signed: ReadonlySet<number>;
  readonly signing: SimpleSignature;
}

/**
 * The template of a message that `open` has accepted under `policy`.
 * @throws NoTemplate; what reading throws
 */
export function messageTemplateOf(
  message: Uint8Array,
  policy: Policy,
  certificates: CertificateReader,
  body: BodyForm,
): MessageTemplate {
  const tape = new Tape();
  readDocument(message, policy.limits, tape, policy.reader);
  const claims = readMessage(tape, policy);
  requireTimestampPlace(claims, policy);
  const plan = planReceived(claims, policy, certificates);
  if (isEncrypted(plan)) throw new NoTemplate();
  const signing = simpleSignature(plan);
  const holes = new HoleList(tape);
  const places = addSignedHoles(holes, claims, signing, policy);
  if (body === 'any') addPayloadContent(holes, payloadOf(tape), policy);
  addIds(holes, [claims.security.element], policy);
  addHeaderTexts(holes, claims, policy);
  addBody(holes, claims, body, policy);
  // What is signed by itself must not be inside of what is one hole.
  if (body === 'any' && signing.signature.elements.some((element) => element >= payloadOf(tape)))
    throw new NoTemplate();
  const document = { claims, signed: plan.signed, signing };
  const inOrder = holes.inOrder();
  const octets = octetsOf(tape, inOrder, signedOctets(document, false), policy);
  const template = signedTemplateOf(document, octets, numbered(places, numbering(inOrder)), policy);
  return { kind: 'message', ...template, print: printOf(octets, body) };
}

/** Adds what the Body holds. @throws NoTemplate */
export function addBody(holes: HoleList, claims: MessageClaims, body: BodyForm, policy: Policy): void {
  if (body === 'same') addBodyContent(holes, claims, policy);
  else addPayload(holes, claims, policy);
}

/** Adds what is read of the header. @throws NoTemplate; what reading throws */
export function addSignedHoles(
  holes: HoleList,
  claims: MessageClaims,
  { signature, key }: SimpleSignature,
  policy: Policy,
): SignedHoles {
  const proof = addProofHoles(holes, signature);
  const read = addReadHoles(holes, claims, policy);
  return { ...proof, ...read, key: addKeyHoles(holes, readKeyInfo(holes.tape, signature.claim.keyInfo), key, policy) };
}

/**
 * What is to be canonical of a signed document: SignedInfo, and what is signed.
 * @param isBodyHidden whether the Body that was signed is not in it: its part is the start tag then
 */
export function signedOctets(
  { signing: { signature } }: Pick<SignedDocument, 'signing'>,
  isBodyHidden: boolean,
): readonly TemplatePart[] {
  const { claim, references, roles, elements } = signature;
  const parts = references.map(({ canonicalisation }, index) => ({
    element: elements[index]!,
    canonicalisation,
    startTagOnly: isBodyHidden && roles[index] === 'body',
  }));
  const { signedInfo, canonicalisation } = claim;
  return [{ element: signedInfo, canonicalisation }, ...parts];
}

/** What a template knows of a document, whose holes have `numbers`. */
export function signedTemplateOf(
  { claims, signed, signing: { signature, algorithm, key } }: SignedDocument,
  octets: OctetTemplate,
  numbers: SignedHoles,
  policy: Policy,
): Omit<SignedTemplate, 'print'> {
  const { tape, envelope } = claims;
  const { references, roles, elements } = signature;
  return {
    octets,
    key: new KeyHoles(key, numbers.key, policy.limits),
    algorithm,
    signatureValue: numbers.signatureValue,
    parts: references.map(({ digest }, index) => ({
      account: {
        role: roles[index]!,
        namespace: namespaceText(tape, elements[index]!),
        localName: nameOfPart(claims, roles[index]!, elements[index]!),
        digest: digest.name,
        algorithm: algorithm.name,
      },
      digest,
      digestValue: numbers.digestValues[index]!,
    })),
    body: roles.indexOf('body'),
    timestamp: roles.indexOf('timestamp'),
    created: numbers.created,
    expires: numbers.expires,
    addressing: new AddressingHoles(
      numbers.addressing,
      envelope.addressing.map((element) => signed.has(element)),
    ),
    views: new LentViews(),
    soapVersion: envelope.soap === Namespace.soap11 ? '1.1' : '1.2',
    understoodHeaders: envelope.understood.map((block) => ({
      namespace: namespaceText(tape, block),
      localName: localNameOf(tape, block),
      signed: signed.has(block),
    })),
  };
}

/** @throws NoTemplate where the octets can have none */
export function octetsOf(
  tape: Tape,
  holes: readonly TemplateHole[],
  parts: readonly TemplatePart[],
  { limits }: Policy,
): OctetTemplate {
  const octets = makeTemplate(tape, holes, parts, limits, octetMatcher);
  if (octets === undefined) throw new NoTemplate();
  return octets;
}

/** The number of a hole by where it begins, -1 for none. */
export function numbering(holes: readonly TemplateHole[]): (start: number) => number {
  const numbers = new Map(holes.map(({ start }, hole) => [start, hole]));
  return (start) => numbers.get(start) ?? -1;
}

/** Numbers of holes, by where they begin. */
export function numbered(places: SignedHoles, numberOf: (start: number) => number): SignedHoles {
  return {
    signatureValue: numberOf(places.signatureValue),
    digestValues: places.digestValues.map(numberOf),
    created: numberOf(places.created),
    expires: numberOf(places.expires),
    addressing: places.addressing.map(numberOf),
    key: keyNumbers(places.key, numberOf),
  };
}

export function keyNumbers(places: KeyHolePlaces, numberOf: (start: number) => number): KeyHolePlaces {
  return {
    identifier: numberOf(places.identifier),
    instance: numberOf(places.instance),
    nonces: places.nonces.map(numberOf),
  };
}
