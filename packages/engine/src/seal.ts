/**
 * `seal`: an envelope in, a secured message out; the mirror of `open`. What it does not touch goes out byte for byte.
 *
 *   scan ─► Ids ─► (encrypt)? ─► Timestamp, tokens ─► digest, MAC ─► (encrypt)? ─► splice
 *
 * The message is scanned once. What is signed is digested as it will stand in the message that goes out: parts that came
 * in are canonicalised with the Id that they are given, what is written here is canonical as written.
 */

import type { AddedAttribute, Tape } from '@parley/codec';
import {
  canonicaliseContent,
  canonicalisePart,
  isVisiblyUsed,
  Namespace,
  replaceCanonicalContent,
  scan,
  uriOfPrefix,
  XmlWriter,
} from '@parley/codec';
import type { DigestAlgorithm, MacAlgorithm, Reply } from '@parley/core';
import {
  algorithmSuite,
  DEFAULT_LIMITS,
  digestAlgorithm,
  digestBase64,
  encrypt,
  Fault,
  failedReply,
  macAlgorithm,
} from '@parley/core';
import { MessageIds } from './message-ids.ts';
import { OutgoingMessage } from './outgoing-message.ts';
import type { SoapEnvelope } from './read/soap-envelope.ts';
import { readEnvelopeShape, readHeaderBlocks } from './read/soap-envelope.ts';
import type { SealKey } from './seal-keys.ts';
import { SealKeys } from './seal-keys.ts';
import type { SealRequest } from './seal-request.ts';
import { Workspace } from './workspace.ts';
import { writeEncryptedData, writeReferenceList } from './write/encrypted-data.ts';
import { CONVERSATION, DS, WSSE, XENC } from './write/names.ts';
import { openSecurity } from './write/security-header.ts';
import type { SignedReference } from './write/signature.ts';
import { openSignedInfo, writeSignature } from './write/signature.ts';
import { SOAP, SOAP_NAMESPACES, type SoapVersion } from './write/soap.ts';
import { writeTimestamp } from './write/timestamp.ts';

/**
 * Secures a SOAP envelope with a security context.
 *
 * Borrows `envelope`, which may already hold a wsse:Security header with tokens of its own (they stay first in it). The
 * secured message is the caller's. Deterministic for given time and randomness.
 *
 * Codes: `caller.context-unusable` cancelled, expired or without such an instance; `caller.option-invalid` options
 * that exclude each other; `peer.xml-*`, `peer.structure-invalid` when `envelope` is not a SOAP message.
 */
export function seal(envelope: Uint8Array, request: SealRequest): Reply<Uint8Array> {
  const workspace = request.workspace ?? new Workspace();
  try {
    return { ok: true, value: sealMessage(envelope, request, workspace) };
  } catch (error) {
    return failedReply(error);
  } finally {
    if (workspace !== request.workspace) workspace.wipe();
  }
}

function sealMessage(bytes: Uint8Array, request: SealRequest, workspace: Workspace): Uint8Array {
  requireConsistent(request);
  const { tape } = workspace;
  workspace.sink.reset();
  workspace.written.reset();
  scan(bytes, DEFAULT_LIMITS, tape);
  const envelope = readHeaderBlocks(tape, readEnvelopeShape(tape), { refuseUnknown: false });
  const ids = new MessageIds(tape);
  const suite = algorithmSuite(request.suite ?? request.context.suite);
  const digest = request.digest === undefined ? suite.digest : digestAlgorithm(request.digest);
  const mac = request.mac === undefined ? suite.mac : macAlgorithm(request.mac);
  const keys = new SealKeys(request, ids);
  try {
    return secure({ tape, envelope, ids, keys, digest, mac, request, workspace });
  } finally {
    keys.wipe();
  }
}

interface Sealing {
  readonly tape: Tape;
  readonly envelope: SoapEnvelope;
  readonly ids: MessageIds;
  readonly keys: SealKeys;
  readonly digest: DigestAlgorithm;
  readonly mac: MacAlgorithm;
  readonly request: SealRequest;
  readonly workspace: Workspace;
}

/** An element that is to be signed, with the Id attribute that it lacks. */
interface SignedElement {
  readonly element: number;
  readonly id: string;
  readonly added: AddedAttribute | undefined;
}

/** Octets [start, end) of what was written. */
interface WrittenRange {
  readonly start: number;
  readonly end: number;
}

