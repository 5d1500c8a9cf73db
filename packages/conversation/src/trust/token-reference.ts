/** How trust messages name a context: an SCT, or an STR by Identifier and Instance (WS-SC §1.11). */

import type { Tape } from '@parley/codec';
import { CanonicalElement } from '@parley/codec';
import {
  attributeNamed,
  firstChild,
  isNamed,
  localName,
  Namespace,
  namespaceOf,
  nextSibling,
} from '@parley/codec/internal';
import type { Limits } from '@parley/core';
import type { VersionUris } from '@parley/core/internal';
import {
  attributeValue,
  isTokenReference,
  readSecurityContextToken,
  readTokenReference,
  structureInvalid,
} from '@parley/engine/internal';
import { soleChild } from './child-elements.ts';

/** A context and one of its keys; exact, and absent only equals absent. */
export interface ContextName {
  readonly identifier: string;
  readonly instance: string | undefined;
}

/** How names are read. */
export interface NameRules {
  readonly limits: Limits;
  /** interop: CXF cancels a context of 2005/02 by a token of 200512, if it was renewed as one. Default: false. */
  readonly allowMixedGenerations?: boolean | undefined;
}

const SECURITY_CONTEXT_TOKEN = localName('SecurityContextToken');

/** Whether both name the same key of the same context. */
export function isSameContext(left: ContextName, right: ContextName): boolean {
  return left.identifier === right.identifier && left.instance === right.instance;
}

/**
 * Reads the one child of RenewTarget, CancelTarget or RequestedSecurityToken: an SCT or (targets) an STR.
 * @throws Fault `peer.structure-invalid` another child, or a reference that names no context
 */
export function readContextName(tape: Tape, parent: number, uris: VersionUris, rules: NameRules): ContextName {
  const element = soleChild(tape, parent, 'a token target');
  if (isTokenReference(tape, element)) {
    // Generations are compared below, with that of the exchange.
    const reference = readTokenReference(tape, element, {
      limits: rules.limits,
      allowMixedGenerations: true,
      allowMistypedReferences: false,
    });
    if (reference.target >= 0) return readToken(tape, reference.target, uris, rules);
    if (reference.identifier === undefined) throw structureInvalid(tape, element, 'a reference to no context');
    const isMixed = reference.version !== undefined && reference.version !== uris.version;
    if (isMixed && rules.allowMixedGenerations !== true) throw structureInvalid(tape, element, 'generations mixed');
    return { identifier: reference.identifier, instance: reference.instance };
  }
  return readToken(tape, element, uris, rules);
}

const ID = localName('Id');
const ID_BYTES_MAX = 256;

/** wsu:Id of the token that is the one child of `parent`, if it has one. */
export function readTokenId(tape: Tape, parent: number): string | undefined {
  const id = attributeNamed(tape, soleChild(tape, parent, 'a token'), Namespace.wsu, ID);
  return id < 0 ? undefined : attributeValue(tape, id, ID_BYTES_MAX);
}

const TOKEN_BYTES_MAX = 16_384;

/** The token that is the one child of `parent`, if it has children that {@link ContextName} does not have. */
export function readExtendedToken(tape: Tape, parent: number, { instance }: ContextName): CanonicalElement | undefined {
  const token = soleChild(tape, parent, 'a token');
  let count = 0;
  for (let child = firstChild(tape, token); child >= 0; child = nextSibling(tape, child)) count++;
  const named = instance === undefined ? 1 : 2;
  return count > named ? CanonicalElement.of(tape, token, TOKEN_BYTES_MAX) : undefined;
}

function readToken(tape: Tape, element: number, uris: VersionUris, rules: NameRules): ContextName {
  const { limits, allowMixedGenerations } = rules;
  const expected = uris.version === '200512' ? Namespace.wsc : Namespace.wsc05;
  const namespace = namespaceOf(tape, element);
  const isMixed = allowMixedGenerations === true && (namespace === Namespace.wsc || namespace === Namespace.wsc05);
  if ((namespace !== expected && !isMixed) || !isNamed(tape, element, namespace, SECURITY_CONTEXT_TOKEN)) {
    throw structureInvalid(tape, element, 'not a SecurityContextToken of this generation');
  }
  const { identifier, instance } = readSecurityContextToken(tape, element, limits);
  return { identifier, instance };
}
