/**
 * `seal`: an envelope in, a secured message out; the mirror of `open`. What it does not touch goes out byte for byte.
 *
 *   scan ─► Ids ─► (encrypt)? ─► Timestamp, tokens ─► digest, sign ─► (encrypt)? ─► splice
 *
 * The message is scanned once. What is signed is digested as it will stand in the message that goes out: parts that came
 * in are canonicalised with the Id that they are given, what is written here is canonical as written.
 */

import type { AddedAttribute } from '@parley/codec';
import { canonicalisePart, Namespace, replaceCanonicalContent, scan, uriOfPrefix, XmlWriter } from '@parley/codec';
import type { AlgorithmSuite, Reply } from '@parley/core';
import { algorithmSuite, DEFAULT_LIMITS, digestAlgorithm, digestBase64, failedReply } from '@parley/core';
import { CertificateKeys } from './certificate-keys.ts';
import { CertificateSigner } from './certificate-signer.ts';
import type { WrittenRange } from './encrypt-parts.ts';
import { encryptBody, encryptWritten } from './encrypt-parts.ts';
import { heldTokens } from './held-tokens.ts';
import { MessageIds } from './message-ids.ts';
import type { MessageToken, Signer } from './message-keys.ts';
import { OutgoingMessage } from './outgoing-message.ts';
import { readEnvelopeShape, readHeaderBlocks } from './read/soap-envelope.ts';
import type { BootstrapSealRequest, SealRequest } from './seal-request.ts';
import { requireConsistent } from './seal-rules.ts';
import type { Sealing } from './sealing.ts';
import { SymmetricKeys } from './symmetric-keys.ts';
import { Workspace } from './workspace.ts';
import { openSecurity } from './write/security-header.ts';
import type { SignedReference } from './write/signature.ts';
import { openSignedInfo, writeSignature } from './write/signature.ts';
import { SOAP, SOAP_NAMESPACES, type SoapVersion } from './write/soap.ts';
import { writeTimestamp } from './write/timestamp.ts';

/**
 * Secures a SOAP envelope: with a security context, or with the keys that bootstrap one.
 *
 * Borrows `envelope`, which may already hold a wsse:Security header with tokens of its own (they stay first in it). The
 * secured message is the caller's. Deterministic for given time and randomness.
 *
 * Codes: `caller.context-unusable` cancelled, expired or without such an instance; `caller.option-invalid` options
 * that exclude each other, with the reason; `caller.keys-invalid` a key that is not for this; `peer.xml-*`, `peer.structure-invalid` when `envelope` is not a SOAP message.
 */
export function seal(envelope: Uint8Array, request: SealRequest | BootstrapSealRequest): Reply<Uint8Array> {
  const workspace = request.workspace ?? new Workspace();
  try {
    return { ok: true, value: sealMessage(envelope, request, workspace) };
  } catch (error) {
    return failedReply(error);
  } finally {
    if (workspace !== request.workspace) workspace.wipe();
  }
}

function sealMessage(bytes: Uint8Array, request: AnyRequest, workspace: Workspace): Uint8Array {
  requireConsistent(request);
  const { tape } = workspace;
  workspace.sink.reset();
  workspace.written.reset();
  scan(bytes, DEFAULT_LIMITS, tape);
  const envelope = readHeaderBlocks(tape, readEnvelopeShape(tape), { refuseUnknown: false });
  const ids = new MessageIds(tape);
  const suite = suiteOf(request);
  const digest = request.digest === undefined ? suite.digest : digestAlgorithm(request.digest);
  const keys =
    'certificate' in request ? new CertificateKeys(request, suite, ids) : new SymmetricKeys(request, suite, ids);
  try {
    return secure({ tape, envelope, ids, suite, keys, digest, request, workspace });
  } finally {
    keys.wipe();
  }
}

type AnyRequest = SealRequest | BootstrapSealRequest;

/** An element that is to be signed, with the Id attribute that it lacks. */
interface SignedElement {
  readonly element: number;
  readonly id: string;
  readonly added: AddedAttribute | undefined;
}

