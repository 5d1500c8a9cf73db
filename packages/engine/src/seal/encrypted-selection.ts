/** What a request to seal says about encrypting. */
import type {
  AssertionSealRequest,
  AssertionToken,
  CertificateSealRequest,
  CertificateSignature,
  SealOptions,
} from './request.ts';

/** The part of a request that says whether anything is to be encrypted; no request has all of it. */
export type EncryptedSelection = Pick<
  SealOptions,
  'encrypt' | 'encryptHeaders' | 'encryptPayload' | 'username' | 'assertions' | 'endorse'
> &
  Partial<Pick<CertificateSealRequest, 'certificate'>> &
  Partial<Pick<AssertionSealRequest, 'assertion'>>;

/** Whether anything is to be encrypted. */
export function isEncrypting(request: EncryptedSelection): boolean {
  const { encrypt, encryptHeaders = [], encryptPayload = [] } = request;
  return encrypt !== 'none' || encryptHeaders.length > 0 || encryptPayload.length > 0 || isHidingTokens(request);
}

/** Whether tokens are. */
export function isHidingTokens(request: EncryptedSelection): boolean {
  const { certificate, endorse, username } = request;
  const isHidden = (signature: CertificateSignature | undefined): boolean => signature?.encryptToken === true;
  return (
    username?.encrypt === true ||
    isHidden(certificate) ||
    (endorse !== undefined && 'key' in endorse && isHidden(endorse)) ||
    assertionsOf(request).some(({ encrypt }) => encrypt === true)
  );
}

const NONE: readonly AssertionToken[] = [];

/** All assertions of a request: those that go along, and those whose holders sign. */
export function assertionsOf({
  assertions = NONE,
  assertion,
  endorse,
}: Partial<EncryptedSelection>): readonly AssertionToken[] {
  const endorsing = endorse !== undefined && 'assertion' in endorse ? endorse.assertion : undefined;
  // perf: asked several times of every message, and most have none.
  if (assertion === undefined && endorsing === undefined) return assertions;
  return [...assertions, assertion, endorsing].filter((token) => token !== undefined);
}
