/**
 * `seal`: an envelope in, a secured message out; the mirror of `open`. What it does not touch goes out byte for byte.
 *
 *   scan ─► Ids, Timestamp, tokens ─► (encrypt)? ─► scan ─► digest, MAC ─► (encrypt)? ─► splice
 */

import type { Patch, Tape } from '@parley/codec';
import {
  attributeText,
  canonicalise,
  canonicaliseContent,
  E,
  ELEMENT_WORDS,
  escapeAttribute,
  scan,
  splice,
  uriOfPrefix,
} from '@parley/codec';
import type { Reply } from '@parley/core';
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
import { endOf, startOf } from './read/claim.ts';
import type { SoapEnvelope } from './read/soap-envelope.ts';
import { readEnvelopeShape, readHeaderBlocks } from './read/soap-envelope.ts';
import type { SealKey } from './seal-keys.ts';
import { SealKeys } from './seal-keys.ts';
import type { SealRequest } from './seal-request.ts';
import { Workspace } from './workspace.ts';
import { writeEncryptedData, writeReferenceList } from './write/encrypted-data.ts';
import { WSSE } from './write/names.ts';
import { writeTimestamp } from './write/security-tokens.ts';
import type { SignedReference } from './write/signature.ts';
import { canonicalSignedInfo, writeSignature, writeSignedInfoContent } from './write/signature.ts';

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

const encoder = new TextEncoder();

function sealMessage(bytes: Uint8Array, request: SealRequest, workspace: Workspace): Uint8Array {
  requireConsistent(request);
  const { tape } = workspace;
  workspace.sink.reset();
  scan(bytes, DEFAULT_LIMITS, tape);
  const envelope = readHeaderBlocks(tape, readEnvelopeShape(tape), { refuseUnknown: false });
  const ids = new MessageIds(tape);
  const keys = new SealKeys(request, ids);
  try {
    return secure({ tape, envelope, ids, keys, request, workspace });
  } finally {
    keys.wipe();
  }
}

interface Sealing {
  readonly tape: Tape;
  readonly envelope: SoapEnvelope;
  readonly ids: MessageIds;
  readonly keys: SealKeys;
  readonly request: SealRequest;
  readonly workspace: Workspace;
}

function secure(sealing: Sealing): Uint8Array {
  const { tape, envelope, ids, keys, request } = sealing;
  const encryptFirst = request.encrypt !== 'none' && request.order === 'encrypt-then-sign';
  const signed: string[] = [];
  const patches: Patch[] = [];
  for (const element of signedElements(sealing)) {
    const { id, patch } = ids.of(element);
    signed.push(id);
    if (patch !== undefined) patches.push(patch);
  }
  const timestampId = ids.fresh();
  if (request.sign.timestamp) signed.push(timestampId);
  const bodyDataId = request.encrypt === 'none' ? undefined : ids.fresh();
  const signatureDataId = request.encrypt === 'body-and-signature' ? ids.fresh() : undefined;
  if (encryptFirst) patches.push(encryptBody(tape, envelope.body, bodyDataId as string, keys.encryption(), sealing));

  // spec: WSS §3.3, beside a signature there is no unsigned Timestamp.
  const expiresAtMs = request.atMs + request.timestampLifetimeMs;
  const timestamp = request.sign.timestamp ? writeTimestamp(timestampId, request.atMs, expiresAtMs) : '';
  const list =
    bodyDataId === undefined
      ? ''
      : writeReferenceList(signatureDataId === undefined ? [bodyDataId] : [bodyDataId, signatureDataId]);
  const above = `${timestamp}${keys.tokens()}${encryptFirst ? '' : list}`;
  const below = encryptFirst ? list : '';
  patches.push(...securityPatches(tape, envelope, encoder.encode(above + below)));
  const prepared = splice(
    tape.bytes,
    patches.sort((left, right) => left.start - right.start),
  );

  // From here on offsets are those of the prepared document.
  const { plainTape } = sealing.workspace;
  scan(prepared, DEFAULT_LIMITS, plainTape);
  const shape = readHeaderBlocks(plainTape, readEnvelopeShape(plainTape), { refuseUnknown: false });
  let signature = encoder.encode(sign(sealing, plainTape, signed));
  const last: Patch[] = [];
  if (signatureDataId !== undefined) {
    const { cipher, reference } = keys.encryption();
    const data = encryptWith(keys.encryption(), signature, request);
    signature = encoder.encode(writeEncryptedData(signatureDataId, 'Element', cipher, reference, data));
  }
  const contentEnd = plainTape.elements[shape.security * ELEMENT_WORDS + E.contentEnd]!;
  const at = contentEnd - encoder.encode(below).length;
  last.push({ start: at, end: at, with: signature });
  if (bodyDataId !== undefined && !encryptFirst)
    last.push(encryptBody(plainTape, shape.body, bodyDataId, keys.encryption(), sealing));
  return splice(prepared, last);
}

/** Body and wsa headers, as asked; the Timestamp is signed too, but does not exist yet. */
function signedElements({ envelope, request }: Sealing): readonly number[] {
  const elements: number[] = [];
  if (request.sign.addressing) elements.push(...envelope.addressing.filter((element) => element >= 0));
  if (request.sign.body) elements.push(envelope.body);
  return elements;
}

