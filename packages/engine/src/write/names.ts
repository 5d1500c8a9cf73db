/** Prefixes that we write with, bound where they are used: every piece of XML we make carries its own declarations. */
import { NAMESPACE_URIS, Namespace } from '@parley/codec';

export const WSSE: string = NAMESPACE_URIS[Namespace.wsse]!;
export const WSU: string = NAMESPACE_URIS[Namespace.wsu]!;
export const DS: string = NAMESPACE_URIS[Namespace.ds]!;
export const XENC: string = NAMESPACE_URIS[Namespace.xenc]!;
export const EXCLUSIVE_C14N: string = NAMESPACE_URIS[Namespace.ec]!;
