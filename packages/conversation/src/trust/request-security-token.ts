/** wst:RequestSecurityToken (WS-Trust §2.1) as the SCT bindings use it. */

import type { Tape } from '@parley/codec';
import {
  attributeNamed,
  canonicalise,
  firstChild,
  isNamed,
  localName,
  NAMESPACE_URIS,
  Namespace,
  nextSibling,
  OctetSink,
} from '@parley/codec';
import type { Limits, Secret, Version, VersionUris } from '@parley/core';
import { Fault, VERSION_URIS } from '@parley/core';
import { attributeValue, literalText, requireElementOnly, structureInvalid } from '@parley/engine';
import type { XmlWriter } from '../soap/xml-writer.ts';
import { readBinarySecret, writeBinarySecret } from './binary-secret.ts';
import { childNames, readChildren, soleChild } from './child-elements.ts';
import type { Lifetime } from './lifetime.ts';
import { readLifetime, writeLifetime } from './lifetime.ts';
import type { ContextName } from './token-reference.ts';
import { readContextName, writeUnattachedReference } from './token-reference.ts';

export type RequestType = 'Issue' | 'Renew' | 'Cancel';

export interface SecurityTokenRequest {
  readonly version: Version;
  /** The Context attribute: every response must repeat it. */
  readonly context: string | undefined;
  readonly tokenType: string | undefined;
  readonly requestType: RequestType | undefined;
  /** Canonical octets of AppliesTo, to be echoed. */
  readonly appliesTo: Uint8Array | undefined;
  /** Owned by whoever reads the request: wipe it. */
  readonly entropy: Secret | undefined;
  readonly keySizeBits: number | undefined;
  readonly computedKeyAlgorithm: string | undefined;
  readonly lifetime: Lifetime | undefined;
  readonly renewing: { readonly allow: boolean; readonly ok: boolean } | undefined;
  readonly renewTarget: ContextName | undefined;
  readonly cancelTarget: ContextName | undefined;
}

const REQUEST = localName('RequestSecurityToken');
const CONTEXT = localName('Context');
const ALLOW = localName('Allow');
const OK = localName('OK');
const APPLIES_TO = localName('AppliesTo');
const CHILDREN = childNames([
  'TokenType',
  'RequestType',
  'Entropy',
  'KeySize',
  'ComputedKeyAlgorithm',
  'KeyType',
  'Lifetime',
  'Renewing',
  'RenewTarget',
  'CancelTarget',
]);
const URI_BYTES_MAX = 1024;
const APPLIES_TO_BYTES_MAX = 4096;
const REQUEST_TYPES: readonly RequestType[] = ['Issue', 'Renew', 'Cancel'];

/**
 * Reads the RST that is the one child of a Body. Unknown children are ignored; what a client may not choose (an
 * Identifier, a whole key) is among them.
 *
 * @throws Fault `peer.trust-invalid-request` not such an RST, of another generation, or asking what nobody can give;
 * `peer.encoding-invalid`, `peer.timestamp-invalid`, `peer.limit-value`
 */
export function readRequest(tape: Tape, body: number, version: Version, limits: Limits): SecurityTokenRequest {
  const uris = VERSION_URIS[version];
  const element = soleChild(tape, body, 'soap:Body');
  if (!isNamed(tape, element, version === '200512' ? Namespace.wst : Namespace.wst05, REQUEST))
    throw invalidRequest('not an RST of this generation');
  const children = readChildren(tape, element, CHILDREN);
  const context = attributeNamed(tape, element, Namespace.none, CONTEXT);
  const text = (name: keyof typeof CHILDREN): string | undefined => optionalText(tape, children[name], name);
  requireSymmetricKey(text('KeyType'), uris);
  const partial = {
    version,
    context: context < 0 ? undefined : boundedContext(attributeValue(tape, context, URI_BYTES_MAX + 1)),
    tokenType: text('TokenType'),
    requestType: requestTypeOf(text('RequestType'), uris),
    appliesTo: appliesToOf(tape, element),
    keySizeBits: keySizeOf(text('KeySize')),
    computedKeyAlgorithm: text('ComputedKeyAlgorithm'),
    lifetime: children.Lifetime === undefined ? undefined : readLifetime(tape, children.Lifetime),
    renewing: children.Renewing === undefined ? undefined : renewingOf(tape, children.Renewing),
    renewTarget:
      children.RenewTarget === undefined ? undefined : readContextName(tape, children.RenewTarget, uris, limits),
    cancelTarget:
      children.CancelTarget === undefined ? undefined : readContextName(tape, children.CancelTarget, uris, limits),
  };
  // Last, so that nothing is thrown past a secret.
  return {
    ...partial,
    entropy: children.Entropy === undefined ? undefined : readBinarySecret(tape, children.Entropy, 'Entropy'),
  };
}

