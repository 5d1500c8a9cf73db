/** wst:RequestSecurityTokenResponse, alone or in its Collection (WS-Trust §2.1, §2.2). */

import type { Tape } from '@parley/codec';
import { attributeNamed, isNamed, localName, Namespace } from '@parley/codec';
import type { Limits, Secret, Version, VersionUris } from '@parley/core';
import { VERSION_URIS } from '@parley/core';
import { attributeValue, literalText, structureInvalid } from '@parley/engine';
import type { XmlWriter } from '../soap/xml-writer.ts';
import { readBinarySecret, writeBinarySecret } from './binary-secret.ts';
import { childNames, readChildren, soleChild } from './child-elements.ts';
import type { Lifetime } from './lifetime.ts';
import { readLifetime, writeLifetime } from './lifetime.ts';
import type { ContextName } from './token-reference.ts';
import { readContextName, writeAttachedReference, writeToken, writeUnattachedReference } from './token-reference.ts';

export interface SecurityTokenResponse {
  readonly context: string | undefined;
  readonly tokenType: string | undefined;
  readonly token: ContextName | undefined;
  /** URI of the algorithm that makes the key of both entropies. */
  readonly computedKey: string | undefined;
  /** The issuer's whole key; owned by whoever reads the response: wipe it. */
  readonly proofKey: Secret | undefined;
  /** The issuer's entropy; likewise. */
  readonly entropy: Secret | undefined;
  readonly keySizeBits: number | undefined;
  readonly lifetime: Lifetime | undefined;
  readonly isCancelled: boolean;
}

const COLLECTION = localName('RequestSecurityTokenResponseCollection');
const RESPONSE = localName('RequestSecurityTokenResponse');
const COMPUTED_KEY = localName('ComputedKey');
const CONTEXT = localName('Context');
const CHILDREN = childNames([
  'TokenType',
  'RequestedSecurityToken',
  'RequestedProofToken',
  'Entropy',
  'Lifetime',
  'KeySize',
  'RequestedTokenCancelled',
]);
const URI_BYTES_MAX = 1024;
const TOKEN_ID = '_sct';

/**
 * Reads the final response in a Body: in 200512 an RSTRC with one RSTR, in 200502 an RSTR.
 *
 * @throws Fault `peer.structure-invalid` another shape or generation; `peer.encoding-invalid`, `peer.limit-value`
 */
export function readResponse(tape: Tape, body: number, version: Version, limits: Limits): SecurityTokenResponse {
  const uris = VERSION_URIS[version];
  const element = responseElement(tape, body, version);
  const children = readChildren(tape, element, CHILDREN);
  const context = attributeNamed(tape, element, Namespace.none, CONTEXT);
  const { RequestedSecurityToken: token, RequestedProofToken: proof, KeySize: keySize, Lifetime: lifetime } = children;
  const computedKey = proof === undefined ? undefined : computedKeyOf(tape, proof);
  const partial = {
    context: context < 0 ? undefined : attributeValue(tape, context, URI_BYTES_MAX),
    tokenType:
      children.TokenType === undefined ? undefined : literalText(tape, children.TokenType, 'TokenType', URI_BYTES_MAX),
    token: token === undefined ? undefined : readContextName(tape, token, uris, limits),
    computedKey,
    keySizeBits: keySize === undefined ? undefined : Number(literalText(tape, keySize, 'KeySize', 10)),
    lifetime: lifetime === undefined ? undefined : readLifetime(tape, lifetime),
    isCancelled: children.RequestedTokenCancelled !== undefined,
  };
  // Last, so that nothing is thrown past a secret.
  const proofKey =
    proof === undefined || computedKey !== undefined ? undefined : readBinarySecret(tape, proof, 'RequestedProofToken');
  try {
    return {
      ...partial,
      proofKey,
      entropy: children.Entropy === undefined ? undefined : readBinarySecret(tape, children.Entropy, 'Entropy'),
    };
  } catch (error) {
    proofKey?.wipe();
    throw error;
  }
}

