// A message that `seal` wrote, taken apart and put together as text: templates for peers that fill them.

const SIGNATURE = /<(\w+:)Signature[ >].*<\/\1Signature>/s;
const ENCRYPTED_DATA = /<(\w+:)EncryptedData[ >].*?<\/\1EncryptedData>/gs;

const ENCRYPTED_KEY = /<(\w+:)EncryptedKey[ >].*?<\/\1EncryptedKey>/s;
const REFERENCE_LIST = /<(\w+:)ReferenceList[ >].*?<\/\1ReferenceList>/s;
const KEY_INFO = /<(\w+:)KeyInfo[ >].*?<\/\1KeyInfo>/s;

export interface EncryptedText {
  readonly id: string;
  readonly text: string;
}

export function signatureOf(message: string): string {
  return SIGNATURE.exec(message)?.[0] as string;
}

export function withoutSignature(message: string): string {
  return message.replace(SIGNATURE, '');
}

/** Ids that the signature refers to. A reference in KeyInfo is empty, one in SignedInfo is not. */
export function signedIdsOf(message: string): readonly string[] {
  return [...signatureOf(message).matchAll(/Reference URI="#([^"]+)">/g)].map(([, id = '']) => id);
}

/** What stands in the ds:KeyInfo of the signature. */
export function keyInfoOf(message: string): string {
  return /KeyInfo>(.*)<\/\w+:KeyInfo>/s.exec(signatureOf(message))?.[1] as string;
}

/** The encrypted parts, in document order: the signature, if it is one, stands before the Body. */
export function encryptedDataOf(message: string): readonly EncryptedText[] {
  return [...message.matchAll(ENCRYPTED_DATA)].map(([text]) => ({
    id: / Id="([^"]+)"/.exec(text)?.[1] as string,
    text,
  }));
}

/** The xenc:EncryptedKey. */
export function encryptedKeyOf(message: string): string {
  return ENCRYPTED_KEY.exec(message)?.[0] as string;
}

/** With the xenc:ReferenceList of the header inside the EncryptedKey. */
export function withListInKey(message: string): string {
  const [list] = REFERENCE_LIST.exec(message)!;
  const [start] = /<\/\w+:EncryptedKey>/.exec(message)!;
  return message.replace(list, '').replace(start, () => `${list}${start}`);
}

/** With the EncryptedKey, as it is without a name or a list, in the ds:KeyInfo of the first encrypted part. */
export function withKeyInside(message: string): string {
  const key = encryptedKeyOf(message).replace(KEY_INFO, '').replace(REFERENCE_LIST, '');
  const { text } = encryptedDataOf(message)[0]!;
  const inside = text.replace(KEY_INFO, (keyInfo) => {
    const [start, end] = [/^<[^>]*>/.exec(keyInfo)![0], /<[^<]*>$/.exec(keyInfo)![0]];
    return `${start}${key}${end}`;
  });
  return message.replace(text, () => inside).replace(encryptedKeyOf(message), '');
}

/** A template to sign: no digest, no MAC. */
export function blankSignature(message: string): string {
  return message.replace(/(DigestValue|SignatureValue)>[^<]*</g, '$1><');
}

/** A template to encrypt into. */
export function blankCipherValue(encryptedData: string): string {
  return encryptedData.replace(/CipherValue>[^<]*</, 'CipherValue><');
}
