import { Tape } from '@parley/codec';
import { localNameOf, Namespace, namespaceOf, readDocument } from '@parley/codec/internal';
import type { FaultCode, Version } from '@parley/core';
import { STR_TRANSFORM, VERSION_URIS } from '@parley/core/internal';
import type { Policy } from '@parley/engine';
import type { IdPolicy } from '@parley/engine/internal';
import type { DerivationClaim, KeyStep } from './describe-key.ts';
import { describeDerivation, describeKey, describeToken } from './describe-key.ts';
import { describeSequences } from './describe-sequences.ts';
import { attributeIn, childNamed, childrenOf, elementName, idOf, sizeOf, textIn } from './element-text.ts';
import { MessageIds } from './message-ids.ts';

/** What a message says of itself. Claims: nothing here was verified, and nothing was decrypted. */
export interface MessageDescription {
  readonly sizeBytes: number;
  /** `undefined` when the root is no SOAP envelope. */
  readonly soapVersion: '1.1' | '1.2' | undefined;
  readonly root: string;
  /** wsa headers by name. */
  readonly addressing: readonly { readonly name: string; readonly value: string | undefined }[];
  /** Other headers by name. */
  readonly headers: readonly string[];
  /** What the headers say about sequences, a line each. */
  readonly sequences: readonly string[];
  /** Children of wsse:Security in order; `undefined` without that header. */
  readonly security: readonly SecurityItem[] | undefined;
  readonly body: BodyDescription | undefined;
}

export interface BodyDescription {
  readonly id: string | undefined;
  readonly sizeBytes: number;
  readonly children: readonly string[];
  readonly encrypted: EncryptedDataDescription | undefined;
}

export interface EncryptedDataDescription {
  readonly id: string | undefined;
  /** `element` or `content`, after the Type attribute. */
  readonly target: string | undefined;
  readonly algorithm: string | undefined;
  readonly key: readonly KeyStep[];
}

export interface ReferenceDescription {
  readonly uri: string | undefined;
  /** Name of the element that the URI means to `open`; `undefined` when it means nothing here. */
  readonly covers: string | undefined;
  /** Why it means nothing: the code with which `open` refuses it. */
  readonly refused: FaultCode | undefined;
  /** STR-Transform: the token is covered that the element names. */
  readonly isTokenTransform: boolean;
  readonly digest: string | undefined;
}

export type SecurityItem =
  | { readonly kind: 'timestamp'; readonly created: string | undefined; readonly expires: string | undefined }
  | {
      readonly kind: 'security-context-token';
      readonly id: string | undefined;
      readonly identifier: string | undefined;
      readonly instance: string | undefined;
      readonly version: Version;
    }
  | {
      readonly kind: 'derived-key-token';
      readonly id: string | undefined;
      readonly derivation: DerivationClaim;
      readonly from: readonly KeyStep[];
    }
  | {
      readonly kind: 'signature';
      readonly id: string | undefined;
      readonly algorithm: string | undefined;
      readonly references: readonly ReferenceDescription[];
      readonly key: readonly KeyStep[];
    }
  | { readonly kind: 'reference-list'; readonly references: readonly ReferenceDescription[] }
  | ({ readonly kind: 'encrypted-data' } & EncryptedDataDescription)
  | { readonly kind: 'other'; readonly name: string; readonly id: string | undefined };

/**
 * Reads the structure of `message` (borrowed), also of one that would be refused.
 * @throws Fault what `readDocument` throws: `peer.xml-*`, `peer.encoding-forbidden`, `peer.limit-*` and others
 */
export function describeMessage(
  message: Uint8Array,
  policy: Pick<Policy, 'limits' | 'reader'> & IdPolicy,
): MessageDescription {
  const tape = new Tape();
  readDocument(message, policy.limits, tape, policy.reader, { processingInstructions: 'keep' });
  const ids = new MessageIds(tape, policy);
  const soap = namespaceOf(tape, 0);
  const soapVersion = soapVersionOf(tape, soap);
  const header = childNamed(tape, 0, soap, 'Header');
  const blocks = childrenOf(tape, header);
  const isAddressing = (block: number): boolean =>
    namespaceOf(tape, block) === Namespace.wsa || namespaceOf(tape, block) === Namespace.wsa04;
  const security = childNamed(tape, header, Namespace.wsse, 'Security');
  return {
    sizeBytes: message.length,
    soapVersion,
    root: elementName(tape, 0),
    addressing: blocks
      .filter(isAddressing)
      .map((block) => ({ name: elementName(tape, block), value: addressIn(tape, block) })),
    headers: blocks
      .filter((block) => !isAddressing(block) && block !== security)
      .map((block) => elementName(tape, block)),
    sequences: soapVersion === undefined ? [] : describeSequences(message, policy),
    security: security < 0 ? undefined : childrenOf(tape, security).map((item) => describeItem(tape, ids, item)),
    body: describeBody(tape, ids, childNamed(tape, 0, soap, 'Body')),
  };
}

