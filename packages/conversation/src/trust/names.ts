/** WS-Trust as we write it, and the names that more than one writer needs. */

import { NamespaceBinding, type QualifiedName } from '@parley/codec';
import type { VersionedNames } from '@parley/codec/internal';
import { namesIn, UNQUALIFIED } from '@parley/codec/internal';
import type { Version } from '@parley/core';
import { VERSION_URIS } from '@parley/core/internal';

const TRUST: Readonly<Record<Version, NamespaceBinding>> = {
  '200512': new NamespaceBinding('t', VERSION_URIS['200512'].trust),
  '200502': new NamespaceBinding('t', VERSION_URIS['200502'].trust),
};

/** The Context attribute of requests and responses. */
export const CONTEXT_ATTRIBUTE: QualifiedName = UNQUALIFIED.name('Context');

/** Names of WS-Trust in each generation. */
export function trustNames<const Local extends string>(locals: readonly Local[]): VersionedNames<Version, Local> {
  return namesIn(TRUST, locals);
}
