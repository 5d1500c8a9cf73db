/** wst:RequestSecurityToken (WS-Trust §2.1) as the SCT bindings use it. */

import type { Tape, XmlWriter } from '@parley/codec';
import { CanonicalElement } from '@parley/codec';
import {
  attributeNamed,
  firstChild,
  isNamed,
  localName,
  Namespace,
  nextSibling,
  UNQUALIFIED,
} from '@parley/codec/internal';
import type { Limits, Secret, Version } from '@parley/core';
import { Fault } from '@parley/core';
import type { VersionUris } from '@parley/core/internal';
import { limitFault, VERSION_URIS } from '@parley/core/internal';
import type { CarriedKeyOpening } from '@parley/engine/internal';
import {
  attributeValue,
  bound,
  requireElementOnly,
  structureInvalid,
  trimmedText,
  writeContextReference,
} from '@parley/engine/internal';
import { ADDRESS, WSA } from '../soap/envelope-writer.ts';
import { childNames, readChildren, soleChild } from './child-elements.ts';
import type { ExchangeElements } from './exchange-elements.ts';
import { readExchange, writeExchange } from './exchange-elements.ts';
import type { KeyEncryption } from './key-element.ts';
import { readKeyElement, writeKeyElement } from './key-element.ts';
import type { Lifetime } from './lifetime.ts';
import { readLifetime, writeLifetime } from './lifetime.ts';
import { CONTEXT_ATTRIBUTE, trustNames } from './names.ts';
import type { ContextName } from './token-reference.ts';
import { readContextName } from './token-reference.ts';

/** `STSCancel`: the issuer ends a context of its own. */
export type RequestType = 'Issue' | 'Renew' | 'Cancel' | 'STSCancel';

export interface SecurityTokenRequest {
  readonly version: Version;
  /** The Context attribute: every response must repeat it. */
  readonly context: string | undefined;
  readonly tokenType: string | undefined;
  readonly requestType: RequestType | undefined;
  /** AppliesTo, to be echoed. */
  readonly appliesTo: CanonicalElement | undefined;
  /** The address in it, if there is one. */
  readonly scope: string | undefined;
  /** Owned by whoever reads the request: wipe it. */
  readonly entropy: Secret | undefined;
  readonly keySizeBits: number | undefined;
  readonly computedKeyAlgorithm: string | undefined;
  readonly lifetime: Lifetime | undefined;
  readonly renewing: { readonly allow: boolean; readonly ok: boolean } | undefined;
  readonly renewTarget: ContextName | undefined;
  readonly cancelTarget: ContextName | undefined;
  /** What begins a negotiation. */
  readonly exchange: ExchangeElements | undefined;
  /** The RST on the tape. */
  readonly element: number;
}

const REQUEST = localName('RequestSecurityToken');
const CONTEXT = localName('Context');
const ALLOW = localName('Allow');
const OK = localName('OK');
const APPLIES_TO = localName('AppliesTo');
const ADDRESS_LOCAL = localName('Address');
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
const REQUEST_TYPES: readonly RequestType[] = ['Issue', 'Renew', 'Cancel', 'STSCancel'];

/**
 * Reads the RST that is the one child of a Body. Unknown children are ignored; what a client may not choose (an
 * Identifier, a whole key) is among them.
 *
 * @throws Fault `peer.trust-bad-request` not an RST; `peer.trust-invalid-request` of another generation, or asking what nobody can
 * give;
 * `peer.encoding-invalid`, `peer.timestamp-invalid`, `peer.limit-value`; and what decrypting a key throws
 */
export function readRequest(
  tape: Tape,
  body: number,
  version: Version,
  limits: Limits,
  opening?: CarriedKeyOpening,
): SecurityTokenRequest {
  const uris = VERSION_URIS[version];
  const element = soleChild(tape, body, 'soap:Body');
  const [own, other] = version === '200512' ? [Namespace.wst, Namespace.wst05] : [Namespace.wst05, Namespace.wst];
  if (isNamed(tape, element, other, REQUEST)) throw invalidRequest('not an RST of this generation');
  if (!isNamed(tape, element, own, REQUEST)) throw new Fault('peer.trust-bad-request', { reason: 'not an RST' });
  const children = readChildren(tape, element, CHILDREN);
  const context = attributeNamed(tape, element, Namespace.none, CONTEXT);
  const rules = { limits, allowMixedGenerations: opening?.policy.allowMixedGenerations };
  const target = (parent: number | undefined): ContextName | undefined =>
    parent === undefined ? undefined : readContextName(tape, parent, uris, rules);
  const text = (name: keyof typeof CHILDREN): string | undefined => optionalText(tape, children[name], name);
  requireSymmetricKey(text('KeyType'), uris);
  const partial = {
    version,
    context: context < 0 ? undefined : boundedContext(attributeValue(tape, context, URI_BYTES_MAX + 1)),
    tokenType: text('TokenType'),
    requestType: requestTypeOf(text('RequestType'), uris),
    ...appliesToOf(tape, element),
    keySizeBits: keySizeOf(text('KeySize')),
    computedKeyAlgorithm: text('ComputedKeyAlgorithm'),
    lifetime: children.Lifetime === undefined ? undefined : readLifetime(tape, children.Lifetime),
    renewing: children.Renewing === undefined ? undefined : renewingOf(tape, children.Renewing),
    exchange: readExchange(tape, element),
    element,
    renewTarget: target(children.RenewTarget),
    cancelTarget: target(children.CancelTarget),
  };
  // Last, so that nothing is thrown past a secret.
  return {
    ...partial,
    entropy:
      children.Entropy === undefined
        ? undefined
        : readKeyElement(tape, children.Entropy, 'Entropy', opening, partial.keySizeBits),
  };
}