function secure(sealing: Sealing): Uint8Array {
  const { tape, ids, keys, request, workspace } = sealing;
  const message = new OutgoingMessage(tape, workspace.written);
  const signatureId = ids.fresh();
  const signed = signedElements(sealing).map((element): SignedElement => ({ element, ...ids.of(element) }));
  for (const { element, added } of signed) if (added !== undefined) message.addAttribute(element, added);
  const timestampId = ids.fresh();
  const bodyDataId = request.encrypt === 'none' ? undefined : ids.fresh();
  const signatureDataId = request.encrypt === 'body-and-signature' ? ids.fresh() : undefined;
  const endorsement = endorsementOf(sealing);
  const dataIds = [bodyDataId, signatureDataId, endorsement?.dataId].filter((id) => id !== undefined);
  const encryptFirst = bodyDataId !== undefined && request.order === 'encrypt-then-sign';

  const encryptedBody = encryptFirst ? encryptBody(sealing, message, bodyDataId) : undefined;
  writeSecurity(sealing, message, (writer) => {
    const references = signed.map((part) => referenceTo(sealing, part, encryptedBody));
    // spec: WSS §3.3, beside a signature there is no unsigned Timestamp.
    if (request.sign.timestamp) references.push(writeSignedTimestamp(sealing, timestampId));
    for (const { write, signedId } of [...keys.tokens, ...(endorsement?.tokens ?? [])]) {
      if (signedId === undefined) write(writer);
      else references.push(writeSigned(sealing, signedId, write));
    }
    references.push(...dereferencedOf(sealing));
    if (dataIds.length > 0 && !encryptFirst) keys.writeReferenceList(writer, dataIds);
    const signature = { id: signatureId, dataId: signatureDataId, signer: keys.signer, references };
    // SignedInfo with an STR-Transform uses a prefix that the header declares; others use none.
    const isApart =
      endorsement !== undefined || signatureDataId !== undefined || keys.signer.dereferenced !== undefined;
    if (!isApart) sign(sealing, writer, signature);
    else writeApart(sealing, writer, signature, endorsement);
    if (encryptFirst) keys.writeReferenceList(writer, dataIds);
  });
  if (bodyDataId !== undefined && !encryptFirst) encryptBody(sealing, message, bodyDataId);
  return message.assemble();
}

/** A signature over the signature of the message. */
interface Endorsement extends Omit<SignatureRequest, 'references'> {
  readonly tokens: readonly MessageToken[];
}

/** The second signature, if one is asked for; it is encrypted where the first one is. */
function endorsementOf({ ids, suite, request: { endorse, encrypt } }: Sealing): Endorsement | undefined {
  if (endorse === undefined) return undefined;
  const signer = new CertificateSigner(endorse, suite, ids);
  return {
    id: ids.fresh(),
    signer,
    tokens: signer.token === undefined ? [] : [signer.token],
    dataId: encrypt === 'body-and-signature' ? ids.fresh() : undefined,
  };
}

/** Tokens, wsa headers and Body, as asked; the Timestamp is signed too, but does not exist yet. */
function signedElements({ tape, envelope, request }: Sealing): readonly number[] {
  const elements: number[] = request.sign.tokens === true ? [...heldTokens(tape, envelope.security)] : [];
  if (request.sign.addressing) elements.push(...envelope.addressing.filter((element) => element >= 0));
  if (request.sign.body) elements.push(envelope.body);
  return elements;
}

/** Writes into the Security header, making header and Header where there are none. */
function writeSecurity(sealing: Sealing, message: OutgoingMessage, write: (writer: XmlWriter) => void): void {
  const { tape, envelope, workspace } = sealing;
  if (envelope.security >= 0) {
    message.append(envelope.security, () => write(new XmlWriter(workspace.written)));
    return;
  }
  const version: SoapVersion = envelope.soap === Namespace.soap11 ? '1.1' : '1.2';
  const soap = SOAP_NAMESPACES[version];
  const surroundings = Math.max(envelope.header, 0);
  const isInScope = uriOfPrefix(tape, surroundings, soap.prefix) === soap.uri;
  const writeHeader = (): void => {
    const writer = new XmlWriter(workspace.written, isInScope ? [soap] : []);
    if (envelope.header < 0) writer.open(SOAP[version].Header);
    openSecurity(writer, version);
    write(writer);
    writer.close();
    if (envelope.header < 0) writer.close();
  };
  if (envelope.header >= 0) message.append(envelope.header, writeHeader);
  else message.insertBefore(envelope.body, writeHeader);
}

