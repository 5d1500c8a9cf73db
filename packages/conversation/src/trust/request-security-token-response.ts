/** wst:RequestSecurityTokenResponse, alone or in its Collection (WS-Trust §2.1, §2.2). */

import type { CanonicalElement, Tape } from '@parley/codec';
import { attributeNamed, firstChild, isNamed, localName, Namespace, nextSibling } from '@parley/codec/internal';
import type { Limits, Secret, Version } from '@parley/core';
import type { VersionUris } from '@parley/core/internal';
import { VERSION_URIS } from '@parley/core/internal';
import type { CarriedKeyOpening } from '@parley/engine/internal';
import {
  attributeValue,
  base64Octets,
  isEncryptedKey,
  requireElementOnly,
  structureInvalid,
  trimmedText,
} from '@parley/engine/internal';
import { childNames, readChildren, soleChild } from './child-elements.ts';
import type { ExchangeElements } from './exchange-elements.ts';
import { readExchange } from './exchange-elements.ts';
import type { IssuersReferences } from './issuers-references.ts';
import { readIssuersReferences } from './issuers-references.ts';
import { readKeyElement } from './key-element.ts';
import type { Lifetime } from './lifetime.ts';
import { readLifetime } from './lifetime.ts';
import type { Represented } from './on-behalf-of.ts';
import { readOnBehalfOf } from './on-behalf-of.ts';
import type { ContextName } from './token-reference.ts';
import { readContextName, readExtendedToken, readTokenId } from './token-reference.ts';

/** A context as its issuer names it. */
export interface IssuedToken extends ContextName {
  /** wsu:Id of the token, by which some issuers look it up. */
  readonly tokenId: string | undefined;
  /** The token, where it has more in it than names. */
  readonly tokenElement: CanonicalElement | undefined;
  readonly references: IssuersReferences;
}

export interface SecurityTokenResponse {
  readonly context: string | undefined;
  readonly tokenType: string | undefined;
  readonly token: IssuedToken | undefined;
  /** URI of the algorithm that makes the key of both entropies. */
  readonly computedKey: string | undefined;
  /** The issuer's whole key; owned by whoever reads the response: wipe it. */
  readonly proofKey: Secret | undefined;
  /** Whether {@link proofKey} was encrypted for us. */
  readonly isKeyEncrypted: boolean;
  /** The issuer's entropy; likewise. */
  readonly entropy: Secret | undefined;
  readonly keySizeBits: number | undefined;
  readonly lifetime: Lifetime | undefined;
  readonly isCancelled: boolean;
  /** Whose it is, where its sender is an issuer that tells of it. */
  readonly onBehalfOf: Represented | undefined;
  /** Of a negotiation: what goes on. */
  readonly exchange: ExchangeElements | undefined;
  /** wst:CombinedHash, where a second RSTR brings one: it ends a negotiation. */
  readonly combinedHash: Uint8Array | undefined;
  /** The RSTR on the tape. */
  readonly element: number;
}

/**
 * Where an RSTR stands (WS-Trust §2.2). `final`: since 200512 in an RSTRC; `leg`: alone, for the exchange goes on; `negotiated`: in
 * an RSTRC, before another with an Authenticator; `unsolicited`: alone, in an RSTRC, or in the header wst:IssuedTokens.
 */
export type ResponseShape = 'final' | 'leg' | 'negotiated' | 'unsolicited';

const COLLECTION = localName('RequestSecurityTokenResponseCollection');
const RESPONSE = localName('RequestSecurityTokenResponse');
const ISSUED_TOKENS = localName('IssuedTokens');
const AUTHENTICATOR = childNames(['Authenticator']);
const COMBINED_HASH = childNames(['CombinedHash']);
const COMPUTED_KEY = localName('ComputedKey');
const CONTEXT = localName('Context');
const CHILDREN = childNames([
  'TokenType',
  'RequestedSecurityToken',
  'RequestedAttachedReference',
  'RequestedUnattachedReference',
  'RequestedProofToken',
  'Entropy',
  'Lifetime',
  'KeySize',
  'RequestedTokenCancelled',
  'OnBehalfOf',
]);
const URI_BYTES_MAX = 1024;

/** How a response is read. */
export interface ResponseReading {
  readonly version: Version;
  readonly limits: Limits;
  /** Default: `final`. */
  readonly shape?: ResponseShape | undefined;
  /** With what EncryptedKeys in it are opened. */
  readonly opening?: CarriedKeyOpening | undefined;
  /** How large the key is if the response does not say so. */
  readonly keySizeBits?: number | undefined;
}

/**
 * Reads the response in `parent`, a Body or a wst:IssuedTokens.
 *
 * @throws Fault `peer.structure-invalid` another shape or generation; `peer.encoding-invalid`, `peer.limit-value`; and what
 *   decrypting a key throws
 */