function responseElement(tape: Tape, body: number, version: Version): number {
  const namespace = version === '200512' ? Namespace.wst : Namespace.wst05;
  const outer = soleChild(tape, body, 'soap:Body');
  const isCollection = isNamed(tape, outer, namespace, COLLECTION);
  // spec: §2.2. interop: an RSTR alone in 200512 would be a leg of a negotiation that nobody began.
  if (version === '200512' && !isCollection) throw structureInvalid(tape, outer, 'not an RSTRC');
  const element = isCollection ? soleChild(tape, outer, 'RSTRC') : outer;
  if (!isNamed(tape, element, namespace, RESPONSE))
    throw structureInvalid(tape, element, 'not an RSTR of this generation');
  return element;
}

function computedKeyOf(tape: Tape, proof: number): string | undefined {
  const child = soleChild(tape, proof, 'RequestedProofToken');
  const isComputed =
    isNamed(tape, child, Namespace.wst, COMPUTED_KEY) || isNamed(tape, child, Namespace.wst05, COMPUTED_KEY);
  return isComputed ? literalText(tape, child, 'ComputedKey', URI_BYTES_MAX) : undefined;
}

/** What an issued or renewed token is answered with. */
export interface TokenResponseParts {
  readonly version: Version;
  readonly context: string | undefined;
  readonly token: ContextName;
  /** Canonical octets, echoed. */
  readonly appliesTo: Uint8Array | undefined;
  /** `entropy` is the issuer's half of a computed key, `key` the whole one; both borrowed. */
  readonly proof: { readonly entropy: Secret } | { readonly key: Secret };
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly keySizeBits: number;
}

/** Writes the response to Issue and Renew into a Body, in WCF's order (protocol: §9.1, §12.1). */
export function writeTokenResponse(writer: XmlWriter, parts: TokenResponseParts): void {
  const uris = VERSION_URIS[parts.version];
  openResponse(writer, uris, parts.context);
  writer.element('t:TokenType', uris.sct).open('t:RequestedSecurityToken');
  writeToken(writer, uris, parts.token, TOKEN_ID);
  writer.close('t:RequestedSecurityToken');
  if (parts.appliesTo !== undefined) writer.xml(parts.appliesTo);
  writer.open('t:RequestedAttachedReference');
  writeAttachedReference(writer, uris, TOKEN_ID);
  writer.close('t:RequestedAttachedReference').open('t:RequestedUnattachedReference');
  writeUnattachedReference(writer, uris, parts.token);
  writer.close('t:RequestedUnattachedReference').open('t:RequestedProofToken');
  if ('entropy' in parts.proof) {
    writer.element('t:ComputedKey', uris.computedKeyPSha1).close('t:RequestedProofToken').open('t:Entropy');
    writeBinarySecret(writer, uris, parts.proof.entropy, 'Nonce');
    writer.close('t:Entropy');
  } else {
    writeBinarySecret(writer, uris, parts.proof.key, 'SymmetricKey');
    writer.close('t:RequestedProofToken');
  }
  writeLifetime(writer, parts.createdAtMs, parts.expiresAtMs);
  writer.element('t:KeySize', String(parts.keySizeBits));
  closeResponse(writer, uris);
}

/** Writes the response to Cancel into a Body (protocol: §12.4). */
export function writeCancelResponse(writer: XmlWriter, version: Version, context: string | undefined): void {
  const uris = VERSION_URIS[version];
  openResponse(writer, uris, context);
  writer.empty('t:RequestedTokenCancelled');
  closeResponse(writer, uris);
}

function openResponse(writer: XmlWriter, uris: VersionUris, context: string | undefined): void {
  const echo = context === undefined ? {} : { Context: context };
  if (uris.version === '200512') {
    writer
      .open('t:RequestSecurityTokenResponseCollection', { 'xmlns:t': uris.trust })
      .open('t:RequestSecurityTokenResponse', echo);
  } else {
    writer.open('t:RequestSecurityTokenResponse', { 'xmlns:t': uris.trust, ...echo });
  }
}

function closeResponse(writer: XmlWriter, uris: VersionUris): void {
  writer.close('t:RequestSecurityTokenResponse');
  if (uris.version === '200512') writer.close('t:RequestSecurityTokenResponseCollection');
}