function secure(sealing: Sealing): Uint8Array {
  const { tape, ids, keys, request, workspace } = sealing;
  const message = new OutgoingMessage(tape, workspace.written);
  const signed = signedElements(sealing).map((element): SignedElement => ({ element, ...ids.of(element) }));
  for (const { element, added } of signed) if (added !== undefined) message.addAttribute(element, added);
  const timestampId = ids.fresh();
  const bodyDataId = request.encrypt === 'none' ? undefined : ids.fresh();
  const signatureDataId = request.encrypt === 'body-and-signature' ? ids.fresh() : undefined;
  const dataIds = [bodyDataId, signatureDataId].filter((id) => id !== undefined);
  const encryptFirst = bodyDataId !== undefined && request.order === 'encrypt-then-sign';

  const encryptedBody = encryptFirst ? encryptBody(sealing, message, bodyDataId) : undefined;
  writeSecurity(sealing, message, (writer) => {
    const references = signed.map((part) => referenceTo(sealing, part, encryptedBody));
    // spec: WSS §3.3, beside a signature there is no unsigned Timestamp.
    if (request.sign.timestamp) references.push(writeSignedTimestamp(sealing, writer, timestampId));
    keys.writeTokens(writer);
    if (dataIds.length > 0 && !encryptFirst) writeReferenceList(writer, dataIds);
    if (signatureDataId === undefined) sign(sealing, writer, references);
    else encryptSignature(sealing, writer, references, signatureDataId);
    if (encryptFirst) writeReferenceList(writer, dataIds);
  });
  if (bodyDataId !== undefined && !encryptFirst) encryptBody(sealing, message, bodyDataId);
  return message.assemble();
}

/** Body and wsa headers, as asked; the Timestamp is signed too, but does not exist yet. */
function signedElements({ envelope, request }: Sealing): readonly number[] {
  const elements: number[] = [];
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

/** Writes the Timestamp and digests it as written: nothing around it uses its prefix, so that is its canonical form. */
function writeSignedTimestamp(sealing: Sealing, writer: XmlWriter, id: string): SignedReference {
  const { digest, request } = sealing;
  const { written } = sealing.workspace;
  const start = written.length;
  writeTimestamp(writer, id, request.atMs, request.atMs + request.timestampLifetimeMs);
  return { id, digestBase64: digestBase64(digest, written.bytes.subarray(start, written.length)) };
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

/** Writes the Signature over the references. */
function sign(
  { keys, digest, mac, workspace }: Sealing,
  writer: XmlWriter,
  references: readonly SignedReference[],
): void {
  const { sink } = workspace;
  const key = keys.signature();
  writeSignature(writer, {
    id: keys.signatureId,
    signedInfo: { mac, digest, references },
    macBase64: (start, end) => {
      sink.reset();
      sink.reserve(mac.blockBytes);
      sink.length = mac.blockBytes;
      openSignedInfo(new XmlWriter(sink));
      sink.write(writer.sink.bytes, start, end);
      return key.macKey(mac).macBase64(sink.bytes, mac.blockBytes, sink.length);
    },
    writeReference: key.writeReference,
  });
}

function encryptSignature(
  sealing: Sealing,
  writer: XmlWriter,
  references: readonly SignedReference[],
  id: string,
): void {
  const { keys, request, workspace } = sealing;
  const { written } = workspace;
  const start = written.length;
  // A writer of its own: the Signature will be read without what is around it now.
  sign(sealing, new XmlWriter(written), references);
  const key = keys.encryption();
  const data = encryptWith(key, written.bytes.subarray(start, written.length), request);
  written.length = start;
  writeEncryptedData(writer, { id, target: 'Element', ...key }, data);
}

/** Puts the encrypted content of the Body in its place. */
function encryptBody(
  { tape, envelope, keys, request, workspace }: Sealing,
  message: OutgoingMessage,
  id: string,
): WrittenRange {
  const { sink, written } = workspace;
  const { body } = envelope;
  const key = keys.encryption();
  sink.reset();
  // spec: XML Encryption wants plaintext that is readable without its surroundings, hence canonical pieces.
  canonicaliseContent(tape, body, sink, { shieldDefaultNamespace: true });
  const data = encryptWith(key, sink.bytes.subarray(0, sink.length), request);
  // What the start tag of the Body uses is rendered there, and in the digest of the Body not again below it.
  const inScope = [XENC, DS, WSSE, ...Object.values(CONVERSATION)].filter(({ prefix, uri }) =>
    isVisiblyUsed(tape, body, prefix, uri),
  );
  let range = { start: 0, end: 0 };
  message.replaceContent(body, () => {
    const start = written.length;
    writeEncryptedData(new XmlWriter(written, inScope), { id, target: 'Content', ...key }, data);
    range = { start, end: written.length };
  });
  return range;
}

function encryptWith(key: SealKey, plaintext: Uint8Array, request: SealRequest): Uint8Array {
  const iv = new Uint8Array(key.cipher.ivBytes);
  request.fillRandom(iv);
  return key.secret.lend((bytes) => encrypt(key.cipher, bytes, iv, plaintext));
}

function requireConsistent(request: SealRequest): void {
  const refuse = (reason: string): never => {
    throw new Fault('caller.option-invalid', { option: 'seal', reason });
  };
  const { sign: parts, encrypt: encrypted } = request;
  if (!parts.body && !parts.addressing && !parts.timestamp) refuse('nothing to sign');
  if (encrypted !== 'none' && request.keys === 'direct') refuse('one key to sign and to encrypt');
  if (encrypted === 'body-and-signature' && request.order === 'encrypt-then-sign')
    refuse('a signature cannot be encrypted before it is made');
  if (!Number.isSafeInteger(request.timestampLifetimeMs) || request.timestampLifetimeMs <= 0)
    refuse('timestampLifetimeMs');
}
