/** Writes wst:RequestSecurityTokenResponse (WS-Trust §2.1, §2.2): the answers of an issuer. */
import type { Attribute, CanonicalElement } from '@parley/codec';
import { XmlWriter } from '@parley/codec';
import type { Secret, Version } from '@parley/core';
import { VERSION_URIS } from '@parley/core/internal';
import { writeContextReference, writeSecurityContextToken } from '@parley/engine/internal';
import type { ExchangeElements } from './exchange-elements.ts';
import { writeExchange } from './exchange-elements.ts';
import type { KeyEncryption } from './key-element.ts';
import { writeKeyElement } from './key-element.ts';
import { writeLifetime } from './lifetime.ts';
import { CONTEXT_ATTRIBUTE, trustNames } from './names.ts';
import type { Represented } from './on-behalf-of.ts';
import { writeOnBehalfOf } from './on-behalf-of.ts';
import type { ContextName } from './token-reference.ts';

/** What an issued or renewed token is answered with. */
export interface TokenResponseParts {
  readonly version: Version;
  readonly context: string | undefined;
  readonly token: ContextName;
  /** What the token carries beside its name. */
  readonly tokenState?: Uint8Array | undefined;
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
  /** None where the key stays as it is. */
  readonly keySizeBits?: number | undefined;
  /** Whose it is, where an issuer tells others of it. */
  readonly onBehalfOf?: Represented | undefined;
  /** The last element of a negotiation, if it has one. */
  readonly exchange?: ExchangeElements | undefined;
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
  'IssuedTokens',
  'Authenticator',
  'CombinedHash',
]);

/** Writes the response to Issue, Renew and Amend into a Body, in WCF's order (protocol: §9.1, §12.1). */
export function writeTokenResponse(writer: XmlWriter, parts: TokenResponseParts): void {
  openCollection(writer, parts.version);
  writeResponse(writer, parts);
  closeCollection(writer, parts.version);
}

/** The header block of an unsolicited response (WS-Trust §4.5): a document of its own, to be put into an envelope. */
export function issuedTokensHeader(parts: TokenResponseParts): Uint8Array {
  const writer = new XmlWriter();
  writer.open(NAMES[parts.version].IssuedTokens);
  writeResponse(writer, parts);
  return writer.close().take();
}

/** A leg of a negotiation that goes on: an RSTR alone, in a Body. */
export function writeLeg(
  writer: XmlWriter,
  version: Version,
  context: string | undefined,
  exchange: ExchangeElements,
): void {
  writer.open(NAMES[version].RequestSecurityTokenResponse, contextAttribute(context));
  writeExchange(writer, version, exchange);
  writer.close();
}

/** The RSTR of {@link writeTokenResponse} alone; for a negotiation, whose Authenticator covers it. */
export function responseElement(parts: TokenResponseParts): Uint8Array {
  const writer = new XmlWriter();
  writeResponse(writer, parts);
  return writer.take();
}

/** The end of a negotiation: the RSTR that was written, and what binds it to all that went before (WS-Trust §9.5). */
export function writeNegotiated(
  writer: XmlWriter,
  { version, context }: Pick<TokenResponseParts, 'version' | 'context'>,
  response: CanonicalElement,
  combinedHash: Uint8Array,
): void {
  const names = NAMES[version];
  writer.open(names.RequestSecurityTokenResponseCollection).repeat(response);
  writer.open(names.RequestSecurityTokenResponse, contextAttribute(context));
  writer.open(names.Authenticator).open(names.CombinedHash).base64(combinedHash);
  writer.close().close().close().close();
}

function writeResponse(writer: XmlWriter, parts: TokenResponseParts): void {
  const { version, token, tokenId, tokenState } = parts;
  const uris = VERSION_URIS[version];
  const names = NAMES[version];
  writer.open(names.RequestSecurityTokenResponse, contextAttribute(parts.context));
  writer.element(names.TokenType, uris.sct).open(names.RequestedSecurityToken);
  writeSecurityContextToken(writer, version, tokenId, token.identifier, token.instance, tokenState);
  writer.close();
  if (parts.appliesTo !== undefined) writer.repeat(parts.appliesTo);
  writer.open(names.RequestedAttachedReference);
  writeContextReference(writer, version, { tokenId, instance: token.instance });
  writer.close().open(names.RequestedUnattachedReference);
  writeContextReference(writer, version, token);
  writer.close();
  writeProof(writer, parts);
  writeLifetime(writer, version, parts.createdAtMs, parts.expiresAtMs);
  if (parts.keySizeBits !== undefined) writer.element(names.KeySize, String(parts.keySizeBits));
  if (parts.onBehalfOf !== undefined) writeOnBehalfOf(writer, version, parts.onBehalfOf);
  if (parts.exchange !== undefined) writeExchange(writer, version, parts.exchange);
  writer.close();
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
  openCollection(writer, version);
  writer.open(NAMES[version].RequestSecurityTokenResponse, contextAttribute(context));
  writer.element(NAMES[version].RequestedTokenCancelled, '').close();
  closeCollection(writer, version);
}

// spec: WS-Trust §2.2, a final response stands in a collection since 200512.
function openCollection(writer: XmlWriter, version: Version): void {
  if (version === '200512') writer.open(NAMES[version].RequestSecurityTokenResponseCollection);
}

function closeCollection(writer: XmlWriter, version: Version): void {
  if (version === '200512') writer.close();
}

function contextAttribute(context: string | undefined): readonly Attribute[] {
  return context === undefined ? [] : [[CONTEXT_ATTRIBUTE, context]];
}
