/**
 * `seal` in full: an envelope in, a secured message out; the mirror of `open`. What it does not touch goes out byte for byte.
 *
 *   scan ─► Ids ─► (encrypt)? ─► Timestamp, tokens ─► digest, sign ─► (encrypt)? ─► splice
 *
 * The message is scanned once. What is signed is digested as it will stand in the message that goes out: parts that came
 * in are canonicalised with the Id that they are given, what is written here is canonical as written.
 */

import type { XmlWriter } from '@parley/codec';
import type { AddedAttribute } from '@parley/codec/internal';
import { firstChild, scan } from '@parley/codec/internal';
import type { AlgorithmSuite } from '@parley/core';
import { algorithmSuite, DEFAULT_LIMITS, digestAlgorithm, Fault, Secret } from '@parley/core';
import { isWithin } from '../claims/claim.ts';
import { Workspace } from '../memory/workspace.ts';
import { requireNothingEncrypted, requireUnsecured } from '../read/outgoing-envelope.ts';
import { readEnvelopeShape, readHeaderBlocks } from '../read/soap-envelope.ts';
import type { SignedReference } from '../write/signature.ts';
import { writeTimestamp } from '../write/timestamp.ts';
import { assertionSigner } from './assertion-signer.ts';
import { CarriedAssertions } from './carried-assertions.ts';
import { CertificateKeys } from './certificate-keys.ts';
import { CertificateSigner } from './certificate-signer.ts';
import type { WrittenRange } from './encrypt-parts.ts';
import { encryptBody, encryptElement, encryptHeader } from './encrypt-parts.ts';
import { MessageIds } from './message-ids.ts';
import type { MessageKeys } from './message-keys.ts';
import { OutgoingMessage } from './outgoing-message.ts';
import type {
  BootstrapSealRequest,
  ContextProof,
  SealedMessage,
  SealRequest,
  TransportSealRequest,
} from './request.ts';
import { requireConsistent } from './rules.ts';
import type { Sealing } from './sealing.ts';
import { writeIntoSecurity } from './security-place.ts';
import { elementsToSign, headersToEncrypt, payloadToEncrypt } from './selected-parts.ts';
import { endorsementsOf, writeSignatures } from './signatures.ts';
import type { SignedElement } from './signed-references.ts';
import { dereferencedOf, referenceTo, referenceToWriting, writeSigned } from './signed-references.ts';
import { dataIdsOf, supportingElements, writeEncryptedFirst, writeSupporting } from './supporting-elements.ts';
import { SymmetricKeys } from './symmetric-keys.ts';
import { furnish, withoutKeys } from './transport.ts';

/** Any request to {@link sealInFull}. */
export type AnySealRequest = AnyRequest | TransportSealRequest;

/** Secures an envelope, whatever it is like. @throws Fault what it is refused for; `peer.` if nothing can read the envelope */
export function sealInFull(envelope: Uint8Array, request: AnySealRequest): SealedMessage {
  requireConsistent(request);
  const workspace = request.workspace ?? new Workspace();
  try {
    if ('transport' in request) return furnishMessage(envelope, request, workspace);
    return sealMessage(envelope, request, workspace);
  } finally {
    if (workspace !== request.workspace) workspace.wipe();
  }
}

function furnishMessage(bytes: Uint8Array, request: TransportSealRequest, workspace: Workspace): SealedMessage {
  const read = readInto(workspace, bytes, request);
  const suite = algorithmSuite('Basic256');
  const assertions = new CarriedAssertions(request, read.ids, suite.digest);
  const sealing = { ...read, suite, digest: suite.digest, assertions, request: withoutKeys(request), workspace };
  const message = new OutgoingMessage(read.tape, workspace.written);
  furnish(sealing, message, request);
  const octets = message.assemble();
  requireUnchanged(sealing, octets);
  return { octets, signatureValues: [] };
}

/** The envelope, scanned. */
function readInto(
  workspace: Workspace,
  bytes: Uint8Array,
  { role, idPrefix }: Pick<AnyRequest, 'role' | 'idPrefix'>,
): Pick<Sealing, 'tape' | 'envelope' | 'ids'> {
  const { tape } = workspace;
  workspace.sink.reset();
  workspace.written.reset();
  scan(bytes, DEFAULT_LIMITS, tape);
  const envelope = readHeaderBlocks(tape, readEnvelopeShape(tape), { refuseUnknown: false, role });
  requireUnsecured(tape, envelope);
  return { tape, envelope, ids: new MessageIds(tape, idPrefix) };
}

