/**
 * The templates of a message whose signature is encrypted as well as its Body. The message as it came and the decrypted one are the same
 * but for what was encrypted, and so are their holes: what is read of the signature's plan in the one is found in the other.
 */
import { NAMESPACE_URIS, Tape } from '@parley/codec';
import type { OctetTemplate, TemplatePart } from '@parley/codec/internal';
import {
  bytesEqual,
  canonicalOctets,
  canonicalPieces,
  E,
  ELEMENT_WORDS,
  Namespace,
  readDocument,
} from '@parley/codec/internal';
import type { CertificateReader } from '../claims/certificate-token.ts';
import { contentOf, endOf, startOf } from '../claims/claim.ts';
import type { EncryptedDataClaim } from '../claims/encrypted-data.ts';
import { readKeyInfo } from '../claims/signature.ts';
import { requireTimestampPlace } from '../plan/coverage.ts';
import type { UncoveredPart } from '../plan/decryption.ts';
import { planDecrypted, planReceived } from '../plan/document.ts';
import type { Policy } from '../policy/policy.ts';
import type { MessageClaims } from '../read/message.ts';
import { readMessage } from '../read/message.ts';
import type { SignatureSegment } from './hidden-signature.ts';
import { HiddenSignature } from './hidden-signature.ts';
import type { Moved } from './hole-list.ts';
import { HoleList, NoTemplate } from './hole-list.ts';
import type { KeyHolePlaces } from './key-holes.ts';
import { addKeyHoles, KeyHoles } from './key-holes.ts';
import { bodyAccount, ciphertextPlace, isWholeContent, plainOf } from './learn-encrypted.ts';
import type { SignedDocument } from './learn-message.ts';
import { keyNumbers, numbering, octetsOf, signedOctets, signedTemplateOf } from './learn-message.ts';
import { LentViews } from './lent-views.ts';
import type { ProofStarts, ReadStarts } from './message-holes.ts';
import { addHeaderTexts, addIds, addProofHoles, addReadHoles } from './message-holes.ts';
import type { CipherTemplate, PlainTemplate } from './message-template.ts';
import type { BodyForm } from './print.ts';
import { printOf } from './print.ts';
import type { HiddenDecryptions } from './simple-plan.ts';
import { hiddenDecryptions, simpleSignature } from './simple-plan.ts';

/** A message as it came, and decrypted: the claims are of the latter. */
interface HiddenDocument extends SignedDocument {
  /** Of the message as it came, and so are the holes. */
  readonly received: MessageClaims;
  readonly decrypting: HiddenDecryptions;
  readonly holes: HoleList;
  readonly starts: ReadStarts;
  /** Of the key that signs; where they begin in the decrypted message. */
  readonly key: KeyHolePlaces;
  readonly cipherKey: KeyHolePlaces;
  /** Of the signature, and of the Body. */
  readonly cipherValues: readonly number[];
  /** Where offsets of the message as it came are in the decrypted one. */
  readonly forth: Moved;
  readonly back: Moved;
}

/** Reads a message that `open` has accepted under `policy`; `plain` is what it was when it was decrypted. @throws NoTemplate; what reading throws */
export function hiddenDocument(
  message: Uint8Array,
  plain: Uint8Array,
  policy: Policy,
  certificates: CertificateReader,
): HiddenDocument {
  const received = read(message, policy);
  requireTimestampPlace(received, policy);
  const plan = planReceived(received, policy, certificates);
  const decrypting = hiddenDecryptions(plan);
  const claims = read(plain, policy);
  const [element = -1] = claims.security.signatures;
  if (element < 0 || startOf(claims.tape, element) !== startOf(received.tape, decrypting.signature.replaced))
    throw new NoTemplate();
  const uncovered = { parts: uncoveredParts(claims, element), failure: undefined };
  const visible = planDecrypted(claims, plan, uncovered, policy, certificates);
  const document = { received, decrypting, claims, signed: visible.signed, signing: simpleSignature(visible) };
  return { ...document, ...withHoles(document, element, policy) };
}

function read(octets: Uint8Array, policy: Policy): MessageClaims {
  const tape = new Tape();
  readDocument(octets, policy.limits, tape, policy.reader);
  return readMessage(tape, policy);
}

