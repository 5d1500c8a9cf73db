/** `explainDigests`: what each reference of a message digests, and where its digest differs, what its sender digested. */
import type { CanonicalisationName, Tape } from '@parley/codec';
import { CANONICALISATION_ALGORITHMS } from '@parley/codec';
import {
  attributeNamed,
  E,
  ELEMENT_WORDS,
  firstChild,
  isNamed,
  localName,
  localNameOf,
  Namespace,
  namespaceUriOf,
  nextSibling,
  parentOf,
  readDocument,
} from '@parley/codec/internal';
import type { HashName, Reply } from '@parley/core';
import { contextSource } from '@parley/core';
import { digestBase64, encodeBase64, failedReply, MAC_ALGORITHMS, SIGNATURE_ALGORITHMS } from '@parley/core/internal';
import { attributeValue, base64Octets } from '../claims/claim.ts';
import { isEncryptedData } from '../claims/encrypted-data.ts';
import type { ReferenceClaim, SignatureClaim } from '../claims/signature.ts';
import { isHidden, readReferences, readSignature } from '../claims/signature.ts';
import { readTokenReference } from '../claims/token-reference.ts';
import { open } from '../entry/open.ts';
import { Workspace } from '../memory/workspace.ts';
import { planOf } from '../open/message-plan.ts';
import type { OpenRequest } from '../open/request.ts';
import type { Policy } from '../policy/policy.ts';
import { checkMessageIds } from '../read/message.ts';
import type { EnvelopeShape } from '../read/soap-envelope.ts';
import { readEnvelopeShape } from '../read/soap-envelope.ts';
import type { DigestCause } from './digest-cause.ts';
import { causeOf } from './digest-cause.ts';
import type { KeyRequest, ValueExplanation } from './explain-value.ts';
import { explainedValue } from './explain-value.ts';
import { checkedExplaining } from './request-shape.ts';
import { canonicalOf } from './variants.ts';

/** One signature, whether it holds or not. */
export interface SignatureExplanation {
  /** Canonical octets of its ds:SignedInfo: what the key is applied to. */
  readonly signedInfo: Uint8Array;
  readonly references: readonly ReferenceExplanation[];
  /** Its value, by the key that it names; or why there is no such key. `undefined` where no keys were given. */
  readonly value: Reply<ValueExplanation> | undefined;
}

/** One ds:Reference. */
export interface ReferenceExplanation {
  readonly uri: string | undefined;
  /** The element that is digested; `undefined` where ciphertext hides it, or no element has the Id. */
  readonly covered: CoveredOctets | undefined;
  readonly digest: HashName;
  /** Base64, as the message has it. */
  readonly stated: string;
  /** What its sender digested instead; `undefined` where the digest is right, or nothing that is tried gives it. */
  readonly cause: CauseExplanation | undefined;
}

/** What a reference means. */
export interface CoveredOctets {
  readonly namespace: string;
  readonly localName: string;
  readonly form: CanonicalisationName;
  readonly inclusivePrefixes: readonly string[];
  /** Its canonical octets, of the reply. */
  readonly octets: Uint8Array;
  /** Their digest, base64. */
  readonly computed: string;
  readonly isRight: boolean;
  /** There is xenc:EncryptedData inside: if it was encrypted after it was signed, only with the keys can be told what was. */
  readonly holdsCiphertext: boolean;
}

/** `DigestCause`, without the document. */
export interface CauseExplanation extends Omit<DigestCause, 'element'> {
  /** The element that was digested in place of the other. */
  readonly element: { readonly namespace: string; readonly localName: string } | undefined;
}

/** With what `open` needs, what was encrypted after it was signed is decrypted first, and the values of signatures are judged. */
export type ExplainRequest = Pick<OpenRequest, 'policy'> & KeyRequest;

const SECURITY = localName('Security');
const SIGNATURE = localName('Signature');
const URI = localName('URI');
const URI_CHARACTERS_MAX = 256;

/** Every form and every algorithm: nothing is proven here. */
const ANY_FORM = {
  canonicalisations: CANONICALISATION_ALGORITHMS.map(({ name }) => name),
  allowMissingTransforms: true,
  allowTokenTransform: true,
  allowBareX509Data: true,
  allowMixedGenerations: true,
  allowIdentifierFragment: true,
  layout: 'lax',
  signatures: SIGNATURE_ALGORITHMS.map(({ name }) => name),
  macs: MAC_ALGORITHMS.map(({ name }) => name),
} as const satisfies Partial<Policy>;

/**
 * Explains the digests of a message, also of one that `open` refuses: of every signature of its Security headers, in their
 * order, or why it cannot be read. It is for people who look for the fault, and proves nothing. Borrows `message` for the
 * call; the octets of the answer are parts of the message, decrypted ones too.
 */
export function explainDigests(
  message: Uint8Array,
  given: ExplainRequest,
): Reply<readonly Reply<SignatureExplanation>[]> {
  const workspace = new Workspace();
  try {
    const request = checkedExplaining(message, given);
    const { policy } = request;
    const tape = decrypted(message, request, workspace);
    if (tape === workspace.tape) readDocument(message, policy.limits, tape, policy.reader);
    const shape = readEnvelopeShape(tape);
    checkMessageIds(tape, shape, policy);
    const others = signable(tape, shape);
    const scene = { tape, others, request, workspace };
    return { ok: true, value: signaturesOf(tape, shape).map((element) => explained(scene, element)) };
  } catch (error) {
    return failedReply(error);
  } finally {
    workspace.wipe();
  }
}

