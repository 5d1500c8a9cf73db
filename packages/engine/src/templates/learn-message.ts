/** The template of a message with nothing encrypted. */
import { Tape } from '@parley/codec';
import type { OctetTemplate, TemplateHole } from '@parley/codec/internal';
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
import type { HoleStarts } from './message-holes.ts';
import { addBodyContent, addHeaderTexts, addIds, addPayload, addReadHoles } from './message-holes.ts';
import type { MessageTemplate, SignedTemplate } from './message-template.ts';
import type { BodyForm } from './print.ts';
import { printOf } from './print.ts';
import type { SimpleSignature } from './simple-plan.ts';
import { isEncrypted, simpleSignature } from './simple-plan.ts';

/** Where the holes of a signed message begin. */
export interface SignedHoles extends HoleStarts {
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
  addHeaderTexts(holes, claims);
  addBody(holes, claims, body, policy);
  // What is signed by itself must not be inside of what is one hole.
  if (body === 'any' && signing.signature.elements.some((element) => element >= payloadOf(tape)))
    throw new NoTemplate();
  const document = { claims, signed: plan.signed, signing };
  const template = signedTemplateOf(document, holes.inOrder(), places, policy, false);
  return { kind: 'message', ...template, print: printOf(template.octets, body) };
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
  const read = addReadHoles(holes, claims, signature, policy);
  return { ...read, key: addKeyHoles(holes, readKeyInfo(holes.tape, signature.claim.keyInfo), key, policy) };
}

/**
 * What a template knows of a document whose holes are known.
 * @param isBodyHidden whether the Body that was signed is not in it: its part is the start tag then
 * @throws NoTemplate
 */
export function signedTemplateOf(
  { claims, signed, signing: { signature, algorithm, key } }: SignedDocument,
  holes: readonly TemplateHole[],
  places: SignedHoles,
  policy: Policy,
  isBodyHidden: boolean,
): Omit<SignedTemplate, 'print'> {
  const { tape, envelope } = claims;
  const { claim, references, roles, elements } = signature;
  const parts = references.map(({ canonicalisation }, index) => ({
    element: elements[index]!,
    canonicalisation,
    startTagOnly: isBodyHidden && roles[index] === 'body',
  }));
  const { signedInfo, canonicalisation } = claim;
  const octets = octetsOf(tape, holes, [{ element: signedInfo, canonicalisation }, ...parts], policy);
  const numberOf = numbering(holes);
  return {
    octets,
    key: new KeyHoles(key, keyNumbers(places.key, numberOf), policy.limits),
    algorithm,
    signatureValue: numberOf(places.signatureValue),
    parts: references.map(({ digest }, index) => ({
      account: {
        role: roles[index]!,
        namespace: namespaceText(tape, elements[index]!),
        localName: nameOfPart(claims, roles[index]!, elements[index]!),
        digest: digest.name,
        algorithm: algorithm.name,
      },
      digest,
      digestValue: numberOf(places.digestValues[index]!),
    })),
    body: roles.indexOf('body'),
    timestamp: roles.indexOf('timestamp'),
    created: numberOf(places.created),
    expires: numberOf(places.expires),
    addressing: new AddressingHoles(
      places.addressing.map(numberOf),
      envelope.addressing.map((element) => signed.has(element)),
    ),
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
  parts: Parameters<typeof makeTemplate>[2],
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

export function keyNumbers(places: KeyHolePlaces, numberOf: (start: number) => number): KeyHolePlaces {
  return {
    identifier: numberOf(places.identifier),
    instance: numberOf(places.instance),
    nonces: places.nonces.map(numberOf),
  };
}