function uncoveredParts({ tape, envelope: { body } }: MessageClaims, signature: number): readonly UncoveredPart[] {
  return [
    {
      role: 'signature',
      target: 'element',
      start: startOf(tape, signature),
      end: endOf(tape, signature),
      element: signature,
      headerPlace: -1,
      isWholeBody: false,
    },
    {
      role: 'body',
      target: 'content',
      start: contentOf(tape, body),
      end: tape.elements[body * ELEMENT_WORDS + E.contentEnd]!,
      element: body,
      headerPlace: -1,
      isWholeBody: true,
    },
  ];
}

type Holes = Omit<HiddenDocument, keyof SignedDocument | 'received' | 'decrypting'>;

function withHoles(
  { received, decrypting, claims, signing }: SignedDocument & Pick<HiddenDocument, 'received' | 'decrypting'>,
  element: number,
  policy: Policy,
): Holes {
  const { tape } = received;
  const { signature, body, key: cipherKeyOf } = decrypting;
  const start = startOf(tape, signature.replaced);
  const bodyStart = startOf(tape, body.replaced);
  const [end, plainEnd] = [endOf(tape, signature.replaced), endOf(claims.tape, element)];
  const moved = (last: number, first: number, more: number): Moved => {
    return (offset) => (offset <= start ? offset : offset >= first && offset <= last ? offset + more : undefined);
  };
  const forth = moved(bodyStart, end, plainEnd - end);
  const back = moved(bodyStart + plainEnd - end, plainEnd, end - plainEnd);
  const ofKey = new HoleList(claims.tape);
  const key = addKeyHoles(ofKey, readKeyInfo(claims.tape, signing.signature.claim.keyInfo), signing.key, policy);
  const holes = new HoleList(tape);
  holes.takeOver(ofKey, back);
  const starts = addReadHoles(holes, received, policy);
  const cipherKey = addKeyHoles(holes, body.claim.tokenReference, cipherKeyOf, policy);
  const cipherValues = [signature, body].map(({ claim }) =>
    holes.value(claim.cipherValue, policy.limits.messageBytesMax),
  );
  addIds(holes, [received.security.element, body.claim.element], policy);
  addHeaderTexts(holes, received, policy);
  return { holes, starts, key, cipherKey, cipherValues, forth, back };
}

/** The holes of the decrypted message, but for what its Body holds, and where those of its signature begin. @throws NoTemplate */
function plainHoles({ claims, holes, forth, signing }: HiddenDocument): { list: HoleList; proof: ProofStarts } {
  const list = new HoleList(claims.tape);
  list.takeOver(holes, forth);
  return { list, proof: addProofHoles(list, signing.signature) };
}

/** What stands around the ciphertext. @throws NoTemplate */
export function hiddenTemplateOf(document: HiddenDocument, policy: Policy): CipherTemplate {
  const { received, decrypting, back, starts } = document;
  const { tape } = received;
  const { signature, body } = decrypting;
  const holes = document.holes.inOrder();
  const numberOf = numbering(holes);
  const [signedInfo, ...parts] = signedOctets(document, true);
  const octets = octetsOf(
    tape,
    holes,
    parts.map((part) => movedPart(document, part)),
    policy,
  );
  const { hidden, proof } = hiddenSignatureOf(document, signedInfo!, numberOf, policy);
  const numbers = {
    ...proof,
    created: numberOf(starts.created),
    expires: numberOf(starts.expires),
    addressing: starts.addressing.map(numberOf),
    key: keyNumbers(document.key, (start) => (start < 0 ? -1 : numberIn(numberOf, back(start)))),
  };
  requireOwn(document, octets, hidden, signedInfo!);
  const replaced = [signature.replaced, body.replaced];
  return {
    kind: 'cipher',
    ...signedTemplateOf(document, octets, numbers, policy),
    print: printOf(octets, 'same'),
    isCiphertextSigned: false,
    cipherKey: new KeyHoles(decrypting.key, keyNumbers(document.cipherKey, numberOf), policy.limits),
    cipher: body.claim.cipher,
    ciphertexts: document.cipherValues.map((start, place) => ciphertextPlace(tape, holes, start, replaced[place]!)),
    accounts: decrypting.inOrder.map((one) =>
      one === body ? bodyAccount(received, one.claim) : signatureAccount(one.claim),
    ),
    hidden,
    clearViews: new LentViews(),
    forms: [],
  };
}

