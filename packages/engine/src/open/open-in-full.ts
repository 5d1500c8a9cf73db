/**
 * `open` in full: bytes in, trusted content out. A pure function of one message.
 *
 *   scan ─► read claims ─► plan ─► (decrypt ─► scan ─► (read claims ─► plan)?)?
 *        ─► verify MAC, then digests ─► (decrypt what was signed as ciphertext)? ─► freshness, addressing ─► hand over
 */
import { readDocument } from '@parley/codec/internal';
import { Fault, soapFaultOf } from '@parley/core';
import { structureInvalid } from '../claims/shape-refusals.ts';
import type { Timestamp } from '../claims/timestamp.ts';
import { bearerContext } from '../keys/bearer-context.ts';
import type { Credentials } from '../keys/credentials.ts';
import type { ResolvedKey, SymmetricResolvedKey } from '../keys/resolved-key.ts';
import { isOfOneOrigin, isSameSecret } from '../keys/resolved-key.ts';
import type { OpenScope } from '../keys/scope.ts';
import type { VerifiedAssertion } from '../keys/verified-assertion.ts';
import type { OpenedMessage } from '../message/opened-message.ts';
import { requireEncryption, requireHeaders, requireTimestampPlace, signedElements } from '../plan/coverage.ts';
import type { DocumentPlan } from '../plan/document.ts';
import { isSettled, planDecrypted, planReceived, withoutDecryptions } from '../plan/document.ts';
import { requireOneOrigin, requireSeparateKeys } from '../plan/key-rules.ts';
import type { PlannedSignature } from '../plan/signatures.ts';
import { signaturesOfMessage } from '../plan/signatures.ts';
import type { Policy } from '../policy/policy.ts';
import { readAddressing, requireAddressing } from '../read/addressing.ts';
import type { MessageClaims } from '../read/message.ts';
import { readMessage, withOtherBody } from '../read/message.ts';
import { authenticateUser } from './authenticate-user.ts';
import { confirmAssertions } from './confirm-assertions.ts';
import { confirms } from './confirmation.ts';
import { requireFirstDecryption } from './decrypt-once.ts';
import type { DecryptedMessage } from './decrypt-parts.ts';
import { decryptParts, resolveDecryptions } from './decrypt-parts.ts';
import { requireFresh } from './freshness.ts';
import { handOver } from './hand-over.ts';
import { shareOwnerOf } from './replay-key.ts';
import type { OpenRequest } from './request.ts';
import type { VerifiedPart, VerifiedSignature } from './verify-signatures.ts';
import { verifyDigests, verifyValues } from './verify-signatures.ts';

/** A message that is proven; that it is not a replay is all that is left to see to. */
export interface ProvenMessage {
  readonly opened: OpenedMessage;
  readonly atMs: number;
  /** On whose account a replay cache has it. */
  readonly owner: string;
}

/** Small messages repeat their namespace declarations in every part; the factor is for the large ones. */
const CANONICAL_SLACK_BYTES = 64 * 1024;

/** safety: canonical forms repeat namespaces, and so can be of any size (T28). */
export function canonicalBytesMax(messageBytes: number, { limits }: Policy): number {
  return limits.canonicalFactorMax * messageBytes + CANONICAL_SLACK_BYTES;
}

/**
 * Verifies and decrypts one message.
 * @throws Fault whatever is wrong with it
 */