/** What the writer needs; everything else of an RST is left to its default. */
export interface SecurityTokenRequestParts {
  readonly version: Version;
  readonly requestType: RequestType;
  readonly context?: string | undefined;
  readonly entropy?: Secret | undefined;
  /** Of the entropy, if it is not to be readable by whoever can read the Body. */
  readonly encryptKey?: KeyEncryption | undefined;
  readonly keySizeBits?: number | undefined;
  readonly lifetime?: { readonly createdAtMs: number; readonly expiresAtMs: number } | undefined;
  readonly appliesTo?: string | undefined;
  readonly renewable?: 'never' | 'after-expiry' | undefined;
  /** RenewTarget or CancelTarget, by the request type. */
  readonly target?: ContextName | undefined;
  /** How the issuer names it, where that is not as we would. */
  readonly targetReference?: CanonicalElement | undefined;
  /** Begins a negotiation. */
  readonly exchange?: ExchangeElements | undefined;
}

const NAMES = trustNames([
  'RequestSecurityToken',
  'TokenType',
  'RequestType',
  'Entropy',
  'KeySize',
  'ComputedKeyAlgorithm',
  'Renewing',
  'RenewTarget',
  'CancelTarget',
]);
const APPLIES_TO_NAME = bound('p', Namespace.wsp).name('AppliesTo');
const ENDPOINT_REFERENCE = WSA.name('EndpointReference');
const ALLOW_NAME = UNQUALIFIED.name('Allow');
const OK_NAME = UNQUALIFIED.name('OK');

/** Writes an RST into a Body (protocol: §12.1, §12.2, §12.4). */
export function writeRequest(writer: XmlWriter, parts: SecurityTokenRequestParts): void {
  const { version, requestType, context } = parts;
  const uris = VERSION_URIS[version];
  const names = NAMES[version];
  writer.open(names.RequestSecurityToken, context === undefined ? [] : [[CONTEXT_ATTRIBUTE, context]]);
  if (requestType !== 'Cancel' && requestType !== 'STSCancel') writer.element(names.TokenType, uris.sct);
  writer.element(names.RequestType, `${uris.trust}/${requestType}`);
  if (parts.appliesTo !== undefined)
    writer.open(APPLIES_TO_NAME).open(ENDPOINT_REFERENCE).element(ADDRESS, parts.appliesTo).close().close();
  if (parts.entropy !== undefined) {
    writer.open(names.Entropy);
    writeKeyElement(writer, uris, parts.entropy, 'Nonce', parts.encryptKey);
    writer.close();
  }
  if (parts.keySizeBits !== undefined) writer.element(names.KeySize, String(parts.keySizeBits));
  if (parts.entropy !== undefined) writer.element(names.ComputedKeyAlgorithm, uris.computedKeyPSha1);
  if (parts.lifetime !== undefined)
    writeLifetime(writer, version, parts.lifetime.createdAtMs, parts.lifetime.expiresAtMs);
  if (parts.renewable === 'never') writer.element(names.Renewing, '', [[ALLOW_NAME, 'false']]);
  if (parts.renewable === 'after-expiry') writer.element(names.Renewing, '', [[OK_NAME, 'true']]);
  if (parts.target !== undefined) {
    writer.open(requestType === 'Renew' ? names.RenewTarget : names.CancelTarget);
    if (parts.targetReference === undefined) writeContextReference(writer, version, parts.target);
    else writer.repeat(parts.targetReference);
    writer.close();
  }
  if (parts.exchange !== undefined) writeExchange(writer, version, parts.exchange);
  writer.close();
}

/** The refusal of a request that nobody can fulfil (WS-Trust §2.7). */
export function invalidRequest(reason: string): Fault {
  return new Fault('peer.trust-invalid-request', { reason });
}

function optionalText(tape: Tape, element: number | undefined, name: string): string | undefined {
  return element === undefined ? undefined : trimmedText(tape, element, name, URI_BYTES_MAX, 'textBytesMax');
}

function boundedContext(text: string): string {
  if (text.length > URI_BYTES_MAX)
    throw limitFault('peer.limit-value', 'contextCharactersMax', URI_BYTES_MAX, text.length);
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

function appliesToOf(tape: Tape, request: number): Pick<SecurityTokenRequest, 'appliesTo' | 'scope'> {
  for (let child = firstChild(tape, request); child >= 0; child = nextSibling(tape, child)) {
    if (!(isNamed(tape, child, Namespace.wsp, APPLIES_TO) || isNamed(tape, child, Namespace.wsp15, APPLIES_TO)))
      continue;
    requireElementOnly(tape, child, 'AppliesTo');
    return { appliesTo: CanonicalElement.of(tape, child, APPLIES_TO_BYTES_MAX), scope: addressIn(tape, child) };
  }
  return { appliesTo: undefined, scope: undefined };
}

/** wsa:EndpointReference/wsa:Address, of either version. */
function addressIn(tape: Tape, appliesTo: number): string | undefined {
  const reference = firstChild(tape, appliesTo);
  if (reference < 0) return undefined;
  for (let child = firstChild(tape, reference); child >= 0; child = nextSibling(tape, child)) {
    if (isNamed(tape, child, Namespace.wsa, ADDRESS_LOCAL) || isNamed(tape, child, Namespace.wsa04, ADDRESS_LOCAL))
      return trimmedText(tape, child, 'wsa:Address', URI_BYTES_MAX, 'textBytesMax');
  }
  return undefined;
}
