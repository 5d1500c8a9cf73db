/** wst:RequestSecurityTokenResponse, alone or in its Collection (WS-Trust §2.1, §2.2). */

import type { CanonicalElement, Tape, XmlWriter } from '@parley/codec';
import { attributeNamed, isNamed, localName, Namespace } from '@parley/codec/internal';
import type { Limits, Secret, Version } from '@parley/core';
import type { VersionUris } from '@parley/core/internal';
import { VERSION_URIS } from '@parley/core/internal';
import type { CarriedKeyOpening } from '@parley/engine/internal';
import {
  attributeValue,
  structureInvalid,
  trimmedText,
  writeContextReference,
  writeSecurityContextToken,
} from '@parley/engine/internal';
import { childNames, readChildren, soleChild } from './child-elements.ts';
import type { KeyEncryption } from './key-element.ts';
import { readKeyElement, writeKeyElement } from './key-element.ts';
import type { Lifetime } from './lifetime.ts';
import { readLifetime, writeLifetime } from './lifetime.ts';
import { CONTEXT_ATTRIBUTE, trustNames } from './names.ts';
import type { ContextName } from './token-reference.ts';
import { readContextName, readExtendedToken, readTokenId } from './token-reference.ts';

/** A context as its issuer names it. */
export interface IssuedToken extends ContextName {
  /** wsu:Id of the token, by which some issuers look it up. */
  readonly tokenId: string | undefined;
  /** The token, where it has more in it than names. */
  readonly tokenElement: CanonicalElement | undefined;
}

