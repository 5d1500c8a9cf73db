/**
 * Two templates of a message whose Body is encrypted: of what stands around the ciphertext, and of the message when it is
 * decrypted. Both are the same up to the ciphertext, octet by octet, and so are their holes.
 */
import { Tape } from '@parley/codec';
import type { TemplateHole, TemplatePart } from '@parley/codec/internal';
import {
  canonicalOctets,
  E,
  ELEMENT_WORDS,
  firstChild,
  localNameOf,
  parentOf,
  readDocument,
} from '@parley/codec/internal';
import type { CertificateReader } from '../claims/certificate-token.ts';
import { contentOf, endOf, startOf } from '../claims/claim.ts';
import type { EncryptedDataClaim } from '../claims/encrypted-data.ts';
import type { EncryptedPart } from '../message/opened-message.ts';
import { namespaceText } from '../open/hand-over.ts';
import { requireTimestampPlace } from '../plan/coverage.ts';
import { planReceived } from '../plan/document.ts';
import type { Policy } from '../policy/policy.ts';
import type { MessageClaims } from '../read/message.ts';
import { readMessage, withOtherBody } from '../read/message.ts';
import { addPayloadContent, payloadOf } from './body-content.ts';
import type { ContentForm } from './content-form.ts';
import { addForm, contentFormOf } from './content-form.ts';
import { HoleList, NoTemplate } from './hole-list.ts';
import type { KeyHolePlaces } from './key-holes.ts';
import { addKeyHoles, KeyHoles } from './key-holes.ts';
import type { SignedDocument, SignedHoles } from './learn-message.ts';
import {
  addBody,
  addSignedHoles,
  keyNumbers,
  numbered,
  numbering,
  octetsOf,
  signedOctets,
  signedTemplateOf,
} from './learn-message.ts';
import { LentViews } from './lent-views.ts';
import { addHeaderTexts, addIds } from './message-holes.ts';
import type { CipherTemplate, CiphertextPlace, Offset, PlainTemplate } from './message-template.ts';
import type { BodyForm } from './print.ts';
import { printOf } from './print.ts';
import type { SimpleDecryption, SimpleSignature } from './simple-plan.ts';
import { simpleDecryption, simpleSignature } from './simple-plan.ts';

/** An encrypted message as it came, with its holes. */
interface EncryptedDocument extends SignedDocument {
  readonly holes: HoleList;
  readonly places: SignedHoles;
  readonly decrypting: SimpleDecryption;
  readonly keyPlaces: KeyHolePlaces;
  /** Where the hole with the ciphertext begins. */
  readonly cipherValue: number;
}

/** Reads a message that `open` has accepted under `policy`. @throws NoTemplate; what reading throws */
export function encryptedDocument(
  message: Uint8Array,
  policy: Policy,
  certificates: CertificateReader,
): EncryptedDocument {
  const tape = new Tape();
  readDocument(message, policy.limits, tape, policy.reader);
  const claims = readMessage(tape, policy);
  requireTimestampPlace(claims, policy);
  const plan = planReceived(claims, policy, certificates);
  const decrypting = simpleDecryption(plan);
  const { claim } = decrypting.decryption;
  const signing = simpleSignature(plan);
  const holes = new HoleList(tape);
  const places = addSignedHoles(holes, claims, signing, policy);
  const keyPlaces = addKeyHoles(holes, claim.tokenReference, decrypting.key, policy);
  const cipherValue = holes.value(claim.cipherValue, policy.limits.messageBytesMax);
  addIds(holes, [claims.security.element, claim.element], policy);
  addHeaderTexts(holes, claims, policy);
  return { claims, signed: plan.signed, signing, holes, places, decrypting, keyPlaces, cipherValue };
}

/** What stands around the ciphertext. @throws NoTemplate */
export function cipherTemplateOf(document: EncryptedDocument, policy: Policy): CipherTemplate {
  const { claims, places, decrypting, keyPlaces, cipherValue } = document;
  const { tape } = claims;
  const { decryption, key, isSigned } = decrypting;
  const { claim, replaced } = decryption;
  const holes = document.holes.inOrder();
  const numberOf = numbering(holes);
  const octets = octetsOf(tape, holes, signedOctets(document, !isSigned), policy);
  return {
    kind: 'cipher',
    ...signedTemplateOf(document, octets, numbered(places, numberOf), policy),
    print: printOf(octets, 'same'),
    isCiphertextSigned: isSigned,
    cipherKey: new KeyHoles(key, keyNumbers(keyPlaces, numberOf), policy.limits),
    cipher: claim.cipher,
    ciphertexts: [ciphertextPlace(tape, holes, cipherValue, replaced)],
    accounts: [bodyAccount(claims, claim)],
    hidden: undefined,
    clearViews: new LentViews(),
    forms: [],
  };
}

