/** The namespaces that we write, under the prefixes that WCF gives them, and the names that more than one writer needs. */
import type { QualifiedName } from '@parley/codec';
import { NAMESPACE_URIS, NamespaceBinding } from '@parley/codec';
import { Namespace, UNQUALIFIED } from '@parley/codec/internal';
import type { SamlVersion, Version } from '@parley/core';
import { VERSION_URIS } from '@parley/core/internal';

export const WSSE: NamespaceBinding = bound('o', Namespace.wsse);
export const WSSE11: NamespaceBinding = bound('k', Namespace.wsse11);
export const WSU: NamespaceBinding = bound('u', Namespace.wsu);
export const DS: NamespaceBinding = bound('ds', Namespace.ds);
export const DSIG11: NamespaceBinding = bound('ds11', Namespace.dsig11);
export const XENC: NamespaceBinding = bound('e', Namespace.xenc);
export const XENC11: NamespaceBinding = bound('e11', Namespace.xenc11);

/** SAML of each version. */
export const SAML: Readonly<Record<SamlVersion, NamespaceBinding>> = {
  '1.1': bound('saml', Namespace.saml11),
  '2.0': bound('saml', Namespace.saml20),
};

/** WS-SecureConversation of each generation. */
export const CONVERSATION: Readonly<Record<Version, NamespaceBinding>> = {
  '200512': new NamespaceBinding('c', VERSION_URIS['200512'].conversation),
  '200502': new NamespaceBinding('c', VERSION_URIS['200502'].conversation),
};

export const EXCLUSIVE_C14N: string = NAMESPACE_URIS[Namespace.ec]!;

export const ALGORITHM: QualifiedName = UNQUALIFIED.name('Algorithm');
export const ENCODING_TYPE: QualifiedName = UNQUALIFIED.name('EncodingType');
export const ID: QualifiedName = UNQUALIFIED.name('Id');
export const KEY_INFO: QualifiedName = DS.name('KeyInfo');
export const TYPE: QualifiedName = UNQUALIFIED.name('Type');
export const URI: QualifiedName = UNQUALIFIED.name('URI');
export const VALUE_TYPE: QualifiedName = UNQUALIFIED.name('ValueType');
export const WSU_ID: QualifiedName = WSU.name('Id');

/** The namespace of the vocabulary under `prefix`. */
export function bound(prefix: string, namespace: Namespace): NamespaceBinding {
  return new NamespaceBinding(prefix, NAMESPACE_URIS[namespace]!);
}
