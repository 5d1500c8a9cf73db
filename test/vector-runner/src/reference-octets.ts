/** The octets that a reference's digest is of: what it points at, after its transforms. */
import type { CanonicalisationOptions, Tape } from '@parley/codec';
import { canonicalise, canonicaliseDocument, localNameOf, namespaceUriOf, OctetSink } from '@parley/codec';
import { E, ELEMENT_WORDS, uriOfPrefix } from '@parley/codec/internal';
import { canonicalMethod } from './canonical-method.ts';
import { octetsOf } from './document.ts';
import type { ReferenceTarget } from './reference-target.ts';
import { targetOf } from './reference-target.ts';
import type { ReferenceClaim, SignatureClaim, TransformClaim } from './signature-claim.ts';
import { base64Of } from './signature-claim.ts';
import { BASE64, ENVELOPED, XPATH } from './signature-rules.ts';

// Two expressions name a subtree, as the transforms that we have do; others make node-sets that we have no form for.
const SUBTREE = /^ancestor-or-self::([^\s:]+):([^\s:]+)$/;
const NO_SIGNATURE = /^not\(\s*ancestor-or-self::[^\s:]+:Signature\s*\)$/;

/** The octets, or why there are none. */
export function referenceOctets(tape: Tape, signature: SignatureClaim, reference: ReferenceClaim): Uint8Array | string {
  let target = targetOf(tape, reference.uri);
  if (target === undefined) return 'the URI names nothing in the document, or two things';
  let options: CanonicalisationOptions = { method: 'inclusive' };
  for (const [index, transform] of reference.transforms.entries()) {
    const { algorithm, inclusivePrefixes, xpath } = transform;
    const method = canonicalMethod(algorithm);
    const isLast = index === reference.transforms.length - 1;
    if (method !== undefined && isLast) options = { ...options, ...method, inclusivePrefixes };
    else if (algorithm === BASE64 && isLast && target.element !== undefined) return base64Of(tape, target.element);
    else if (algorithm === ENVELOPED || (algorithm === XPATH && NO_SIGNATURE.test(xpath)))
      options = { ...options, without: signature.element };
    else if (algorithm === XPATH && SUBTREE.test(xpath)) target = subtreeOf(tape, signature, transform, target);
    else return `transform ${algorithm}`;
    if (target === undefined) return 'not one subtree';
  }
  return canonicalOctets(tape, target, { ...options, comments: options.comments === true && target.comments });
}

/** The octets that the signature itself is of. */
export function signedInfoOctets(tape: Tape, { signedInfo, canonicalization }: SignatureClaim): Uint8Array | string {
  const { algorithm, inclusivePrefixes } = canonicalization;
  const method = canonicalMethod(algorithm);
  if (method === undefined) return `canonicalization ${algorithm}`;
  return canonicalOctets(tape, { element: signedInfo, comments: true }, { ...method, inclusivePrefixes });
}

function canonicalOctets(tape: Tape, { element }: ReferenceTarget, options: CanonicalisationOptions): Uint8Array {
  const sink = new OctetSink();
  if (element === undefined) canonicaliseDocument(tape, sink, options);
  else canonicalise(tape, element, sink, options);
  return octetsOf(sink);
}

/** The one element, in no other of its kind, that the expression names. */
function subtreeOf(
  tape: Tape,
  signature: SignatureClaim,
  { xpath }: TransformClaim,
  { comments }: ReferenceTarget,
): ReferenceTarget | undefined {
  const [, prefix = '', name] = SUBTREE.exec(xpath) ?? [];
  const uri = uriOfPrefix(tape, signature.element, prefix);
  const found: number[] = [];
  for (let element = 0; element < tape.elementCount; element++) {
    if (localNameOf(tape, element) !== name || namespaceUriOf(tape, element) !== uri) continue;
    found.push(element);
    element = (tape.elements[element * ELEMENT_WORDS + E.next] ?? tape.elementCount) - 1;
  }
  const [element, ...others] = found;
  return element === undefined || others.length > 0 ? undefined : { element, comments };
}
