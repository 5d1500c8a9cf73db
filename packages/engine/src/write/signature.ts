import type { DigestAlgorithm, MacAlgorithm } from '@parley/core';
import { DS, EXCLUSIVE_C14N } from './names.ts';

export interface SignedReference {
  readonly id: string;
  readonly digestBase64: string;
}

/**
 * The children of ds:SignedInfo in canonical form: the same text stands in the message and under the MAC.
 */
export function writeSignedInfoContent(
  mac: MacAlgorithm,
  digest: DigestAlgorithm,
  references: readonly SignedReference[],
): string {
  const transforms = `<ds:Transforms><ds:Transform Algorithm="${EXCLUSIVE_C14N}"></ds:Transform></ds:Transforms>`;
  const method = `<ds:DigestMethod Algorithm="${digest.uri}"></ds:DigestMethod>`;
  const parts = references.map(
    ({ id, digestBase64 }) =>
      `<ds:Reference URI="#${id}">${transforms}${method}<ds:DigestValue>${digestBase64}</ds:DigestValue></ds:Reference>`,
  );
  return `<ds:CanonicalizationMethod Algorithm="${EXCLUSIVE_C14N}"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="${mac.uri}"></ds:SignatureMethod>${parts.join('')}`;
}

/** What the MAC is made over: exclusive C14N of SignedInfo, whose prefix is declared on its parent in the message. */
export function canonicalSignedInfo(content: string): string {
  return `<ds:SignedInfo xmlns:ds="${DS}">${content}</ds:SignedInfo>`;
}

/** ds:Signature (XML Signature §4.2). */
export function writeSignature(
  id: string,
  signedInfoContent: string,
  macBase64: string,
  tokenReference: string,
): string {
  return `<ds:Signature xmlns:ds="${DS}" Id="${id}"><ds:SignedInfo>${signedInfoContent}</ds:SignedInfo><ds:SignatureValue>${macBase64}</ds:SignatureValue><ds:KeyInfo>${tokenReference}</ds:KeyInfo></ds:Signature>`;
}
