/**
 * The ds:Signature with which the issuer of an assertion signs all of it (SAML 1.1 §5.4, SAML 2.0 §5.4): a child of what it
 * covers, and leaves out itself.
 */
import type { CanonicalisationOptions, Tape } from '@parley/codec';
import { CANONICALISATION_ALGORITHMS } from '@parley/codec';
import { attributeNamed, localName, Namespace, nextSibling } from '@parley/codec/internal';
import type { DigestAlgorithm, SignatureAlgorithm } from '@parley/core';
import { Fault } from '@parley/core';
import { DIGEST_ALGORITHMS, limitFault } from '@parley/core/internal';
import { ChildCursor } from '../claims/child-cursor.ts';
import { childCount, namedRows, requireAttribute, requireCharacters, requireNamed, rowNamed } from '../claims/claim.ts';
import type { SignatureClaim } from '../claims/signature.ts';
import { readSignature, requireNothingElse } from '../claims/signature.ts';
import { resolveFragment } from '../claims/token-reference.ts';
import { readEnvelopedTransforms } from '../claims/transforms.ts';
import type { Policy } from '../policy/policy.ts';
import { refusedBy } from '../policy/refused-by.ts';

/** Such a signature as claimed. */
export interface EnvelopedSignatureClaim {
  readonly signature: SignatureClaim & { readonly algorithm: SignatureAlgorithm };
  /** Of what it covers, itself left out. */
  readonly canonicalisation: CanonicalisationOptions;
  readonly digest: DigestAlgorithm;
  readonly digestValue: number;
}

const REFERENCE = localName('Reference');
const TRANSFORMS = localName('Transforms');
const DIGEST_METHOD = localName('DigestMethod');
const DIGEST_VALUE = localName('DigestValue');
const ALGORITHM = localName('Algorithm');
const URI = localName('URI');
const TYPE = localName('Type');
const DIGEST_ROWS = namedRows(DIGEST_ALGORITHMS);

/**
 * Reads the Signature `element`, which is a child of `signed`: one reference, to `signed` itself, by its Id; two transforms, and
 * exclusive C14N without comments, whatever the policy allows for messages.
 *
 * @throws Fault `peer.structure-invalid`, `peer.alg-forbidden`, `peer.transform-forbidden`, `peer.keyinfo-forbidden` no KeyInfo;
 *   `peer.ref-uri-forbidden`, `peer.ref-unresolved`, `peer.ref-type-forbidden`, `peer.limit-references`; `peer.coverage-missing`
 *   it covers something else
 */
export function readEnvelopedSignature(
  tape: Tape,
  element: number,
  signed: number,
  policy: Policy,
): EnvelopedSignatureClaim {
  const signature = readSignature(tape, element, { ...policy, canonicalisations: EVERY_FORM });
  const { algorithm, keyInfo, signatureMethod } = signature;
  if (!isExclusive(signature.canonicalisation))
    throw new Fault('peer.alg-forbidden', { reason: 'CanonicalizationMethod' });
  // safety: a secret proves to nobody else who made the signature, and a public key is no secret (T13).
  if (algorithm.kind !== 'signature') throw new Fault('peer.alg-forbidden', { algorithm: algorithm.name });
  if (keyInfo < 0) throw new Fault('peer.keyinfo-forbidden', { reason: 'no ds:KeyInfo' });
  requireNothingElse(tape, signature);
  const reference = requireNamed(
    tape,
    nextSibling(tape, signatureMethod),
    Namespace.ds,
    REFERENCE,
    signature.signedInfo,
    'ds:Reference',
  );
  // safety: with two of them, one may be checked and the other one believed (T09).
  const count = childCount(tape, signature.signedInfo, REFERENCE);
  if (nextSibling(tape, reference) >= 0)
    throw limitFault('peer.limit-references', 'referencesOfAssertionMax', 1, count);
  return { signature: { ...signature, algorithm }, ...readReference(tape, reference, signed, policy) };
}

/** No policy has a say in it: what an issuer signs is taken out of its message and put into others. */
const EVERY_FORM = CANONICALISATION_ALGORITHMS.map(({ name }) => name);

function isExclusive({ method, comments = false }: CanonicalisationOptions): boolean {
  return method === 'exclusive' && !comments;
}

function readReference(
  tape: Tape,
  element: number,
  signed: number,
  policy: Policy,
): Omit<EnvelopedSignatureClaim, 'signature'> {
  if (attributeNamed(tape, element, Namespace.none, TYPE) >= 0) throw new Fault('peer.ref-type-forbidden');
  const uri = attributeNamed(tape, element, Namespace.none, URI);
  const target = uri < 0 ? -1 : resolveFragment(tape, uri);
  // spec: SAML 2.0 §5.4.2 wants the id; an empty URI would be the message, of which an issuer knows nothing.
  if (target < 0) throw new Fault('peer.ref-uri-forbidden', { reason: 'not a reference to the assertion' });
  if (target !== signed) throw new Fault('peer.coverage-missing', { part: 'saml:Assertion' });
  const children = new ChildCursor(tape, element, 'ds:Reference');
  const transforms = children.required(Namespace.ds, TRANSFORMS, 'ds:Transforms');
  const method = children.required(Namespace.ds, DIGEST_METHOD, 'ds:DigestMethod');
  const digestValue = children.required(Namespace.ds, DIGEST_VALUE, 'ds:DigestValue');
  children.end();
  requireCharacters(tape, digestValue, 'ds:DigestValue');
  const digest = rowNamed(tape, requireAttribute(tape, method, ALGORITHM, 'Algorithm'), DIGEST_ROWS);
  if (!policy.digests.includes(digest.name))
    throw refusedBy('digests', 'peer.alg-forbidden', { algorithm: digest.name });
  return { canonicalisation: readEnvelopedTransforms(tape, transforms, policy.limits), digest, digestValue };
}