function sealMessage(bytes: Uint8Array, request: AnyRequest, workspace: Workspace): SealedMessage {
  const { tape, envelope, ids } = readInto(workspace, bytes, request);
  const suite = suiteOf(request);
  const digest = request.digest === undefined ? suite.digest : digestAlgorithm(request.digest);
  const assertions = new CarriedAssertions(request, ids, digest);
  const keys = keysOf(request, suite, ids, assertions);
  let proof: SymmetricKeys | undefined;
  try {
    if (request.proveContext !== undefined) proof = proofKeys(request, request.proveContext, suite, ids, assertions);
    return secure({ tape, envelope, ids, suite, keys, proof, assertions, digest, request, workspace });
  } finally {
    keys.wipe();
    proof?.wipe();
  }
}

type AnyRequest = SealRequest | BootstrapSealRequest;

function keysOf(
  request: AnyRequest,
  suite: AlgorithmSuite,
  ids: MessageIds,
  assertions: CarriedAssertions,
): MessageKeys {
  if ('certificate' in request)
    return new CertificateKeys(new CertificateSigner(request.certificate, suite, ids), request, suite, ids);
  if (!('assertion' in request)) return new SymmetricKeys(request, suite, ids, assertions);
  const { assertion, proof } = request;
  return proof instanceof Secret
    ? new SymmetricKeys({ ...request, proof }, suite, ids, assertions)
    : new CertificateKeys(assertionSigner(request, assertions.of(assertion), suite), request, suite, ids);
}

function proofKeys(
  { atMs, timestampLifetimeMs, fillRandom, sign, order }: AnyRequest,
  proof: ContextProof,
  suite: AlgorithmSuite,
  ids: MessageIds,
  assertions: CarriedAssertions,
): SymmetricKeys {
  const request = { ...proof, atMs, timestampLifetimeMs, fillRandom, sign, order, encrypt: 'none' as const };
  return new SymmetricKeys(request, suite, ids, assertions);
}

function secure(sealing: Sealing): SealedMessage {
  const { tape, envelope, ids, request, workspace } = sealing;
  const message = new OutgoingMessage(tape, workspace.written);
  const encryptFirst = request.order === 'encrypt-then-sign';
  const hidden = new Map(
    headersToEncrypt(sealing).map((element) => [element, { element, id: ids.fresh(), dataId: ids.fresh() }]),
  );
  const signed = elementsToSign(sealing).map((element): SignedElement => {
    const wrapper = encryptFirst ? hidden.get(element) : undefined;
    return wrapper === undefined ? { element, ...ids.of(element) } : { element, id: wrapper.id, added: undefined };
  });
  const hiddenPayload = new Map(payloadToEncrypt(sealing).map((element) => [element, ids.fresh()]));
  requireApart(sealing, signed, [...hiddenPayload.keys()]);
  for (const element of [...hidden.keys(), ...hiddenPayload.keys()]) requireNothingEncrypted(tape, element);
  if (request.encrypt !== 'none') requireNothingEncrypted(tape, envelope.body);
  for (const { element, added } of signed) {
    if (added !== undefined && !hidden.has(element) && !hiddenPayload.has(element))
      message.addAttribute(element, added);
  }
  const bodyDataId = request.encrypt === 'none' ? undefined : ids.fresh();
  const encryptParts = (): ReadonlyMap<number, WrittenRange> => {
    const ranges = new Map<number, WrittenRange>();
    const addedTo = (element: number): AddedAttribute | undefined =>
      signed.find((part) => part.element === element)?.added;
    for (const [element, id] of hiddenPayload) encryptElement(sealing, message, element, addedTo(element), id);
    for (const header of hidden.values()) {
      const added = addedTo(header.element);
      ranges.set(header.element, encryptHeader(sealing, message, { ...header, added }));
    }
    if (bodyDataId !== undefined) ranges.set(envelope.body, encryptBody(sealing, message, bodyDataId));
    return ranges;
  };

  const encrypted = encryptFirst ? encryptParts() : NOTHING_ENCRYPTED;
  const references = signed.map((part) => referenceTo(sealing, part, encrypted.get(part.element)));
  const dataIds = [...hidden.values()].map(({ dataId }) => dataId);
  dataIds.push(...hiddenPayload.values());
  if (bodyDataId !== undefined) dataIds.push(bodyDataId);
  const signatureValues = writeSecurity(sealing, message, references, dataIds);
  if (!encryptFirst) encryptParts();
  const octets = message.assemble();
  requireUnchanged(sealing, octets);
  return { octets, signatureValues };
}

/** An Id that is given to an element changes the digest, or the ciphertext, of what is around it. */
function requireApart(
  { tape, envelope, request }: Sealing,
  signed: readonly SignedElement[],
  hiddenPayload: readonly number[],
): void {
  const { payload = [], tokens = false } = request.sign;
  // perf: Body and header blocks are in nothing that is signed or encrypted.
  if (!tokens && payload.length === 0 && hiddenPayload.length === 0) return;
  const encrypted = request.encrypt === 'none' ? hiddenPayload : [envelope.body];
  const isInside = (element: number, containers: readonly number[]): boolean =>
    containers.some((container) => container !== element && isWithin(tape, element, container));
  const refuse = (reason: string): never => {
    throw new Fault('caller.input-invalid', { reason });
  };
  if (hiddenPayload.some((element) => isInside(element, hiddenPayload))) refuse('elements to encrypt in each other');
  const containers = [...signed.map(({ element }) => element), ...encrypted];
  for (const { element, added } of signed)
    if (added !== undefined && element !== envelope.body && isInside(element, containers))
      refuse('an element to sign, without a wsu:Id, in another that is signed or encrypted');
}

