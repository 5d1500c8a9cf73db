/** What `seal` encrypts: the content of the Body, and elements that were written. */

import { canonicaliseContent, isVisiblyUsed, XmlWriter } from '@parley/codec';
import { encrypt } from '@parley/core';
import type { EncryptionKey } from './message-keys.ts';
import type { OutgoingMessage } from './outgoing-message.ts';
import type { SealOptions } from './seal-request.ts';
import type { Sealing } from './sealing.ts';
import { writeEncryptedData } from './write/encrypted-data.ts';
import { CONVERSATION, DS, WSSE, WSSE11, XENC } from './write/names.ts';

/** Octets [start, end) of what was written. */
export interface WrittenRange {
  readonly start: number;
  readonly end: number;
}

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
  // spec: XML Encryption wants plaintext that is readable without its surroundings, hence canonical pieces.
  canonicaliseContent(tape, body, sink, { shieldDefaultNamespace: true });
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
  const iv = new Uint8Array(key.cipher.ivBytes);
  request.fillRandom(iv);
  return key.secret.lend((bytes) => encrypt(key.cipher, bytes, iv, plaintext));
}
