/** What `seal` encrypts: the content of the Body, header blocks, and elements that were written. */

import { XmlWriter } from '@parley/codec';
import type { AddedAttribute } from '@parley/codec/internal';
import { canonicaliseContent, canonicalisePart, isVisiblyUsed } from '@parley/codec/internal';
import { encrypt, randomOctets } from '@parley/core/internal';
import type { HeaderRouting } from '../message/header-routing.ts';
import { readHeaderRouting } from '../message/header-routing.ts';
import { writeEncryptedData } from '../write/encrypted-data.ts';
import { openEncryptedHeader } from '../write/encrypted-header.ts';
import { CONVERSATION, DS, WSSE, WSSE11, XENC } from '../write/names.ts';
import type { EncryptionKey } from './message-keys.ts';
import type { OutgoingMessage } from './outgoing-message.ts';
import type { SealOptions } from './request.ts';
import type { Sealing } from './sealing.ts';
import { soapVersionOf } from './sealing.ts';

/** Octets [start, end) of what was written. */
export interface WrittenRange {
  readonly start: number;
  readonly end: number;
}

/** A header block that is to be encrypted. */
export interface HiddenHeader {
  readonly element: number;
  /** The Id that it is given before, to be signed. */
  readonly added: AddedAttribute | undefined;
  /** Id of the wsse11:EncryptedHeader. */
  readonly id: string;
  /** Id of the EncryptedData in it. */
  readonly dataId: string;
}

// spec: XML Encryption wants plaintext that is readable without its surroundings, hence canonical pieces.
const PLAINTEXT = { shieldDefaultNamespace: true } as const;

/** Puts the encrypted content of the Body in its place. */
export function encryptBody(
  { tape, envelope, keys, request, workspace }: Sealing,
  message: OutgoingMessage,
  id: string,
): WrittenRange {
  const { sink, written } = workspace;
  const { body } = envelope;
  const key = keys.encryption();
  sink.reset();
  canonicaliseContent(tape, body, sink, PLAINTEXT);
  const data = encryptWith(key, sink.bytes.subarray(0, sink.length), request);
  // What the start tag of the Body uses is rendered there, and in the digest of the Body not again below it.
  const inScope = [XENC, DS, WSSE, WSSE11, ...Object.values(CONVERSATION)].filter(({ prefix, uri }) =>
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

/** Puts EncryptedData in the place of an element of the Body. */
export function encryptElement(
  { tape, keys, request, workspace }: Sealing,
  message: OutgoingMessage,
  element: number,
  added: AddedAttribute | undefined,
  dataId: string,
): void {
  const { sink, written } = workspace;
  const key = keys.encryption();
  sink.reset();
  canonicalisePart(tape, element, added, sink, PLAINTEXT);
  const data = encryptWith(key, sink.bytes.subarray(0, sink.length), request);
  message.replace(element, () => {
    writeEncryptedData(new XmlWriter(written), { id: dataId, target: 'Element', ...key }, data);
  });
}

/** Puts a wsse11:EncryptedHeader in the place of a header block. */
export function encryptHeader(
  sealing: Sealing,
  message: OutgoingMessage,
  { element, added, id, dataId }: HiddenHeader,
): WrittenRange {
  const { tape, envelope, keys, request, workspace } = sealing;
  const { sink, written } = workspace;
  const key = keys.encryption();
  sink.reset();
  canonicalisePart(tape, element, added, sink, PLAINTEXT);
  const data = encryptWith(key, sink.bytes.subarray(0, sink.length), request);
  let range = { start: 0, end: 0 };
  message.replace(element, () => {
    const start = written.length;
    const writer = new XmlWriter(written);
    openEncryptedHeader(writer, soapVersionOf(envelope), id, routingOfSecurity(sealing));
    writeEncryptedData(writer, { id: dataId, target: 'Element', ...key }, data);
    writer.close();
    range = { start, end: written.length };
  });
  return range;
}

/** What the Security header says to every node, or will say. */
function routingOfSecurity({ tape, envelope, request }: Sealing): HeaderRouting {
  if (envelope.security >= 0) return readHeaderRouting(tape, envelope.security, envelope.soap);
  const { mustUnderstand = true, role } = request;
  return { mustUnderstand: mustUnderstand ? '1' : undefined, role, relay: undefined };
}

/** Puts the ciphertext of what was written from `start` on in its place. */
export function encryptWritten(
  { keys, request, workspace }: Sealing,
  writer: XmlWriter,
  start: number,
  id: string,
): void {
  const { written } = workspace;
  const key = keys.encryption();
  const data = encryptWith(key, written.bytes.subarray(start, written.length), request);
  written.length = start;
  writeEncryptedData(writer, { id, target: 'Element', ...key }, data);
}

function encryptWith(key: EncryptionKey, plaintext: Uint8Array, request: SealOptions): Uint8Array {
  const iv = randomOctets(key.cipher.ivBytes, request);
  return key.secret.lend((bytes) => encrypt(key.cipher, bytes, iv, plaintext));
}
