/** What `seal` writes before the signature beside the tokens of keys: confirmations, a UsernameToken, hidden tokens. */

import { XmlWriter } from '@parley/codec';
import { randomOctets } from '@parley/core/internal';
import type { SignedReference } from '../write/signature.ts';
import { writeSignatureConfirmation } from '../write/signature-confirmation.ts';
import type { UsernameProof } from '../write/username-token.ts';
import { writeUsernameToken } from '../write/username-token.ts';
import { encryptWritten } from './encrypt-parts.ts';
import type { MessageToken } from './message-keys.ts';
import type { SupportingUsername } from './request.ts';
import type { Sealing } from './sealing.ts';
import { valuesToConfirm } from './selected-parts.ts';
import { referenceFrom, writeSigned } from './signed-references.ts';

/** An element to be written. */
export interface SupportingElement extends MessageToken {
  /** Of the EncryptedData that it becomes. */
  readonly dataId: string | undefined;
}

/** spec: the profile wants 16 octets at least. */
const NONCE_BYTES = 16;

/** What the request asks for; confirmations are signed, and encrypted where the signature is. */
export function supportingElements(sealing: Pick<Sealing, 'ids' | 'request'>): readonly SupportingElement[] {
  const { ids, request } = sealing;
  const { encrypt, username } = request;
  const elements = valuesToConfirm(sealing).map((value): SupportingElement => {
    const signedId = ids.fresh();
    const dataId = encrypt === 'body-and-signature' ? ids.fresh() : undefined;
    return { signedId, dataId, write: (writer) => writeSignatureConfirmation(writer, signedId, value) };
  });
  if (username !== undefined) elements.push(usernameElement(sealing, username));
  return elements;
}

/** Writes one of them; gives what the signature is to say of it. */
export function writeSupporting(
  sealing: Sealing,
  writer: XmlWriter,
  { write, signedId, reference, dataId }: SupportingElement,
): readonly SignedReference[] {
  const start = writer.sink.length;
  const references = signedId === undefined ? [] : [writeSigned(sealing, signedId, write)];
  // A writer of its own, for what is encrypted is read without what is around it.
  if (signedId === undefined) write(new XmlWriter(writer.sink));
  if (reference !== undefined) references.push(reference);
  if (dataId !== undefined) encryptWritten(sealing, writer, start, dataId);
  return references;
}

/** Of those that go encrypted, the Ids of what they are encrypted to. */
export function dataIdsOf(all: readonly { readonly dataId: string | undefined }[]): readonly string[] {
  return all.flatMap(({ dataId }) => dataId ?? []);
}

/** The same of one that is signed as what it was encrypted to. */
export function writeEncryptedFirst(
  sealing: Sealing,
  writer: XmlWriter,
  element: SupportingElement,
): readonly SignedReference[] {
  const { write, signedId, dataId } = element;
  if (dataId === undefined) return writeSupporting(sealing, writer, element);
  const start = writer.sink.length;
  write(new XmlWriter(writer.sink));
  // Canonical by itself, as it is digested.
  encryptWritten(sealing, new XmlWriter(writer.sink), start, dataId);
  return signedId === undefined ? [] : [referenceFrom(sealing, dataId, start)];
}

function usernameElement(
  { ids, request }: Pick<Sealing, 'ids' | 'request'>,
  user: SupportingUsername,
): SupportingElement {
  const id = ids.fresh();
  const proof = proofOf(user, request);
  const write = (writer: XmlWriter): void => writeUsernameToken(writer, id, user.username, proof);
  const dataId = user.encrypt === true ? ids.fresh() : undefined;
  return user.sign === false ? { write, dataId } : { write, dataId, signedId: id };
}

function proofOf(user: SupportingUsername, request: Sealing['request']): UsernameProof {
  if (user.passwordType === 'none') return { passwordType: 'none' };
  const { passwordType, password } = user;
  if (passwordType === 'text') return { passwordType, password };
  return { passwordType, password, nonce: randomOctets(NONCE_BYTES, request), atMs: request.atMs };
}
