/** How a wsse:SecurityTokenReference names a SAML assertion (WSS SAML Token Profile 1.1 §3.4). */
import type { Tape } from '@parley/codec';
import { attributeNamed, isNamed, localName, Namespace, namespaceOf, resolveId } from '@parley/codec/internal';
import type { SamlVersion } from '@parley/core';
import { Fault } from '@parley/core';
import { SAML_URIS } from '@parley/core/internal';
import { attributeIs, contentOf, trimmedOctets } from './claim.ts';
import { structureInvalid } from './shape-refusals.ts';
import { unresolvedId } from './unresolved-id.ts';

const ASSERTION = localName('Assertion');
const TOKEN_TYPE = localName('TokenType');
const VERSIONS = (['1.1', '2.0'] as const).map((version) => ({
  version,
  namespace: version === '1.1' ? Namespace.saml11 : Namespace.saml20,
  tokenType: localName(SAML_URIS[version].tokenType),
  keyIdentifier: localName(SAML_URIS[version].keyIdentifier),
}));

/** The version of SAML whose Assertion `element` is; `undefined` for other elements. */
export function samlVersionOf(tape: Tape, element: number): SamlVersion | undefined {
  const uri = namespaceOf(tape, element);
  // perf: asked of every token that is named, and nearly none is one.
  if (uri !== Namespace.saml11 && uri !== Namespace.saml20) return undefined;
  if (!isNamed(tape, element, uri, ASSERTION)) return undefined;
  return uri === Namespace.saml11 ? '1.1' : '2.0';
}

/** Whether the ValueType of a KeyIdentifier says that it holds the id of an assertion. */
export function isAssertionId(tape: Tape, valueType: number): boolean {
  return VERSIONS.some(({ keyIdentifier }) => attributeIs(tape, valueType, keyIdentifier));
}

/**
 * The assertion whose id the KeyIdentifier `element` holds, if its ValueType is that of such an id; else -1.
 * @throws Fault `peer.ref-unresolved` no element has this id; `peer.keyinfo-forbidden` it is not an assertion of this version
 */
export function resolveAssertionId(tape: Tape, element: number, valueType: number): number {
  const named = VERSIONS.find(({ keyIdentifier }) => attributeIs(tape, valueType, keyIdentifier));
  if (named === undefined) return -1;
  const { bytes, start, end } = trimmedOctets(tape, element, 'wsse:KeyIdentifier');
  const target = resolveId(tape, start, end, bytes);
  if (target < 0) throw unresolvedId(tape, bytes, start, end, contentOf(tape, element));
  if (!isNamed(tape, target, named.namespace, ASSERTION))
    throw new Fault('peer.keyinfo-forbidden', { reason: 'not an assertion of this version' });
  return target;
}

/**
 * Refuses an STR that says to name an assertion of another version than `target` is. interop: WCF leaves TokenType out.
 * @throws Fault `peer.structure-invalid`
 */
export function requireTokenType(tape: Tape, element: number, target: number): void {
  const version = target < 0 ? undefined : samlVersionOf(tape, target);
  if (version === undefined) return;
  const tokenType = attributeNamed(tape, element, Namespace.wsse11, TOKEN_TYPE);
  const { tokenType: expected } = VERSIONS.find((row) => row.version === version)!;
  if (tokenType >= 0 && !attributeIs(tape, tokenType, expected))
    throw structureInvalid(tape, element, 'TokenType and saml:Assertion are of two versions');
}
