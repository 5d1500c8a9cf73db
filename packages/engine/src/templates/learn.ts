/**
 * A message that was opened in full -> a template of its shape, at the second message of that shape.
 *
 * It is read and planned again by the same readers and the same planner under the same policy, so the plan of the template is
 * `open`'s own. What is not simple has no template: see {@link planOfSimple}.
 */
import { nextSibling, readDocument, Tape } from '@parley/codec';
import { makeTemplate, octetMatcher } from '@parley/codec/internal';
import { Fault } from '@parley/core';
import type { CertificateReader } from '../claims/certificate-token.ts';
import type { OpenedMessage } from '../message/opened-message.ts';
import type { OpenRequest } from '../open/request.ts';
import { requireTimestampPlace } from '../plan/coverage.ts';
import type { DocumentPlan } from '../plan/document.ts';
import { planReceived } from '../plan/document.ts';
import type { PlannedContextKey } from '../plan/planned-key.ts';
import type { PlannedSignature } from '../plan/signatures.ts';
import type { Policy } from '../policy/policy.ts';
import type { MessageClaims } from '../read/message.ts';
import { readMessage } from '../read/message.ts';
import { HoleList, NoTemplate } from './hole-list.ts';
import { addKeyHoles, KeyHoles } from './key-holes.ts';
import { addContent, addIds, addReadHoles } from './message-holes.ts';
import type { MessageTemplate } from './message-template.ts';
import { shapeOf } from './shape.ts';
import { shelfOf } from './template-shelf.ts';

/** Notes that a message was opened in full, and makes a template if it is time for one. */
export function noteOpened(message: Uint8Array, { policy, workspace }: OpenRequest, opened: OpenedMessage): void {
  if (workspace === undefined || !isCandidate(opened) || !mayHaveTemplates(policy)) return;
  const shelf = shelfOf(workspace, policy);
  const { tape } = workspace;
  if (shelf === undefined || tape.bytes !== message) return;
  const shape = shapeOf(tape);
  if (!shelf.isDue(shape)) return;
  const template = templateOf(message, policy, workspace.certificates);
  if (template === undefined) return;
  shelf.keep(template);
  workspace.templates.learned++;
}

/** A first look, which nothing rests on. */
function isCandidate({ identifier, encrypted, signatureValues, assertions, user }: OpenedMessage): boolean {
  return (
    identifier !== undefined &&
    encrypted.length === 0 &&
    signatureValues.length === 1 &&
    assertions.length === 0 &&
    user === undefined
  );
}

/** Whether the policy asks nothing of a message that templates do not know of. */
function mayHaveTemplates({ reader, allowBearerContext, endorsedBy, requireSignatureConfirmation }: Policy): boolean {
  return reader === 'scan' && !allowBearerContext && endorsedBy.length === 0 && !requireSignatureConfirmation;
}

/** The template of a message that `open` has accepted under `policy`; `undefined` if there can be none. */
export function templateOf(
  message: Uint8Array,
  policy: Policy,
  certificates: CertificateReader,
): MessageTemplate | undefined {
  try {
    return makeOf(message, policy, certificates);
  } catch (error) {
    if (error instanceof NoTemplate || error instanceof Fault) return undefined;
    throw error;
  }
}

function makeOf(message: Uint8Array, policy: Policy, certificates: CertificateReader): MessageTemplate | undefined {
  const tape = new Tape();
  readDocument(message, policy.limits, tape, policy.reader);
  const claims = readMessage(tape, policy);
  requireTimestampPlace(claims, policy);
  const plan = planReceived(claims, policy, certificates);
  const { signature, key } = planOfSimple(plan);
  const list = new HoleList(tape);
  const read = addReadHoles(list, claims, signature, policy);
  const ofKey = addKeyHoles(list, signature.claim.keyInfo, key, policy);
  addIds(list, claims.security.element, policy);
  addContent(list, claims, policy);
  const holes = list.inOrder();
  const { signedInfo, canonicalisation } = signature.claim;
  const parts = [
    { element: signedInfo, canonicalisation },
    ...signature.references.map((reference, index) => ({
      element: signature.elements[index]!,
      canonicalisation: reference.canonicalisation,
    })),
  ];
  const octets = makeTemplate(tape, holes, parts, policy.limits, octetMatcher);
  if (octets === undefined) return undefined;
  const places = new Map(holes.map(({ start }, hole) => [start, hole]));
  const numberOf = (start: number): number => places.get(start) ?? -1;
  const { identifier, instance, nonces } = ofKey;
  const keyPlaces = {
    identifier: numberOf(identifier),
    instance: numberOf(instance),
    nonces: nonces.map(numberOf),
  };
  return {
    shape: shapeOf(tape),
    octets,
    claims: { ...claims, tape: octets.tape },
    signature,
    body: signature.roles.indexOf('body'),
    signed: plan.signed,
    key: new KeyHoles(key, keyPlaces, policy.limits),
    signatureValue: numberOf(read.signatureValue),
    digestValues: read.digestValues.map(numberOf),
    created: numberOf(read.created),
    expires: numberOf(read.expires),
    addressing: read.addressing.map(numberOf),
  };
}

/**
 * The one signature of a message that one key of a context signs, with nothing encrypted and no other token.
 * @throws NoTemplate
 */
function planOfSimple({ claims, decryptions, signatures, signedCiphertext }: DocumentPlan): {
  readonly signature: PlannedSignature;
  readonly key: PlannedContextKey;
} {
  const { envelope, security, tape } = claims;
  const [signature] = signatures;
  const isSimple =
    decryptions.length + signedCiphertext.length + envelope.encryptedHeaders.length === 0 &&
    security.encryptedData.length + security.encryptedKeys.length + security.referenceLists.length === 0 &&
    security.otherTokens.length + security.assertions.length + security.tokenReferences.length === 0 &&
    security.signatureConfirmations.length === 0 &&
    security.signatures.length === 1 &&
    tape.commentCount + tape.processingInstructionCount === 0;
  if (!isSimple || signature === undefined) throw new NoTemplate();
  const { claim, references, roles, hidden, isEndorsing, key } = signature;
  const isPlain =
    claim.algorithm.kind === 'mac' &&
    !isEndorsing &&
    hidden.length === 0 &&
    // The Body that is handed over is the one that was digested.
    roles.includes('body') &&
    references.every(({ isTokenTransform }) => !isTokenTransform) &&
    references.length === referenceCount(claims, claim.signatureMethod);
  // The token is the key's own, so nothing has to be compared with it.
  if (!isPlain || key.source !== 'context' || key.token !== security.securityContextToken) throw new NoTemplate();
  return { signature, key };
}

/** ds:References as written: some may say again what another said. */
function referenceCount({ tape }: MessageClaims, signatureMethod: number): number {
  let count = 0;
  for (let child = nextSibling(tape, signatureMethod); child >= 0; child = nextSibling(tape, child)) count++;
  return count;
}