/** The document that was signed: as it came, or where it was encrypted afterwards and can be decrypted, without that. */
function decrypted(message: Uint8Array, request: ExplainRequest, workspace: Workspace): Tape {
  const { policy, contexts, credentials, atMs = 'message' } = request;
  const { tape, plainTape } = workspace;
  if (contexts === undefined && credentials === undefined) return tape;
  const plan = planOf(message, { policy, workspace });
  if (!plan.ok || plan.value.order !== 'decrypt-then-verify') return tape;
  open(message, { policy, contexts: contexts ?? contextSource([]), credentials, atMs, workspace });
  return plainTape.elementCount > 0 ? plainTape : tape;
}

/** What all signatures of a message are explained with. */
interface Scene {
  readonly tape: Tape;
  readonly others: readonly number[];
  readonly request: ExplainRequest;
  readonly workspace: Workspace;
}

function explained({ tape, others, request, workspace }: Scene, element: number): Reply<SignatureExplanation> {
  const { policy, contexts, credentials } = request;
  const rules = { ...policy, ...ANY_FORM };
  const hasKeys = contexts !== undefined || credentials !== undefined;
  try {
    const claim = readSignature(tape, element, rules);
    const references = readReferences(tape, claim, rules, true);
    return {
      ok: true,
      value: {
        signedInfo: canonicalOf(tape, claim.signedInfo, claim.canonicalisation),
        references: references.map((reference) => explainedReference(tape, claim, reference, others, policy)),
        value: hasKeys ? explainedValue(tape, claim, rules, request, workspace) : undefined,
      },
    };
  } catch (error) {
    return failedReply(error);
  }
}

function explainedReference(
  tape: Tape,
  signature: SignatureClaim,
  reference: ReferenceClaim,
  others: readonly number[],
  policy: Policy,
): ReferenceExplanation {
  const { canonicalisation, digest, digestValue } = reference;
  const uri = attributeNamed(tape, parentOf(tape, digestValue), Namespace.none, URI);
  const stated = encodeBase64(base64Octets(tape, digestValue));
  const said = {
    uri: uri < 0 ? undefined : attributeValue(tape, uri, URI_CHARACTERS_MAX),
    digest: digest.name,
    stated,
  };
  const place = isHidden(reference) ? undefined : placeOf(tape, reference, policy);
  if (place === undefined) return { ...said, covered: undefined, cause: undefined };
  const { element, options } = place;
  const octets = canonicalOf(tape, reference.target, options);
  const computed = digestBase64(digest, octets);
  const { method = 'exclusive', comments = false, inclusivePrefixes = [] } = canonicalisation;
  const covered = {
    ...nameOf(tape, element),
    form: comments ? (`${method}-with-comments` as const) : method,
    inclusivePrefixes,
    octets,
    computed,
    isRight: computed === stated,
    holdsCiphertext: holdsCiphertext(tape, element),
  };
  const cause = covered.isRight
    ? undefined
    : causeOf({
        tape,
        element: reference.target,
        canonicalisation: options,
        digest,
        stated,
        others: others.filter((other) => other !== reference.target && other !== signature.element),
      });
  if (cause === undefined) return { ...said, covered, cause };
  const { element: mixedUp, ...rest } = cause;
  return {
    ...said,
    covered,
    cause: { ...rest, element: mixedUp === undefined ? undefined : nameOf(tape, mixedUp) },
  };
}

function holdsCiphertext(tape: Tape, element: number): boolean {
  const end = tape.elements[element * ELEMENT_WORDS + E.next]!;
  for (let inside = element; inside < end; inside++) if (isEncryptedData(tape, inside)) return true;
  return false;
}

/** What is digested; `undefined` for STR-Transform of a token that the message does not hold. */
function placeOf(
  tape: Tape,
  { target, isTokenTransform, canonicalisation }: ReferenceClaim,
  policy: Policy,
): { readonly element: number; readonly options: ReferenceClaim['canonicalisation'] } | undefined {
  if (!isTokenTransform) return { element: target, options: canonicalisation };
  try {
    const token = readTokenReference(tape, target, policy).target;
    if (token < 0) return undefined;
    return { element: token, options: { ...canonicalisation, replacement: { element: target, by: token } } };
  } catch {
    // It names a certificate in some other way.
    return undefined;
  }
}

function nameOf(tape: Tape, element: number): { readonly namespace: string; readonly localName: string } {
  return { namespace: namespaceUriOf(tape, element), localName: localNameOf(tape, element) };
}

function signaturesOf(tape: Tape, { header }: EnvelopeShape): readonly number[] {
  return childrenOf(tape, header)
    .filter((block) => isNamed(tape, block, Namespace.wsse, SECURITY))
    .flatMap((security) => childrenOf(tape, security))
    .filter((child) => isNamed(tape, child, Namespace.ds, SIGNATURE));
}

const OTHERS_MAX = 64;

/** Body, headers, and what stands in Security headers. */
function signable(tape: Tape, { header, body }: EnvelopeShape): readonly number[] {
  const blocks = childrenOf(tape, header);
  return [body, ...blocks, ...blocks.flatMap((block) => childrenOf(tape, block))].slice(0, OTHERS_MAX);
}

function childrenOf(tape: Tape, element: number): readonly number[] {
  const children: number[] = [];
  for (let child = element < 0 ? -1 : firstChild(tape, element); child >= 0; child = nextSibling(tape, child))
    children.push(child);
  return children;
}