/** The account of a Body whose content was encrypted. */
export function bodyAccount(
  { tape, envelope }: MessageClaims,
  { target, cipher }: EncryptedDataClaim,
): Omit<EncryptedPart, 'key'> {
  return {
    role: 'body',
    namespace: namespaceText(tape, envelope.body),
    localName: localNameOf(tape, envelope.body),
    target,
    cipher: cipher.name,
  };
}

/** Where ciphertext stands: the hole that begins at `cipherValue`, in what its plaintext replaces. */
export function ciphertextPlace(
  tape: Tape,
  holes: readonly TemplateHole[],
  cipherValue: number,
  replaced: number,
): CiphertextPlace {
  return {
    cipherValue: numbering(holes)(cipherValue),
    start: offsetOf(holes, startOf(tape, replaced)),
    end: offsetOf(holes, endOf(tape, replaced)),
  };
}

/** How far `place` is behind the last hole before it. */
function offsetOf(holes: readonly TemplateHole[], place: number): Offset {
  const hole = holes.findLastIndex(({ end }) => end <= place);
  return { hole, bytes: place - (holes[hole]?.end ?? 0) };
}

/**
 * What it is when it is decrypted. `plain` is that; the template keeps it. Where the content must be proven before it is looked
 * at, `outer` learns how.
 * @throws NoTemplate; what reading throws
 */
export function plainTemplateOf(
  plain: Uint8Array,
  document: EncryptedDocument,
  known: { readonly outer: CipherTemplate; readonly body: BodyForm },
  policy: Policy,
): PlainTemplate {
  const { claims, signing, holes, decrypting } = document;
  const tape = new Tape();
  readDocument(plain, policy.limits, tape, policy.reader);
  const list = new HoleList(tape);
  const opened = withOtherBody(claims, tape, policy);
  const { replaced } = decrypting.decryption;
  const start = startOf(claims.tape, replaced);
  list.takeOver(holes, (offset) => (offset <= start ? offset : undefined));
  if (known.outer.cipher.mode === 'cbc' && !decrypting.isSigned && !isWholeContent(claims.tape, replaced))
    throw new NoTemplate();
  // What was signed as ciphertext is handed over as if nothing had been asked of it.
  return plainOf(list, { claims: opened, signing, isAsIs: decrypting.isSigned }, known, policy);
}

/** A document in which everything is plaintext. */
interface PlainDocument {
  readonly claims: MessageClaims;
  readonly signing: SimpleSignature;
  /** Whether its Body is canonical in a form that no signature names. */
  readonly isAsIs: boolean;
}

/** The template of a document in which the plaintext stands; `list` has the holes around it. @throws NoTemplate; what reading throws */
export function plainOf(
  list: HoleList,
  { claims, signing: { signature }, isAsIs }: PlainDocument,
  { outer, body }: { readonly outer: CipherTemplate; readonly body: BodyForm },
  policy: Policy,
): PlainTemplate {
  const { tape } = list;
  const element = claims.envelope.body;
  if (tape.commentCount + tape.processingInstructionCount > 0) throw new NoTemplate();
  if (signature.elements.some((signed) => signed > element)) throw new NoTemplate();
  if (body === 'any') addPayloadContent(list, payloadOf(tape), policy);
  addIds(list, [claims.security.element], policy);
  addBody(list, claims, body, policy);
  const canonicalisation = isAsIs ? undefined : signature.references[signature.roles.indexOf('body')]!.canonicalisation;
  const part = { element, canonicalisation };
  const octets = octetsOf(tape, list.inOrder(), [part], policy);
  const isProvenFirst = outer.cipher.mode === 'cbc' && !outer.isCiphertextSigned;
  if (isProvenFirst) addForm(outer.forms, formOf(tape, part));
  return { print: printOf(octets, body), outer, octets };
}

/** @throws NoTemplate for a Body whose canonical form has to be made by looking at it */
function formOf(tape: Tape, { element, canonicalisation }: TemplatePart): ContentForm {
  const content = tape.bytes.subarray(contentOf(tape, element), contentEndOf(tape, element));
  const first = firstChild(tape, element);
  const tagBytes = first < 0 ? 0 : contentOf(tape, first) - contentOf(tape, element);
  const form = contentFormOf(content, canonicalOctets(tape, { element, canonicalisation }), tagBytes);
  if (form === undefined) throw new NoTemplate();
  return form;
}

/** Whether `element` is all that its parent holds, to the last octet. */
export function isWholeContent(tape: Tape, element: number): boolean {
  const parent = parentOf(tape, element);
  return startOf(tape, element) === contentOf(tape, parent) && endOf(tape, element) === contentEndOf(tape, parent);
}

function contentEndOf({ elements }: Tape, element: number): number {
  return elements[element * ELEMENT_WORDS + E.contentEnd]!;
}
