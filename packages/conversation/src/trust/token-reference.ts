/** How trust messages name a context: an SCT, or an STR by Identifier and Instance (WS-SC §1.11). */

import type { Tape } from '@parley/codec';
import { isNamed, localName, Namespace, namespaceOf } from '@parley/codec';
import type { Limits, VersionUris } from '@parley/core';
import { isTokenReference, readSecurityContextToken, readTokenReference, structureInvalid } from '@parley/engine';
import { uriOf } from '../soap/envelope-writer.ts';
import type { XmlWriter } from '../soap/xml-writer.ts';
import { soleChild } from './child-elements.ts';

/** A context and one of its keys; exact, and absent only equals absent. */
export interface ContextName {
  readonly identifier: string;
  readonly instance: string | undefined;
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
export function readContextName(tape: Tape, parent: number, uris: VersionUris, limits: Limits): ContextName {
  const element = soleChild(tape, parent, 'a token target');
  if (isTokenReference(tape, element)) {
    const reference = readTokenReference(tape, element, limits);
    if (reference.target >= 0) return readToken(tape, reference.target, uris, limits);
    if (reference.identifier === undefined) throw structureInvalid(tape, element, 'a reference to no context');
    if (reference.version !== undefined && reference.version !== uris.version)
      throw structureInvalid(tape, element, 'generations mixed');
    return { identifier: reference.identifier, instance: reference.instance };
  }
  return readToken(tape, element, uris, limits);
}

function readToken(tape: Tape, element: number, uris: VersionUris, limits: Limits): ContextName {
  const expected = uris.version === '200512' ? Namespace.wsc : Namespace.wsc05;
  if (namespaceOf(tape, element) !== expected || !isNamed(tape, element, expected, SECURITY_CONTEXT_TOKEN)) {
    throw structureInvalid(tape, element, 'not a SecurityContextToken of this generation');
  }
  const { identifier, instance } = readSecurityContextToken(tape, element, limits);
  return { identifier, instance };
}

/** Writes an SCT with the given wsu:Id. */
export function writeToken(writer: XmlWriter, uris: VersionUris, name: ContextName, id: string): void {
  writer
    .open('c:SecurityContextToken', { 'u:Id': id, 'xmlns:c': uris.conversation })
    .element('c:Identifier', name.identifier);
  if (name.instance !== undefined) writer.element('c:Instance', name.instance);
  writer.close('c:SecurityContextToken');
}

/** Writes an STR to the token with the given wsu:Id in the same message. */
export function writeAttachedReference(writer: XmlWriter, uris: VersionUris, id: string): void {
  writeReference(writer, { URI: `#${id}`, ValueType: uris.sct });
}

/** Writes an STR to a context by name, which stands in any message. */
export function writeUnattachedReference(writer: XmlWriter, uris: VersionUris, name: ContextName): void {
  const instance = name.instance === undefined ? {} : { 'xmlns:c': uris.conversation, 'c:Instance': name.instance };
  writeReference(writer, { URI: name.identifier, ValueType: uris.sct, ...instance });
}

function writeReference(writer: XmlWriter, attributes: Readonly<Record<string, string>>): void {
  writer.open('o:SecurityTokenReference', { 'xmlns:o': uriOf(Namespace.wsse) });
  writer.empty('o:Reference', attributes).close('o:SecurityTokenReference');
}