/** Digests the parts by their Ids and makes the Signature. */
function sign({ keys, request, workspace }: Sealing, tape: Tape, signed: readonly string[]): string {
  const suite = algorithmSuite(request.suite ?? request.context.suite);
  const digest = request.digest === undefined ? suite.digest : digestAlgorithm(request.digest);
  const mac = request.mac === undefined ? suite.mac : macAlgorithm(request.mac);
  const { sink } = workspace;
  const elements = elementsById(tape, signed);
  const references: SignedReference[] = signed.map((id, index) => {
    sink.reset();
    canonicalise(tape, elements[index]!, sink);
    return { id, digestBase64: digestBase64(digest, sink.bytes.subarray(0, sink.length)) };
  });
  const content = writeSignedInfoContent(mac, digest, references);
  sink.reset();
  sink.reserve(mac.blockBytes);
  sink.length = mac.blockBytes;
  sink.writeText(canonicalSignedInfo(content));
  const value = keys.signature().macKey(mac).macBase64(sink.bytes, mac.blockBytes, sink.length);
  return writeSignature(keys.signatureId, content, value, keys.signature().reference);
}

function encryptBody(tape: Tape, body: number, id: string, key: SealKey, { request, workspace }: Sealing): Patch {
  const { sink } = workspace;
  sink.reset();
  // spec: XML Encryption wants plaintext that is readable without its surroundings, hence canonical pieces.
  canonicaliseContent(tape, body, sink, { shieldDefaultNamespace: true });
  const data = encryptWith(key, sink.bytes.subarray(0, sink.length), request);
  const base = body * ELEMENT_WORDS;
  const isEmptyTag = tape.elements[base + E.contentEnd] === tape.elements[base + E.end];
  const text = writeEncryptedData(id, 'Content', key.cipher, key.reference, data);
  if (!isEmptyTag) {
    return {
      start: tape.elements[base + E.content]!,
      end: tape.elements[base + E.contentEnd]!,
      with: encoder.encode(text),
    };
  }
  return openUp(tape, body, text);
}

function encryptWith(key: SealKey, plaintext: Uint8Array, request: SealRequest): Uint8Array {
  const iv = new Uint8Array(key.cipher.ivBytes);
  request.fillRandom(iv);
  return key.secret.lend((bytes) => encrypt(key.cipher, bytes, iv, plaintext));
}

/** Puts `content` at the end of the Security header, making header and Header where there are none. */
function securityPatches(tape: Tape, envelope: SoapEnvelope, content: Uint8Array): Patch[] {
  if (envelope.security >= 0) {
    const end = tape.elements[envelope.security * ELEMENT_WORDS + E.contentEnd]!;
    if (end === endOf(tape, envelope.security)) return [openUp(tape, envelope.security, decoder.decode(content))];
    return [{ start: end, end, with: content }];
  }
  const header = writeSecurity(tape, envelope, decoder.decode(content));
  if (envelope.header < 0) {
    const name = qualified(soapPrefix(tape, envelope), 'Header');
    const at = startOf(tape, envelope.body);
    return [{ start: at, end: at, with: encoder.encode(`<${name}>${header}</${name}>`) }];
  }
  const end = tape.elements[envelope.header * ELEMENT_WORDS + E.contentEnd]!;
  if (end === endOf(tape, envelope.header)) return [openUp(tape, envelope.header, header)];
  return [{ start: end, end, with: encoder.encode(header) }];
}

const decoder = new TextDecoder();

function writeSecurity(tape: Tape, envelope: SoapEnvelope, content: string): string {
  const uri = uriOfPrefix(tape, 0, soapPrefix(tape, envelope)) as string;
  // An attribute needs a prefix, and the envelope may be in the default namespace.
  return `<o:Security xmlns:o="${WSSE}" xmlns:s="${escapeAttribute(uri)}" s:mustUnderstand="1">${content}</o:Security>`;
}

function soapPrefix(tape: Tape, envelope: SoapEnvelope): string {
  const base = envelope.body * ELEMENT_WORDS;
  const start = tape.elements[base + E.start]! + 1;
  const end = Math.max(start, tape.elements[base + E.local]! - 1);
  return decoder.decode(tape.bytes.subarray(start, end));
}

function qualified(prefix: string, local: string): string {
  return prefix === '' ? local : `${prefix}:${local}`;
}

/** `<x a="b"/>` -> `<x a="b">content</x>`. */
function openUp(tape: Tape, element: number, content: string): Patch {
  const base = element * ELEMENT_WORDS;
  const end = tape.elements[base + E.end]!;
  const name = decoder.decode(
    tape.bytes.subarray(tape.elements[base + E.start]! + 1, tape.elements[base + E.nameEnd]!),
  );
  return { start: end - 2, end, with: encoder.encode(`>${content}</${name}>`) };
}

function elementsById(tape: Tape, ids: readonly string[]): readonly number[] {
  const byId = new Map<string, number>();
  for (let index = 0; index < tape.idCount; index++)
    byId.set(attributeText(tape, tape.ids[index * 2]!), tape.ids[index * 2 + 1]!);
  return ids.map((id) => {
    const element = byId.get(id);
    if (element === undefined) throw new Fault('internal.invariant', { claim: 'a part to sign has its Id' });
    return element;
  });
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