function requireUnchanged(
  { assertions: { all }, workspace: { plainTape } }: Omit<Sealing, 'keys'>,
  octets: Uint8Array,
): void {
  if (all.length === 0) return;
  scan(octets, DEFAULT_LIMITS, plainTape);
  for (const assertion of all) assertion.requireUnchanged(plainTape);
}

const NOTHING = (): void => undefined;
const NOTHING_ENCRYPTED: ReadonlyMap<number, WrittenRange> = new Map();

/**
 * Writes all that goes into the Security header.
 * @param references to what came in; what is written here joins them
 * @param dataIds of the EncryptedData that stand outside of it
 * @returns the SignatureValues
 */
function writeSecurity(
  sealing: Sealing,
  message: OutgoingMessage,
  references: SignedReference[],
  dataIds: readonly string[],
): readonly string[] {
  const { tape, envelope, ids, keys, request } = sealing;
  const { encrypt, order, tokenOrder, layout = 'strict', sign } = request;
  const timestampId = ids.fresh();
  const writeTime = (writer: XmlWriter): void =>
    writeTimestamp(writer, timestampId, request.atMs, request.atMs + request.timestampLifetimeMs);
  const elements = supportingElements(sealing);
  const signatureId = ids.fresh();
  const dataId = encrypt === 'body-and-signature' ? ids.fresh() : undefined;
  const signature = { id: signatureId, dataId, signer: keys.signer, references, timestampId };
  const endorsements = endorsementsOf(sealing);
  const tokens = [...sealing.assertions.tokens, ...keys.tokens, ...endorsements.flatMap((each) => each.tokens)];
  const hidden = tokens.filter(({ isHidden }) => isHidden).map((token) => ({ ...token, dataId: ids.fresh() }));
  const isTokenFirst = tokenOrder === 'encrypt-then-sign';
  const signedIds = order === 'encrypt-then-sign' ? [...dataIds, ...dataIdsOf(isTokenFirst ? elements : [])] : [];
  const ownDataIds = dataIdsOf([...(isTokenFirst ? [] : elements), ...hidden, signature, ...endorsements]);
  let signatureValues: readonly string[] = [];

  const oldest = envelope.security < 0 ? -1 : firstChild(tape, envelope.security);
  const goesFirst = layout === 'lax-timestamp-first' && oldest >= 0;
  if (goesFirst) {
    message.insertBefore(oldest, () => {
      references.push(writeSigned(sealing, timestampId, writeTime));
    });
  }
  writeIntoSecurity(sealing, message, (writer) => {
    // spec: WSS §3.3, beside a signature there is no unsigned Timestamp.
    if (layout === 'lax-timestamp-last') references.push(referenceToWriting(sealing, timestampId, writeTime));
    else if (sign.timestamp && !goesFirst) references.push(writeSigned(sealing, timestampId, writeTime));
    for (const { write, signedId, reference, isHidden } of tokens) {
      if (isHidden === true) continue;
      if (reference !== undefined) references.push(reference);
      if (signedId === undefined) write(writer);
      else references.push(writeSigned(sealing, signedId, write));
    }
    references.push(...dereferencedOf(sealing));
    // What was encrypted last is listed first (WSS §3.9).
    const listedFirst = order === 'encrypt-then-sign' ? ownDataIds : [...dataIds, ...ownDataIds];
    if (listedFirst.length > 0) keys.writeReferenceList(writer, listedFirst);
    const writeOwn = isTokenFirst ? writeEncryptedFirst : writeSupporting;
    for (const element of elements) references.push(...writeOwn(sealing, writer, element));
    for (const token of hidden) references.push(...writeSupporting(sealing, writer, token));
    if (references.length === 0)
      throw new Fault('caller.option-invalid', { option: 'seal', reason: 'nothing to sign' });
    const listSigned = (): void => {
      if (signedIds.length > 0) keys.writeReferenceList(writer, signedIds);
    };
    // interop: Metro wants what was encrypted first undone before it looks at the proof of a context.
    const isEarly = sealing.proof !== undefined;
    signatureValues = writeSignatures(sealing, writer, signature, endorsements, isEarly ? listSigned : NOTHING);
    if (!isEarly) listSigned();
    if (layout === 'lax-timestamp-last') writeTime(writer);
  });
  return signatureValues;
}

function suiteOf(request: AnyRequest): AlgorithmSuite {
  return algorithmSuite('context' in request ? (request.suite ?? request.context.suite) : request.suite);
}