export function openInFull(
  message: Uint8Array,
  request: OpenRequest,
  owned: Pick<OpenScope, 'workspace' | 'transported' | 'passwordKeys'>,
): ProvenMessage {
  const { policy } = request;
  const { workspace } = owned;
  readDocument(message, policy.limits, workspace.tape, policy.reader);
  workspace.sink.reset(canonicalBytesMax(workspace.tape.bytes.length, policy));
  const received = readMessage(workspace.tape, policy);
  requireTimestampPlace(received, policy);
  const scope = scopeOf(received, request, owned);
  const plan = planReceived(received, policy, workspace.certificates);
  const proof = plan.decryptions.length === 0 ? verifyVisible(plan, scope) : decryptThenVerify(plan, scope);
  const { claims, decrypted } = proof.plan.signedCiphertext.length === 0 ? proof : decryptSigned(proof, scope);

  const { tape, envelope } = claims;
  const { signatures, signed: planned } = proof.plan;
  const signed =
    claims === proof.claims ? planned : signedElements(proof.claims, claims, signaturesOfMessage(signatures));
  if (claims !== proof.claims) requireHeaders(claims, signed, false, policy);
  requireEncryption(claims, decrypted.parts, policy);
  const { timestamp } = proof.claims;
  if (timestamp !== undefined) requireFresh(timestamp, scope.atMs, policy);
  const user = authenticateUser(claims, signed, proof.verified, decrypted.parts, scope);
  const isBelieved = (element: number): boolean => policy.trustTransport || signed.has(element);
  const addressing = readAddressing(tape, envelope, isBelieved, policy);
  // safety: what nobody signed may speak against the message, but never for it.
  const isAllBelieved = policy.requireSignedAddressing || policy.trustTransport;
  const claimedAddressing = isAllBelieved ? undefined : readAddressing(tape, envelope, () => true, policy);
  requireAddressing(tape, envelope, claimedAddressing ?? addressing, request.soapAction, policy);
  const signs = (identifier: string): boolean =>
    proof.signing.some(({ key }) => key.source === 'context' && key.context.identifier === identifier);
  const opened = handOver({
    signedClaims: proof.claims,
    claims,
    signed,
    verified: proof.verified,
    assertions: proof.assertions,
    decrypted,
    addressing,
    claimedAddressing,
    bearerContext: bearerContext(claims, signs, scope),
    user,
    signatureConfirmed: confirms(claims, request.signatureValuesSent, policy),
    policy,
    workspace,
    borrow: request.borrow === true && workspace === request.workspace,
  });
  const signer = proof.verified[0]?.signature.resolved;
  const owner = signer === undefined ? (user?.username ?? '') : shareOwnerOf(signer);
  return { opened, atMs: scope.atMs, owner };
}

/**
 * The clock by which a message is judged.
 * @throws Fault `peer.coverage-missing` its own, which it does not show
 */
export function judgedAtMs(timestamp: Timestamp | undefined, request: Pick<OpenRequest, 'atMs'>): number {
  const atMs = request.atMs === 'message' ? timestamp?.createdAtMs : request.atMs;
  if (atMs === undefined) throw new Fault('peer.coverage-missing', { part: 'wsu:Timestamp' });
  return atMs;
}

const NO_CREDENTIALS: Credentials = {};

function scopeOf(
  claims: MessageClaims,
  request: OpenRequest,
  owned: Pick<OpenScope, 'workspace' | 'transported' | 'passwordKeys'>,
): OpenScope {
  const { policy, contexts, credentials = NO_CREDENTIALS, replays } = request;
  const atMs = judgedAtMs(claims.timestamp, request);
  const { workspace, transported, passwordKeys } = owned;
  // perf: a spread of `owned` takes as long as a digest.
  return {
    policy,
    contexts,
    credentials,
    replays,
    assertions: new Map(),
    atMs,
    workspace,
    transported,
    passwordKeys,
  };
}

/** Signatures that hold, with what was decrypted before they were checked. */
interface VerifiedMessage {
  readonly plan: DocumentPlan;
  readonly claims: MessageClaims;
  readonly verified: readonly VerifiedPart[];
  /** Of each signature. */
  readonly signing: readonly SigningKey[];
  readonly assertions: readonly VerifiedAssertion[];
  readonly decrypted: DecryptedMessage;
}

interface SigningKey {
  readonly isEndorsing: boolean;
  readonly key: ResolvedKey;
}

const NOTHING_DECRYPTED: DecryptedMessage = { parts: [], failure: undefined };

/** Verifies the signatures of a document in which all that they cover can be seen. */
function verifyVisible(plan: DocumentPlan, scope: OpenScope): VerifiedMessage {
  return verify(plan, verifyValues(plan.claims, plan.signatures, scope), NOTHING_DECRYPTED, scope);
}

/** The same for signatures whose `values` are right already. */
function verify(
  plan: DocumentPlan,
  values: readonly VerifiedSignature[],
  decrypted: DecryptedMessage,
  scope: OpenScope,
): VerifiedMessage {
  const { claims, signatures } = plan;
  const verified = verifyDigests(claims, signatures, values, scope);
  const assertions = confirmAssertions(claims, verified, scope);
  const signing = signingKeys(signatures, values);
  requireOneOrigin(claims, signing, decrypted.parts.map(decryptingUse), isOfOneOrigin);
  return { plan, claims, verified, signing, assertions, decrypted };
}

