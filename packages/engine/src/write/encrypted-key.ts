import type { XmlWriter } from '@parley/codec';
import type { KeyWrapAlgorithm } from '@parley/core';
import { digestAlgorithm } from '@parley/core';
import type { KeyTransport } from '@parley/core/internal';
import { maskAlgorithm } from '@parley/core/internal';
import { CIPHER_DATA, CIPHER_VALUE, ENCRYPTION_METHOD, writeReferenceList } from './encrypted-data.ts';
import { ALGORITHM, DS, ID, KEY_INFO, XENC, XENC11 } from './names.ts';

const ENCRYPTED_KEY = XENC.name('EncryptedKey');
const OAEP_PARAMS = XENC.name('OAEPparams');
const MGF = XENC11.name('MGF');
const DIGEST_METHOD = DS.name('DigestMethod');
const KEY_NAME = DS.name('KeyName');

/** What an xenc:EncryptedKey says about its ciphertext. */
export interface EncryptedKeyParts {
  readonly id: string | undefined;
  readonly method: KeyTransport | KeyWrapAlgorithm;
  /** Writes what names the key that encrypted it. */
  readonly writeKeyInfo: (writer: XmlWriter) => void;
  /** The xenc:EncryptedData that it decrypts; none if they say so themselves. */
  readonly dataIds: readonly string[];
}

/** xenc:EncryptedKey (XML Encryption §3.5.1) around `encrypted`. */
export function writeEncryptedKey(writer: XmlWriter, parts: EncryptedKeyParts, encrypted: Uint8Array): void {
  writer.open(ENCRYPTED_KEY, parts.id === undefined ? [] : [[ID, parts.id]]);
  writeMethod(writer, parts.method);
  writer.open(KEY_INFO);
  parts.writeKeyInfo(writer);
  writer.close().open(CIPHER_DATA).open(CIPHER_VALUE).base64(encrypted).close().close();
  if (parts.dataIds.length > 0) writeReferenceList(writer, parts.dataIds);
  writer.close();
}

/** ds:KeyName (XML Signature §4.5.1). */
export function writeKeyName(writer: XmlWriter, name: string): void {
  writer.element(KEY_NAME, name);
}

// Hashes are written where they are the default, too: peers differ about defaults.
function writeMethod(writer: XmlWriter, method: EncryptedKeyParts['method']): void {
  if ('uri' in method) {
    writer.element(ENCRYPTION_METHOD, '', [[ALGORITHM, method.uri]]);
    return;
  }
  const { algorithm, oaep } = method;
  writer.open(ENCRYPTION_METHOD, [[ALGORITHM, algorithm.uri]]);
  if (oaep !== undefined) {
    if (oaep.label.length > 0) writer.open(OAEP_PARAMS).base64(oaep.label).close();
    writer.element(DIGEST_METHOD, '', [[ALGORITHM, digestAlgorithm(oaep.hash).uri]]);
    if (algorithm.maskHash === undefined)
      writer.element(MGF, '', [[ALGORITHM, maskAlgorithm(`mgf1${oaep.maskHash}`).uri]]);
  }
  writer.close();
}