export function readResponse(
  tape: Tape,
  parent: number,
  { version, limits, shape = 'final', opening, keySizeBits: asked }: ResponseReading,
): SecurityTokenResponse {
  const uris = VERSION_URIS[version];
  const [element, authenticator] = responseElements(tape, parent, version, shape);
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
    token: token === undefined ? undefined : readIssuedToken(tape, token, children, { uris, limits }),
    computedKey,
    keySizeBits: keySize === undefined ? undefined : Number(trimmedText(tape, keySize, 'KeySize', 10, 'textBytesMax')),
    lifetime: lifetime === undefined ? undefined : readLifetime(tape, lifetime),
    isKeyEncrypted: proof !== undefined && isEncryptedKey(tape, soleChild(tape, proof, 'RequestedProofToken')),
    isCancelled: children.RequestedTokenCancelled !== undefined,
    onBehalfOf: children.OnBehalfOf === undefined ? undefined : readOnBehalfOf(tape, children.OnBehalfOf),
    exchange: readExchange(tape, element),
    combinedHash: authenticator === undefined ? undefined : readCombinedHash(tape, authenticator),
    element,
  };
  const keyBits = partial.keySizeBits === 0 ? asked : (partial.keySizeBits ?? asked);
  // Last, so that nothing is thrown past a secret.
  const proofKey =
    proof === undefined || computedKey !== undefined
      ? undefined
      : readKeyElement(tape, proof, 'RequestedProofToken', opening, keyBits);
  try {
    return {
      ...partial,
      proofKey,
      entropy:
        children.Entropy === undefined
          ? undefined
          : readKeyElement(tape, children.Entropy, 'Entropy', opening, keyBits),
    };
  } catch (error) {
    proofKey?.wipe();
    throw error;
  }
}

function readIssuedToken(
  tape: Tape,
  parent: number,
  references: Partial<Record<'RequestedAttachedReference' | 'RequestedUnattachedReference', number>>,
  { uris, limits }: { readonly uris: VersionUris; readonly limits: Limits },
): IssuedToken {
  const name = readContextName(tape, parent, uris, { limits });
  const tokenId = readTokenId(tape, parent);
  const { RequestedAttachedReference: attached, RequestedUnattachedReference: unattached } = references;
  return {
    ...name,
    tokenId,
    tokenElement: readExtendedToken(tape, parent, name),
    references: readIssuersReferences(tape, { attached, unattached }, { ...name, tokenId, version: uris.version }),
  };
}

/** Whether a Body (the root of `tape`) holds an RSTRC: nothing goes on after it. */
export function isCollection(tape: Tape): boolean {
  const child = firstChild(tape, 0);
  return (
    child >= 0 && (isNamed(tape, child, Namespace.wst, COLLECTION) || isNamed(tape, child, Namespace.wst05, COLLECTION))
  );
}

/** The RSTR, and that with the Authenticator. */
function responseElements(
  tape: Tape,
  parent: number,
  version: Version,
  shape: ResponseShape,
): readonly [number, number | undefined] {
  const namespace = version === '200512' ? Namespace.wst : Namespace.wst05;
  const isNamedHere = (element: number, local: Uint8Array): boolean => isNamed(tape, element, namespace, local);
  const inCollection = isNamedHere(parent, ISSUED_TOKENS);
  const outer = inCollection ? parent : soleChild(tape, parent, 'soap:Body');
  const isCollected = inCollection || isNamedHere(outer, COLLECTION);
  const mustBe = shape === 'negotiated' || (shape === 'final' && version === '200512');
  // spec: §2.2. Alone, in 200512, it would be a leg of a negotiation that nobody began.
  if (shape === 'leg' ? isCollected : mustBe && !isCollected)
    throw structureInvalid(tape, outer, isCollected ? 'an RSTRC' : 'not an RSTRC');
  const first = isCollected ? firstChild(tape, outer) : outer;
  const second = isCollected && first >= 0 ? nextSibling(tape, first) : -1;
  const last = second < 0 ? second : nextSibling(tape, second);
  if (isCollected) requireElementOnly(tape, outer, 'RSTRC');
  if (first < 0 || !isNamedHere(first, RESPONSE) || (second >= 0 && !isNamedHere(second, RESPONSE)))
    throw structureInvalid(tape, outer, 'not an RSTR of this generation');
  if (last >= 0 || second >= 0 !== (shape === 'negotiated')) throw structureInvalid(tape, outer, 'RSTRs in an RSTRC');
  return [first, second < 0 ? undefined : second];
}

function readCombinedHash(tape: Tape, response: number): Uint8Array | undefined {
  const { Authenticator: authenticator } = readChildren(tape, response, AUTHENTICATOR);
  if (authenticator === undefined) return undefined;
  const { CombinedHash: hash } = readChildren(tape, authenticator, COMBINED_HASH);
  return hash === undefined ? undefined : base64Octets(tape, hash);
}

function computedKeyOf(tape: Tape, proof: number): string | undefined {
  const child = soleChild(tape, proof, 'RequestedProofToken');
  const isComputed =
    isNamed(tape, child, Namespace.wst, COMPUTED_KEY) || isNamed(tape, child, Namespace.wst05, COMPUTED_KEY);
  return isComputed ? trimmedText(tape, child, 'ComputedKey', URI_BYTES_MAX, 'textBytesMax') : undefined;
}
