// A message that `seal` wrote, taken apart and put together as text: templates for peers that fill them.

const SIGNATURE = /<ds:Signature .*<\/ds:Signature>/s;
const ENCRYPTED_DATA = /<e:EncryptedData .*?<\/e:EncryptedData>/gs;

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

/** The encrypted parts, in document order: the signature, if it is one, stands before the Body. */
export function encryptedDataOf(message: string): readonly EncryptedText[] {
  return [...message.matchAll(ENCRYPTED_DATA)].map(([text]) => ({
    id: / Id="([^"]+)"/.exec(text)?.[1] as string,
    text,
  }));
}

/** A template to sign: no digest, no MAC. */
export function blankSignature(message: string): string {
  return message
    .replace(/<ds:DigestValue>[^<]*</g, '<ds:DigestValue><')
    .replace(/<ds:SignatureValue>[^<]*</g, '<ds:SignatureValue><');
}

/** A template to encrypt into. */
export function blankCipherValue(encryptedData: string): string {
  return encryptedData.replace(/<e:CipherValue>[^<]*</, '<e:CipherValue><');
}
