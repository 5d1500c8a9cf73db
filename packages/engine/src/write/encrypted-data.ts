import type { CipherAlgorithm } from '@parley/core';
import { encodeBase64 } from '@parley/core';
import { DS, XENC } from './names.ts';

/** xenc:EncryptedData (XML Encryption §5.2) around `data` = IV, ciphertext, tag. */
export function writeEncryptedData(
  id: string,
  target: 'Content' | 'Element',
  cipher: CipherAlgorithm,
  tokenReference: string,
  data: Uint8Array,
): string {
  return `<e:EncryptedData xmlns:e="${XENC}" Id="${id}" Type="${XENC}${target}"><e:EncryptionMethod Algorithm="${cipher.uri}"/><ds:KeyInfo xmlns:ds="${DS}">${tokenReference}</ds:KeyInfo><e:CipherData><e:CipherValue>${encodeBase64(data)}</e:CipherValue></e:CipherData></e:EncryptedData>`;
}

/** xenc:ReferenceList as a child of wsse:Security. */
export function writeReferenceList(ids: readonly string[]): string {
  return `<e:ReferenceList xmlns:e="${XENC}">${ids.map((id) => `<e:DataReference URI="#${id}"/>`).join('')}</e:ReferenceList>`;
}