function soapVersionOf(tape: Tape, soap: number): '1.1' | '1.2' | undefined {
  if (localNameOf(tape, 0) !== 'Envelope') return undefined;
  if (soap === Namespace.soap11) return '1.1';
  return soap === Namespace.soap12 ? '1.2' : undefined;
}

function addressIn(tape: Tape, block: number): string | undefined {
  return textIn(tape, block) ?? textIn(tape, childNamed(tape, block, namespaceOf(tape, block), 'Address'));
}

function describeBody(tape: Tape, ids: MessageIds, body: number): BodyDescription | undefined {
  if (body < 0) return undefined;
  const encrypted = childNamed(tape, body, Namespace.xenc, 'EncryptedData');
  return {
    id: idOf(tape, body),
    sizeBytes: sizeOf(tape, body),
    children: childrenOf(tape, body).map((child) => elementName(tape, child)),
    encrypted: encrypted < 0 ? undefined : describeEncrypted(tape, ids, encrypted),
  };
}

function describeItem(tape: Tape, ids: MessageIds, item: number): SecurityItem {
  const id = idOf(tape, item);
  const name = elementName(tape, item);
  switch (name) {
    case 'wsu:Timestamp':
      return { kind: 'timestamp', created: timeIn(tape, item, 'Created'), expires: timeIn(tape, item, 'Expires') };
    case 'wsc:SecurityContextToken':
      return { kind: 'security-context-token', id, ...describeToken(tape, item), version: versionOf(tape, item) };
    case 'wsc:DerivedKeyToken':
      return {
        kind: 'derived-key-token',
        id,
        derivation: describeDerivation(tape, item),
        from: describeKey(tape, ids, item),
      };
    case 'ds:Signature':
      return describeSignature(tape, ids, item, id);
    case 'xenc:ReferenceList':
      return {
        kind: 'reference-list',
        references: childrenOf(tape, item).map((child) => describeReference(tape, ids, child)),
      };
    case 'xenc:EncryptedData':
      return { kind: 'encrypted-data', ...describeEncrypted(tape, ids, item) };
    default:
      return { kind: 'other', name, id };
  }
}

function timeIn(tape: Tape, timestamp: number, local: string): string | undefined {
  return textIn(tape, childNamed(tape, timestamp, Namespace.wsu, local));
}

function versionOf(tape: Tape, token: number): Version {
  return namespaceOf(tape, token) === Namespace.wsc ? VERSION_URIS['200512'].version : VERSION_URIS['200502'].version;
}

function describeSignature(tape: Tape, ids: MessageIds, signature: number, id: string | undefined): SecurityItem {
  const signedInfo = childNamed(tape, signature, Namespace.ds, 'SignedInfo');
  const references = childrenOf(tape, signedInfo).filter((child) => elementName(tape, child) === 'ds:Reference');
  return {
    kind: 'signature',
    id,
    algorithm: attributeIn(tape, childNamed(tape, signedInfo, Namespace.ds, 'SignatureMethod'), 'Algorithm'),
    references: references.map((reference) => describeReference(tape, ids, reference)),
    key: describeKey(tape, ids, childNamed(tape, signature, Namespace.ds, 'KeyInfo')),
  };
}

function describeReference(tape: Tape, ids: MessageIds, reference: number): ReferenceDescription {
  const uri = attributeIn(tape, reference, 'URI');
  const { element, code } = ids.meantBy(reference);
  const digest = attributeIn(tape, childNamed(tape, reference, Namespace.ds, 'DigestMethod'), 'Algorithm');
  const covers = element < 0 ? undefined : elementName(tape, element);
  return { uri, covers, refused: code, isTokenTransform: isTokenTransform(tape, reference), digest };
}

function isTokenTransform(tape: Tape, reference: number): boolean {
  const transforms = childrenOf(tape, childNamed(tape, reference, Namespace.ds, 'Transforms'));
  return transforms.some((transform) => attributeIn(tape, transform, 'Algorithm') === STR_TRANSFORM);
}

function describeEncrypted(tape: Tape, ids: MessageIds, element: number): EncryptedDataDescription {
  const type = attributeIn(tape, element, 'Type');
  return {
    id: idOf(tape, element),
    target: type === undefined ? undefined : type.slice(type.lastIndexOf('#') + 1).toLowerCase(),
    algorithm: attributeIn(tape, childNamed(tape, element, Namespace.xenc, 'EncryptionMethod'), 'Algorithm'),
    key: describeKey(tape, ids, childNamed(tape, element, Namespace.ds, 'KeyInfo')),
  };
}