/** What the writer needs; everything else of an RST is left to its default. */
export interface SecurityTokenRequestParts {
  readonly version: Version;
  readonly requestType: RequestType;
  readonly context?: string | undefined;
  readonly entropy?: Secret | undefined;
  readonly keySizeBits?: number | undefined;
  readonly lifetime?: { readonly createdAtMs: number; readonly expiresAtMs: number } | undefined;
  readonly appliesTo?: string | undefined;
  readonly renewable?: 'never' | 'after-expiry' | undefined;
  /** RenewTarget or CancelTarget, by the request type. */
  readonly target?: ContextName | undefined;
}

const POLICY = NAMESPACE_URIS[Namespace.wsp] as string;

/** Writes an RST into a Body (protocol: §12.1, §12.2, §12.4). */
export function writeRequest(writer: XmlWriter, parts: SecurityTokenRequestParts): void {
  const uris = VERSION_URIS[parts.version];
  writer.open('t:RequestSecurityToken', {
    'xmlns:t': uris.trust,
    ...(parts.context === undefined ? {} : { Context: parts.context }),
  });
  if (parts.requestType !== 'Cancel') writer.element('t:TokenType', uris.sct);
  writer.element('t:RequestType', `${uris.trust}/${parts.requestType}`);
  if (parts.appliesTo !== undefined) {
    writer.open('p:AppliesTo', { 'xmlns:p': POLICY }).open('a:EndpointReference');
    writer.element('a:Address', parts.appliesTo).close('a:EndpointReference').close('p:AppliesTo');
  }
  if (parts.entropy !== undefined) {
    writer.open('t:Entropy');
    writeBinarySecret(writer, uris, parts.entropy, 'Nonce');
    writer.close('t:Entropy');
  }
  if (parts.keySizeBits !== undefined) writer.element('t:KeySize', String(parts.keySizeBits));
  if (parts.entropy !== undefined) writer.element('t:ComputedKeyAlgorithm', uris.computedKeyPSha1);
  if (parts.lifetime !== undefined) writeLifetime(writer, parts.lifetime.createdAtMs, parts.lifetime.expiresAtMs);
  if (parts.renewable === 'never') writer.empty('t:Renewing', { Allow: 'false' });
  if (parts.renewable === 'after-expiry') writer.empty('t:Renewing', { OK: 'true' });
  if (parts.target !== undefined) {
    const name = parts.requestType === 'Renew' ? 't:RenewTarget' : 't:CancelTarget';
    writer.open(name);
    writeUnattachedReference(writer, uris, parts.target);
    writer.close(name);
  }
  writer.close('t:RequestSecurityToken');
}

/** The refusal of a request that nobody can fulfil (WS-Trust §2.7). */
export function invalidRequest(reason: string): Fault {
  return new Fault('peer.trust-invalid-request', { reason });
}

function optionalText(tape: Tape, element: number | undefined, name: string): string | undefined {
  return element === undefined ? undefined : literalText(tape, element, name, URI_BYTES_MAX);
}

function boundedContext(text: string): string {
  if (text.length > URI_BYTES_MAX) throw new Fault('peer.limit-value', { attribute: 'Context' });
  return text;
}

function requestTypeOf(text: string | undefined, uris: VersionUris): RequestType | undefined {
  if (text === undefined) return undefined;
  const found = REQUEST_TYPES.find((type) => text === `${uris.trust}/${type}`);
  if (found === undefined) throw invalidRequest('RequestType');
  return found;
}

function requireSymmetricKey(keyType: string | undefined, uris: VersionUris): void {
  if (keyType !== undefined && keyType !== `${uris.trust}/SymmetricKey`) throw invalidRequest('KeyType');
}

function keySizeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === '' || text.length > 10 || [...text].some((digit) => digit < '0' || digit > '9'))
    throw invalidRequest('KeySize');
  return Number(text);
}

function renewingOf(tape: Tape, element: number): { readonly allow: boolean; readonly ok: boolean } {
  return { allow: booleanAttribute(tape, element, ALLOW, true), ok: booleanAttribute(tape, element, OK, false) };
}

function booleanAttribute(tape: Tape, element: number, local: Uint8Array, absent: boolean): boolean {
  const attribute = attributeNamed(tape, element, Namespace.none, local);
  if (attribute < 0) return absent;
  const text = attributeValue(tape, attribute, 16).trim();
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw structureInvalid(tape, element, 'not a boolean');
}

function appliesToOf(tape: Tape, request: number): Uint8Array | undefined {
  for (let child = firstChild(tape, request); child >= 0; child = nextSibling(tape, child)) {
    if (!(isNamed(tape, child, Namespace.wsp, APPLIES_TO) || isNamed(tape, child, Namespace.wsp15, APPLIES_TO)))
      continue;
    requireElementOnly(tape, child, 'AppliesTo');
    const sink = new OctetSink();
    sink.reset(APPLIES_TO_BYTES_MAX);
    canonicalise(tape, child, sink);
    sink.checkSize();
    return sink.bytes.slice(0, sink.length);
  }
  return undefined;
}
