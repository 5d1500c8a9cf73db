/**
 * STR-Transform (WSS §8.3, protocol §3.6): a signature covers the token that an STR names, in the place of the STR. Taken
 * for the STR of the signature's own key, so that the token is the very one that was resolved (T20), and for one that names an
 * assertion of the Security header.
 */
import { NAMESPACE_URIS, NamespaceBinding, Tape, XmlWriter } from '@parley/codec';
import { canonicalise, Namespace, scan } from '@parley/codec/internal';
import { invariant, TOKEN_TYPES } from '@parley/core/internal';
import type { ReferenceClaim } from '../claims/signature.ts';
import type { CertificateKey, ResolvedKey } from '../keys/resolved-key.ts';
import type { OpenScope } from '../keys/scope.ts';
import { prefixOf } from '../plan/token-transform.ts';
import type { MessageClaims } from '../read/message.ts';
import { VALUE_TYPE } from '../write/names.ts';

/**
 * Appends what the signature covers in the place of `reference.target`, an STR: the token that it leads to, `named`, or
 * without one a token with the certificate of the signature's key.
 * @returns the token's element, or the STR where the message does not hold the token
 */
export function canonicaliseToken(
  { tape }: MessageClaims,
  { target, canonicalisation }: ReferenceClaim,
  named: number,
  resolved: ResolvedKey,
  { policy, workspace }: OpenScope,
): number {
  if (named >= 0) {
    canonicalise(tape, target, workspace.sink, { ...canonicalisation, replacement: { element: target, by: named } });
    return named;
  }
  invariant(resolved.source === 'certificate', 'a token that the message does not hold is a certificate');
  const built = new Tape();
  scan(certificateToken(tape, target, resolved), policy.limits, built);
  canonicalise(built, 0, workspace.sink, { ...canonicalisation, replacement: { element: 0, by: 0 } });
  return target;
}

/** The token that the STR would refer to if the message held it: under the prefix of the STR. */
function certificateToken(tape: Tape, str: number, { certificate }: CertificateKey): Uint8Array {
  // interop: WSS4J leaves EncodingType out even where the KeyIdentifier has one, against WSS §8.3.
  const wsse = new NamespaceBinding(prefixOf(tape, str), NAMESPACE_URIS[Namespace.wsse]!);
  return new XmlWriter()
    .open(wsse.name('BinarySecurityToken'), [[VALUE_TYPE, TOKEN_TYPES.x509v3]])
    .base64(certificate.der)
    .close()
    .take();
}
