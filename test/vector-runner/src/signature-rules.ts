/** What a strict reader refuses about a signature before it computes anything, in the words of the manifests. */
import type { Tape } from '@parley/codec';
import { canonicalMethod } from './canonical-method.ts';
import { fragmentRefusals, isFragment } from './reference-target.ts';
import type { ReferenceClaim, SignatureClaim } from './signature-claim.ts';
import { descendants } from './signature-claim.ts';

export const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
export const XPATH = 'http://www.w3.org/TR/1999/REC-xpath-19991116';
const XSLT = 'http://www.w3.org/TR/1999/REC-xslt-19991116';
const XPATH_FILTER2 = 'http://www.w3.org/2002/06/xmldsig-filter2';
export const BASE64 = 'http://www.w3.org/2000/09/xmldsig#base64';

const FORBIDDEN_DIGEST = /#(md5|ripemd160)$/;
const FORBIDDEN_SIGNATURE = /(#dsa-|md5$|ripemd160$)/;
const TRANSFORM_NAMES: ReadonlyMap<string, string> = new Map([
  [XPATH, 'XPath transform'],
  [XSLT, 'XSLT transform'],
  [XPATH_FILTER2, 'XPath Filter 2 transform'],
]);

/** The reasons to refuse the signature; empty when there is none. */
export function refusalsOf(tape: Tape, signature: SignatureClaim): readonly string[] {
  const reasons: string[] = [];
  const refuseIf = (condition: boolean, reason: string): void => {
    if (condition) reasons.push(reason);
  };
  const { algorithm, element } = signature;
  const { algorithm: canonicalization } = signature.canonicalization;
  refuseIf(canonicalMethod(canonicalization) === undefined, `canonicalization method ${canonicalization}`);
  refuseIf(FORBIDDEN_SIGNATURE.test(algorithm), `signature algorithm ${algorithm}`);
  refuseIf(signature.hmacOutputLength !== undefined, 'HMACOutputLength present');
  refuseIf(descendants(tape, element, 'RetrievalMethod').length > 0, 'RetrievalMethod');
  refuseIf(descendants(tape, element, 'Manifest').length > 0, 'ds:Manifest');
  refuseIf(descendants(tape, 0, 'SignedInfo').length > descendants(tape, 0, 'Signature').length, 'stray SignedInfo');
  const isDer = algorithm.includes('#ecdsa-') && isDerSequence(signature.value);
  refuseIf(isDer, 'ECDSA SignatureValue is ASN.1 DER; XML-DSig requires raw r||s');
  for (const reference of signature.references) reasons.push(...referenceRefusals(tape, reference));
  return [...new Set(reasons)];
}

function referenceRefusals(tape: Tape, { uri, transforms, digestAlgorithm }: ReferenceClaim): readonly string[] {
  const reasons: string[] = [];
  if (FORBIDDEN_DIGEST.test(digestAlgorithm)) reasons.push(`digest algorithm ${digestAlgorithm}`);
  if (uri?.startsWith('#xpointer(') === true) reasons.push('xpointer Reference');
  else if (uri === undefined || (uri !== '' && !isFragment(uri))) reasons.push('external Reference URI');
  else if (uri !== '') reasons.push(...fragmentRefusals(tape, uri));
  for (const { algorithm } of transforms) {
    if (algorithm === ENVELOPED || algorithm === BASE64 || canonicalMethod(algorithm) !== undefined) continue;
    reasons.push(TRANSFORM_NAMES.get(algorithm) ?? `transform ${algorithm}`);
  }
  return reasons;
}

/** Whether `octets` are one DER SEQUENCE of less than 256 octets: r||s is that by chance once in 65,536 times. */
function isDerSequence(octets: Uint8Array): boolean {
  const [tag, length = 0, longLength = 0] = octets;
  return tag === 0x30 && (octets.length === length + 2 || (length === 0x81 && octets.length === longLength + 3));
}
