/**
 * Two templates of a message whose Body is encrypted: of what stands around the ciphertext, and of the message when it is
 * decrypted. Both are the same up to the ciphertext, octet by octet, and so are their holes.
 */
import { Tape } from '@parley/codec';
import type { TemplateHole } from '@parley/codec/internal';
import { localNameOf, readDocument } from '@parley/codec/internal';
import type { CertificateReader } from '../claims/certificate-token.ts';
import { endOf, startOf } from '../claims/claim.ts';
import { namespaceText } from '../open/hand-over.ts';
import { requireTimestampPlace } from '../plan/coverage.ts';
import { planReceived } from '../plan/document.ts';
import type { Policy } from '../policy/policy.ts';
import { readMessage, withOtherBody } from '../read/message.ts';
import { addPayloadContent, payloadOf } from './body-content.ts';
import { HoleList, NoTemplate } from './hole-list.ts';
import type { KeyHolePlaces } from './key-holes.ts';
import { addKeyHoles, KeyHoles } from './key-holes.ts';
import type { SignedDocument, SignedHoles } from './learn-message.ts';
import { addBody, addSignedHoles, keyNumbers, numbering, octetsOf, templateOf } from './learn-message.ts';
import { addHeaderTexts, addIds } from './message-holes.ts';
import type { BodyForm, CipherTemplate, MessageTemplate, Offset } from './message-template.ts';
import { shapeOf } from './shape.ts';
import type { SimpleDecryption } from './simple-plan.ts';
import { simpleDecryption, simpleSignature } from './simple-plan.ts';

/** An encrypted message as it came, with its holes. */
export interface EncryptedDocument extends SignedDocument {
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
  if (decrypting === undefined) throw new NoTemplate();
  const { claim } = decrypting.decryption;
  const signing = simpleSignature(plan);
  const holes = new HoleList(tape);
  const places = addSignedHoles(holes, claims, signing, policy);
  const keyPlaces = addKeyHoles(holes, claim.tokenReference, decrypting.key, policy);
  const cipherValue = holes.value(claim.cipherValue, policy.limits.messageBytesMax);
  addIds(holes, [claims.security.element, claim.element], policy);
  addHeaderTexts(holes, claims);
  return { claims, signed: plan.signed, signing, holes, places, decrypting, keyPlaces, cipherValue };
}

/** What stands around the ciphertext. @throws NoTemplate */
export function cipherTemplateOf(document: EncryptedDocument, policy: Policy): CipherTemplate {
  const { claims, places, decrypting, keyPlaces, cipherValue } = document;
  const { tape, envelope } = claims;
  const { claim, replaced } = decrypting.decryption;
  const holes = document.holes.inOrder();
  const numberOf = numbering(holes);
  return {
    kind: 'cipher',
    shape: shapeOf(tape),
    octets: octetsOf(tape, holes, [], policy),
    created: numberOf(places.created),
    expires: numberOf(places.expires),
    key: new KeyHoles(decrypting.key, keyNumbers(keyPlaces, numberOf), policy.limits),
    cipher: claim.cipher,
    cipherValue: numberOf(cipherValue),
    start: offsetOf(holes, startOf(tape, replaced)),
    end: offsetOf(holes, endOf(tape, replaced)),
    account: {
      role: 'body',
      namespace: namespaceText(tape, envelope.body),
      localName: localNameOf(tape, envelope.body),
      target: claim.target,
      cipher: claim.cipher.name,
    },
  };
}

/** How far `place` is behind the last hole before it. */
function offsetOf(holes: readonly TemplateHole[], place: number): Offset {
  const hole = holes.findLastIndex(({ end }) => end <= place);
  return { hole, bytes: place - (holes[hole]?.end ?? 0) };
}

/** What it is when it is decrypted. `plain` is that; the template keeps it. @throws NoTemplate; what reading throws */
export function decryptedTemplateOf(
  plain: Uint8Array,
  { claims, signed, signing, holes, places, decrypting }: EncryptedDocument,
  { outer, body }: { readonly outer: CipherTemplate; readonly body: BodyForm },
  policy: Policy,
): MessageTemplate {
  const tape = new Tape();
  readDocument(plain, policy.limits, tape, policy.reader);
  if (tape.commentCount + tape.processingInstructionCount > 0) throw new NoTemplate();
  const list = new HoleList(tape);
  const opened = withOtherBody(claims, tape, policy);
  list.takeOver(holes, startOf(claims.tape, decrypting.decryption.replaced));
  if (body === 'any') addPayloadContent(list, payloadOf(tape), policy);
  addIds(list, [], policy);
  addBody(list, opened, body, policy);
  return templateOf({ claims: opened, signed, signing }, list, places, policy, { outer, body });
}