/** Writes an element that the signature covers: what a writer of its own writes is canonical as it is. */
function writeSigned(sealing: Sealing, id: string, write: (writer: XmlWriter) => void): SignedReference {
  const { written } = sealing.workspace;
  const start = written.length;
  write(new XmlWriter(written));
  return referenceFrom(sealing, id, start);
}

/** The token of the signature itself, by STR-Transform, if that is asked for. */
function dereferencedOf({ digest, keys: { signer } }: Sealing): readonly SignedReference[] {
  if (signer.dereferenced === undefined) return [];
  const { id, octets } = signer.dereferenced;
  return [{ id, isDereferenced: true, digestBase64: digestBase64(digest, octets) }];
}

/** Digests what was written from `start` on. */
function referenceFrom({ digest, workspace: { written } }: Sealing, id: string, start: number): SignedReference {
  return { id, digestBase64: digestBase64(digest, written.bytes.subarray(start, written.length)) };
}

function writeSignedTimestamp(sealing: Sealing, id: string): SignedReference {
  const { atMs, timestampLifetimeMs } = sealing.request;
  return writeSigned(sealing, id, (writer) => writeTimestamp(writer, id, atMs, atMs + timestampLifetimeMs));
}

/** Digests an element as it will stand in the message that goes out. */
function referenceTo(
  { tape, envelope, digest, workspace }: Sealing,
  { element, id, added }: SignedElement,
  encryptedBody: WrittenRange | undefined,
): SignedReference {
  const { sink, written } = workspace;
  sink.reset();
  canonicalisePart(tape, element, added, sink);
  if (element === envelope.body && encryptedBody !== undefined) {
    const content = written.bytes.subarray(encryptedBody.start, encryptedBody.end);
    replaceCanonicalContent(tape, element, 0, content, sink);
  }
  return { id, digestBase64: digestBase64(digest, sink.bytes.subarray(0, sink.length)) };
}

/** A ds:Signature to be written. */
interface SignatureRequest {
  readonly id: string;
  /** Of the EncryptedData that it becomes. */
  readonly dataId: string | undefined;
  readonly signer: Signer;
  readonly references: readonly SignedReference[];
}

function sign(
  { digest, workspace: { sink } }: Sealing,
  writer: XmlWriter,
  { id, signer, references }: SignatureRequest,
): void {
  const { headroomBytes } = signer;
  writeSignature(writer, {
    id,
    signedInfo: { methodUri: signer.uri, digest, references },
    valueBase64: (start, end) => {
      sink.reset();
      sink.reserve(headroomBytes);
      sink.length = headroomBytes;
      openSignedInfo(new XmlWriter(sink));
      sink.write(writer.sink.bytes, start, end);
      return signer.valueBase64(sink.bytes, headroomBytes, sink.length);
    },
    writeReference: (inner) => signer.writeReference(inner),
  });
}

/**
 * Writes a Signature that will be read without what is around it now, hence with a writer of its own: encrypted, endorsed
 * by another one that follows it, or both.
 */
function writeApart(
  sealing: Sealing,
  writer: XmlWriter,
  signature: SignatureRequest,
  endorsement: Endorsement | undefined,
): void {
  const { written } = sealing.workspace;
  const start = written.length;
  sign(sealing, new XmlWriter(written), signature);
  const endorsed = endorsement === undefined ? [] : [referenceFrom(sealing, signature.id, start)];
  if (signature.dataId !== undefined) encryptWritten(sealing, writer, start, signature.dataId);
  if (endorsement !== undefined) writeApart(sealing, writer, { ...endorsement, references: endorsed }, undefined);
}

function suiteOf(request: AnyRequest): AlgorithmSuite {
  return algorithmSuite('context' in request ? (request.suite ?? request.context.suite) : request.suite);
}