export interface SecurityTokenResponse {
  readonly context: string | undefined;
  readonly tokenType: string | undefined;
  readonly token: IssuedToken | undefined;
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

/**
 * Reads the final response in a Body: in 200512 an RSTRC with one RSTR, in 200502 an RSTR.
 *
 * @throws Fault `peer.structure-invalid` another shape or generation; `peer.encoding-invalid`, `peer.limit-value`; and what
 *   decrypting a key throws
 */
export function readResponse(
  tape: Tape,
  body: number,
  version: Version,
  limits: Limits,
  opening?: CarriedKeyOpening,
): SecurityTokenResponse {
  const uris = VERSION_URIS[version];
  const element = responseElement(tape, body, version);
  const children = readChildren(tape, element, CHILDREN);
  const context = attributeNamed(tape, element, Namespace.none, CONTEXT);
  const { RequestedSecurityToken: token, RequestedProofToken: proof, KeySize: keySize, Lifetime: lifetime } = children;
  const computedKey = proof === undefined ? undefined : computedKeyOf(tape, proof);
  const partial = {
    context: context < 0 ? undefined : attributeValue(tape, context, URI_BYTES_MAX),
    tokenType:
      children.TokenType === undefined
        ? undefined
        : trimmedText(tape, children.TokenType, 'TokenType', URI_BYTES_MAX, 'textBytesMax'),
    token: token === undefined ? undefined : readIssuedToken(tape, token, uris, limits),
    computedKey,
    keySizeBits: keySize === undefined ? undefined : Number(trimmedText(tape, keySize, 'KeySize', 10, 'textBytesMax')),
    lifetime: lifetime === undefined ? undefined : readLifetime(tape, lifetime),
    isCancelled: children.RequestedTokenCancelled !== undefined,
  };
  // Last, so that nothing is thrown past a secret.
  const proofKey =
    proof === undefined || computedKey !== undefined
      ? undefined
      : readKeyElement(tape, proof, 'RequestedProofToken', opening);
  try {
    return {
      ...partial,
      proofKey,
      entropy: children.Entropy === undefined ? undefined : readKeyElement(tape, children.Entropy, 'Entropy', opening),
    };
  } catch (error) {
    proofKey?.wipe();
    throw error;
  }
}

function readIssuedToken(tape: Tape, parent: number, uris: VersionUris, limits: Limits): IssuedToken {
  const name = readContextName(tape, parent, uris, limits);
  return { ...name, tokenId: readTokenId(tape, parent), tokenElement: readExtendedToken(tape, parent, name) };
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
  return isComputed ? trimmedText(tape, child, 'ComputedKey', URI_BYTES_MAX, 'textBytesMax') : undefined;
}

/** What an issued or renewed token is answered with. */
export interface TokenResponseParts {
  readonly version: Version;
  readonly context: string | undefined;
  readonly token: ContextName;
  /** The token's wsu:Id: another one each time, for peers keep tokens by it. */
  readonly tokenId: string;
  /** Echoed. */
  readonly appliesTo: CanonicalElement | undefined;
  /** `entropy` is the issuer's half of a computed key, `key` the whole one; both borrowed. `undefined`: it is the requester's. */
  readonly proof: { readonly entropy: Secret } | { readonly key: Secret } | undefined;
  /** Of the key or the entropy, if it is not to be readable by whoever can read the Body. */
  readonly encryptKey?: KeyEncryption | undefined;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly keySizeBits: number;
}

const NAMES = trustNames([
  'RequestSecurityTokenResponseCollection',
  'RequestSecurityTokenResponse',
  'TokenType',
  'RequestedSecurityToken',
  'RequestedAttachedReference',
  'RequestedUnattachedReference',
  'RequestedProofToken',
  'ComputedKey',
  'Entropy',
  'KeySize',
  'RequestedTokenCancelled',
]);

/** Writes the response to Issue and Renew into a Body, in WCF's order (protocol: §9.1, §12.1). */
export function writeTokenResponse(writer: XmlWriter, parts: TokenResponseParts): void {
  const { version, token, tokenId } = parts;
  const uris = VERSION_URIS[version];
  const names = NAMES[version];
  openResponse(writer, version, parts.context);
  writer.element(names.TokenType, uris.sct).open(names.RequestedSecurityToken);
  writeSecurityContextToken(writer, version, tokenId, token.identifier, token.instance);
  writer.close();
  if (parts.appliesTo !== undefined) writer.repeat(parts.appliesTo);
  writer.open(names.RequestedAttachedReference);
  writeContextReference(writer, version, { tokenId, instance: token.instance });
  writer.close().open(names.RequestedUnattachedReference);
  writeContextReference(writer, version, token);
  writer.close();
  writeProof(writer, parts);
  writeLifetime(writer, version, parts.createdAtMs, parts.expiresAtMs);
  writer.element(names.KeySize, String(parts.keySizeBits));
  closeResponse(writer, version);
}

function writeProof(writer: XmlWriter, { version, proof, encryptKey }: TokenResponseParts): void {
  if (proof === undefined) return;
  const names = NAMES[version];
  const uris = VERSION_URIS[version];
  writer.open(names.RequestedProofToken);
  if ('entropy' in proof) {
    writer.element(names.ComputedKey, uris.computedKeyPSha1).close().open(names.Entropy);
    writeKeyElement(writer, uris, proof.entropy, 'Nonce', encryptKey);
  } else {
    writeKeyElement(writer, uris, proof.key, 'SymmetricKey', encryptKey);
  }
  writer.close();
}

/** Writes the response to Cancel into a Body (protocol: §12.4). */
export function writeCancelResponse(writer: XmlWriter, version: Version, context: string | undefined): void {
  openResponse(writer, version, context);
  writer.element(NAMES[version].RequestedTokenCancelled, '');
  closeResponse(writer, version);
}

// spec: WS-Trust §2.2, a final response stands in a collection since 200512.
function openResponse(writer: XmlWriter, version: Version, context: string | undefined): void {
  const names = NAMES[version];
  if (version === '200512') writer.open(names.RequestSecurityTokenResponseCollection);
  writer.open(names.RequestSecurityTokenResponse, context === undefined ? [] : [[CONTEXT_ATTRIBUTE, context]]);
}

function closeResponse(writer: XmlWriter, version: Version): void {
  writer.close();
  if (version === '200512') writer.close();
}
