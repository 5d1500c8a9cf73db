/** What a certificate says its key is for (extendedKeyUsage, RFC 5280 §4.2.1.12). */
import { Fault } from '../base/fault.ts';

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

/** Object identifiers of `purposes`, and of the one that stands for all. @throws Fault `caller.option-invalid` */
export function purposeIds(purposes: readonly KeyPurpose[]): ReadonlySet<string> {
  return new Set([ANY_PURPOSE, ...purposes.map(purposeId)]);
}

function purposeId(purpose: KeyPurpose): string {
  if (Object.hasOwn(PURPOSES, purpose)) return PURPOSES[purpose as KeyPurposeName];
  if (typeof purpose === 'string' && DOTTED.test(purpose)) return purpose;
  throw new Fault('caller.option-invalid', { option: 'trust.purposes', value: String(purpose).slice(0, 64) });
}