/** Encrypted last, so decrypted first; a signature that is planned is checked before any ciphertext is touched. */
function decryptThenVerify(plan: DocumentPlan, scope: OpenScope): VerifiedMessage {
  const { policy } = scope;
  const clear = verifyValues(plan.claims, plan.signatures, scope);
  const ready = resolveDecryptions(plan.decryptions, scope);
  const decrypting = ready.map(decryptingUse);
  requireSeparateKeys(signingKeys(plan.signatures, clear), decrypting, isSameSecret, policy);
  requireFirstDecryption(plan, clear, scope);
  const decrypted = decryptParts(plan.claims, ready, scope);
  let proof: VerifiedMessage;
  try {
    proof = verifyDecrypted(plan, clear, decrypted, scope);
    if (decrypted.failure !== undefined) throw decrypted.failure;
  } catch (error) {
    decrypted.levelOff();
    throw decrypted.failure ?? hiddenBehindCipher(error);
  }
  requireSeparateKeys(proof.signing, decrypting, isSameSecret, policy);
  return proof;
}

/** Verifies the document in which `decrypted` stands; `clear` are the signatures that were checked before it did. */
function verifyDecrypted(
  plan: DocumentPlan,
  clear: readonly VerifiedSignature[],
  decrypted: DecryptedMessage,
  scope: OpenScope,
): VerifiedMessage {
  const { policy, workspace } = scope;
  const tape = workspace.plainTape;
  if (isSettled(plan)) {
    // perf: what is in the Body changes nothing of the header, so that is read, planned and proven once.
    const claims = withOtherBody(plan.claims, tape, policy);
    return verify(withoutDecryptions(plan, claims), clear, decrypted, scope);
  }
  const claims = readMessage(tape, policy);
  const next = planDecrypted(claims, plan, decrypted, policy, workspace.certificates);
  return verify(next, verifyValues(claims, next.signatures, scope), decrypted, scope);
}

/** Decrypts what was signed as ciphertext. */
function decryptSigned(
  { plan, claims, signing, decrypted }: VerifiedMessage,
  scope: OpenScope,
): { claims: MessageClaims; decrypted: DecryptedMessage } {
  const { policy, workspace } = scope;
  const ready = resolveDecryptions(plan.signedCiphertext, scope);
  const decrypting = ready.map(decryptingUse);
  requireSeparateKeys(signing, decrypting, isSameSecret, policy);
  requireOneOrigin(claims, signing, decrypting, isOfOneOrigin);
  const { parts, failure } = decryptParts(claims, ready, scope);
  if (failure !== undefined) throw failure;
  const tape = claims.tape === workspace.tape ? workspace.plainTape : workspace.tape;
  const plain = readMessage(tape, policy);
  // safety: it would come too late for its signature to be checked.
  if (plain.assertions.length > claims.assertions.length)
    throw structureInvalid(tape, plain.security.element, 'an assertion that was signed as ciphertext');
  return {
    claims: plain,
    decrypted: { parts: [...decrypted.parts, ...parts], failure: undefined },
  };
}

function signingKeys(
  signatures: readonly PlannedSignature[],
  values: readonly VerifiedSignature[],
): readonly SigningKey[] {
  return signatures.map(({ isEndorsing }, index) => ({ isEndorsing, key: values[index]!.resolved }));
}

function decryptingUse({ resolved }: { readonly resolved: SymmetricResolvedKey }): { key: ResolvedKey } {
  return { key: resolved };
}

// safety: what a forger of CBC ciphertext can see must not depend on what the plaintext looks like (T37).
function hiddenBehindCipher(error: unknown): unknown {
  if (!(error instanceof Fault) || !error.code.startsWith('peer.')) return error;
  const subcode = soapFaultOf(error.code)?.subcode;
  // A certificate that only the plaintext names is the plaintext's doing.
  const isTold = subcode !== undefined && subcode !== 'wsse:InvalidSecurityToken';
  return isTold ? error : new Fault('peer.decrypt-failed', { hidden: error.code });
}