function signatureAccount({ target, cipher }: EncryptedDataClaim): CipherTemplate['accounts'][number] {
  const namespace = NAMESPACE_URIS[Namespace.ds]!;
  return { role: 'signature', namespace, localName: 'Signature', target, cipher: cipher.name };
}

/** @throws NoTemplate for what is nowhere, or no hole */
function numberIn(numberOf: (start: number) => number, start: number | undefined): number {
  const number = start === undefined ? -1 : numberOf(start);
  if (number < 0) throw new NoTemplate();
  return number;
}

/** The same element in the message as it came. @throws NoTemplate for one that was encrypted */
function movedPart({ received: { tape }, claims, back }: HiddenDocument, part: TemplatePart): TemplatePart {
  const start = back(startOf(claims.tape, part.element));
  for (let element = 0; element < tape.elementCount; element++)
    if (startOf(tape, element) === start) return { ...part, element };
  throw new NoTemplate();
}

/** The signature, and the segments with its values. @throws NoTemplate */
function hiddenSignatureOf(
  document: HiddenDocument,
  signedInfo: TemplatePart,
  numberOf: (start: number) => number,
  policy: Policy,
): { readonly hidden: HiddenSignature; readonly proof: ProofStarts } {
  const { claims, back, signing } = document;
  const { tape } = claims;
  const { list, proof } = plainHoles(document);
  addIds(list, [claims.security.element], policy);
  const all = list.inOrder();
  const { element } = signing.signature.claim;
  const [start, end] = [startOf(tape, element), endOf(tape, element)];
  const holes = all.filter((hole) => hole.start > start && hole.end < end);
  let at = start;
  const segments: SignatureSegment[] = holes.map((hole) => {
    const constant = tape.bytes.slice(at, hole.start);
    at = hole.end;
    const names = hole.names === undefined ? -1 : numberIn(numberOf, back(hole.names));
    return { constant, names, bytes: hole.end - hole.start };
  });
  segments.push({ constant: tape.bytes.slice(at, end), names: -1, bytes: 0 });
  const [pieces = []] = canonicalPieces(tape, all, [signedInfo], policy.limits) ?? [];
  const segmentAt = numbering(holes);
  const signedInfoPieces = pieces.map(({ constant, hole }) => {
    return { constant, hole: hole < 0 ? -1 : numberIn(segmentAt, all[hole]!.start) };
  });
  const [first] = holes;
  const elastic = first?.isId === true && first.start < startOf(tape, signedInfo.element) ? 0 : -1;
  return {
    hidden: new HiddenSignature({ segments, signedInfo: signedInfoPieces, elastic }),
    proof: { signatureValue: segmentAt(proof.signatureValue), digestValues: proof.digestValues.map(segmentAt) },
  };
}

/** Checks that `hidden` takes the signature that it is of, and gives its canonical SignedInfo. @throws NoTemplate */
function requireOwn(
  { received, claims, signing }: HiddenDocument,
  octets: OctetTemplate,
  hidden: HiddenSignature,
  signedInfo: TemplatePart,
): void {
  const { tape } = claims;
  const message = received.tape.bytes;
  const { element } = signing.signature.claim;
  const plaintext = tape.bytes.slice(startOf(tape, element), endOf(tape, element));
  const { matcher } = octets;
  try {
    const clear = { octets: message, holes: matcher.holes };
    const isTaken = matcher.take(message) && octets.matches(message);
    if (!isTaken || !hidden.mayBe(plaintext.length, plaintext.length + 1, clear) || !hidden.read(plaintext, clear))
      throw new NoTemplate();
    const written = new Uint8Array(hidden.signedInfoBytes);
    hidden.writeSignedInfo(written, 0);
    const canonical = canonicalOctets(tape, signedInfo);
    if (canonical.length !== written.length || !bytesEqual(written, 0, written.length, canonical))
      throw new NoTemplate();
  } finally {
    matcher.drop();
  }
}

/** What it is when it is decrypted. @throws NoTemplate; what reading throws */
export function uncoveredTemplateOf(
  document: HiddenDocument,
  known: { readonly outer: CipherTemplate; readonly body: BodyForm },
  policy: Policy,
): PlainTemplate {
  const { received, claims, signing, decrypting } = document;
  if (known.outer.cipher.mode === 'cbc' && !isWholeContent(received.tape, decrypting.body.replaced))
    throw new NoTemplate();
  return plainOf(plainHoles(document).list, { claims, signing, isAsIs: false }, known, policy);
}
