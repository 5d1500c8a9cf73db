import type { QualifiedName, XmlWriter } from '@parley/codec';
import type { CipherAlgorithm } from '@parley/core';
import { ALGORITHM, ID, KEY_INFO, TYPE, URI, XENC } from './names.ts';

const ENCRYPTED_DATA = XENC.name('EncryptedData');
export const ENCRYPTION_METHOD: QualifiedName = XENC.name('EncryptionMethod');
export const CIPHER_DATA: QualifiedName = XENC.name('CipherData');
export const CIPHER_VALUE: QualifiedName = XENC.name('CipherValue');
const REFERENCE_LIST = XENC.name('ReferenceList');
const DATA_REFERENCE = XENC.name('DataReference');

/** What an xenc:EncryptedData says about its ciphertext. */
export interface EncryptedDataParts {
  readonly id: string;
  readonly target: 'Content' | 'Element';
  readonly cipher: CipherAlgorithm;
  /** Writes the STR of the key. */
  readonly writeReference: (writer: XmlWriter) => void;
}

/** xenc:EncryptedData (XML Encryption §5.2) around `data` = IV, ciphertext, tag. */
export function writeEncryptedData(writer: XmlWriter, parts: EncryptedDataParts, data: Uint8Array): void {
  writer.open(ENCRYPTED_DATA, [
    [ID, parts.id],
    [TYPE, `${XENC.uri}${parts.target}`],
  ]);
  writer.element(ENCRYPTION_METHOD, '', [[ALGORITHM, parts.cipher.uri]]).open(KEY_INFO);
  parts.writeReference(writer);
  writer.close().open(CIPHER_DATA).open(CIPHER_VALUE).base64(data).close().close().close();
}

/** xenc:ReferenceList, as a child of wsse:Security or of an xenc:EncryptedKey. */
export function writeReferenceList(writer: XmlWriter, ids: readonly string[]): void {
  writer.open(REFERENCE_LIST);
  for (const id of ids) writer.element(DATA_REFERENCE, '', [[URI, `#${id}`]]);
  writer.close();
}
