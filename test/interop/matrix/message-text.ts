// A message that `seal` wrote, taken apart and put together as text: templates for peers that fill them.

const SIGNATURE = /<(\w+:)Signature[ >].*<\/\1Signature>/s;
const ENCRYPTED_DATA = /<(\w+:)EncryptedData[ >].*?<\/\1EncryptedData>/gs;

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

/** A template to sign: no digest, no MAC. */
export function blankSignature(message: string): string {
  return message.replace(/(DigestValue|SignatureValue)>[^<]*</g, '$1><');
}

/** A template to encrypt into. */
export function blankCipherValue(encryptedData: string): string {
  return encryptedData.replace(/CipherValue>[^<]*</, 'CipherValue><');
}
