/** What a certificate says its key is for (extendedKeyUsage, RFC 5280 §4.2.1.12). */
import type { Kind } from '../options/kind.ts';
import { oneOf } from '../options/kind.ts';

const PURPOSES = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
  /** RFC 9336. */
  documentSigning: '1.3.6.1.5.5.7.3.36',
  /** The same, before RFC 9336. */
  microsoftDocumentSigning: '1.3.6.1.4.1.311.10.3.12',
} as const;

export type KeyPurposeName = keyof typeof PURPOSES;
/** By name, or as a dotted object identifier. */
export type KeyPurpose = KeyPurposeName | `${number}.${number}.${string}`;

/**
 * Those that let a certificate secure messages: WS-Security has none of its own, and these are for messages and documents,
 * or for who somebody is.
 */
export const MESSAGE_PURPOSES: readonly KeyPurposeName[] = [
  'clientAuth',
  'emailProtection',
  'documentSigning',
  'microsoftDocumentSigning',
];

const ANY_PURPOSE = '2.5.29.37.0';
const DOTTED = /^[0-2](?:\.\d+)+$/;

const NAMED = oneOf(Object.keys(PURPOSES));

export const KEY_PURPOSE: Kind<KeyPurpose> = {
  type: 'string',
  misfit: (value) => (typeof value === 'string' && DOTTED.test(value) ? undefined : NAMED.misfit(value)),
};

/** Object identifiers of `purposes`, and of the one that stands for all. */
export function purposeIds(purposes: readonly KeyPurpose[]): ReadonlySet<string> {
  return new Set([ANY_PURPOSE, ...purposes.map(purposeId)]);
}

function purposeId(purpose: KeyPurpose): string {
  return Object.hasOwn(PURPOSES, purpose) ? PURPOSES[purpose as KeyPurposeName] : purpose;
}
