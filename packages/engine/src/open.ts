/**
 * `open`: bytes in, trusted content out. A pure function of one message.
 *
 *   scan ─► read claims ─► (decrypt ─► scan ─► read claims)? ─► plan: places and coverage
 *        ─► verify MAC, then digests ─► (decrypt what was signed as ciphertext)? ─► freshness, addressing ─► hand over
 */
import { readDocument } from '@parley/codec';
import type { ContextSource, Reply } from '@parley/core';
import { Fault, failedReply, soapFaultOf } from '@parley/core';
import { readAddressing, requireAddressing } from './addressing.ts';
import { confirms } from './confirmation.ts';
import {
  requireCoverage,
  requireEncryption,
  requireEndorsement,
  requireHeaders,
  requireSignedCiphertext,
  requireSignedPlaintext,
  requireTimestampPlace,
  signedElements,
} from './coverage.ts';
import type { Credentials } from './credentials.ts';
import type { DecryptedMessage, PlannedDecryption } from './decrypt-parts.ts';
import { decryptParts, planDecryption } from './decrypt-parts.ts';
import { encryptedTargets, signedTargets } from './encrypted-targets.ts';
import { requireFresh } from './freshness.ts';
import { handOver } from './hand-over.ts';
import type { OpenScope } from './open-scope.ts';
import type { OpenedMessage } from './opened-message.ts';
import type { Policy } from './policy.ts';
import { structureInvalid } from './read/claim.ts';
import type { MessageClaims } from './read/message.ts';
import { readMessage } from './read/message.ts';
import { readSecurityContextToken } from './read/security-context-token.ts';
import { readSignature } from './read/signature.ts';
import type { ResolvedKey, SymmetricResolvedKey } from './resolved-key.ts';
import { isOfOneOrigin } from './resolved-key.ts';
import { TransportedKeys } from './transported-keys.ts';
import type { PlannedSignature, VerifiedPart } from './verify-signatures.ts';
import { planSignatures, verifySignatures, verifyValue } from './verify-signatures.ts';
import { Workspace } from './workspace.ts';

export interface OpenRequest {
  /** The clock, epoch milliseconds; `'message'` judges the message as of its own Timestamp, as an auditor does. */
  readonly atMs: number | 'message';
  readonly policy: Policy;
  readonly contexts: ContextSource;
  /** For messages that no context secures, as the policy allows them. Without them, everything that needs them is refused. */
  readonly credentials?: Credentials | undefined;
  /** SOAPAction header or action parameter of the transport: must agree with the signed wsa:Action. */
  readonly soapAction?: string | undefined;
  /**
   * For a response: the SignatureValues of the request ({@link SealedMessage.signatureValues}); none if it was not signed.
   * What the response confirms must then be these, each as often.
   */
  readonly signatureValuesSent?: readonly string[] | undefined;
  /** Scratch to reuse; without one, each call makes its own, and wipes it. */
  readonly workspace?: Workspace;
  /** Leave the octets of the answer in the given workspace: valid until its next use. Saves one copy per message. */
  readonly borrow?: boolean;
}

/**
 * Verifies and decrypts one SOAP message secured with a security context, or with what bootstraps one.
 *
 * Borrows `message` for the call. The answer owns its octets unless `request.borrow` is set. Never throws for anything
 * that a message contains; the code says what was wrong (docs/faults.md), and the SOAP fault to send is uniform.
 * Replays are the caller's to refuse, by {@link OpenedMessage.replayKey}.
 */
export function open(message: Uint8Array, request: OpenRequest): Reply<OpenedMessage> {
  const workspace = request.workspace ?? new Workspace();
  const transported = new TransportedKeys();
  try {
    const value = openMessage(message, request, workspace, transported);
    const keep = request.credentials?.keepEncryptedKey;
    if (keep !== undefined) transported.handOver(keep);
    return { ok: true, value };
  } catch (error) {
    return failedReply(error);
  } finally {
    transported.wipe();
    if (workspace !== request.workspace) workspace.wipe();
  }
}

/** Small messages repeat their namespace declarations in every part; the factor is for the large ones. */
const CANONICAL_SLACK_BYTES = 64 * 1024;

function openMessage(
  message: Uint8Array,
  request: OpenRequest,
  workspace: Workspace,
  transported: TransportedKeys,
): OpenedMessage {
  const { policy } = request;
  readDocument(message, policy.limits, workspace.tape, policy.reader);
  // safety: canonical forms repeat namespaces, and so can be of any size (T28).
  workspace.sink.reset(policy.limits.canonicalFactorMax * workspace.tape.bytes.length + CANONICAL_SLACK_BYTES);
  const received = readMessage(workspace.tape, policy);
  requireTimestampPlace(received, policy);
  const scope = scopeOf(received, request, workspace, transported);
  const { before, signedListCount } = encryptedTargets(received, policy.limits);
  const proof =
    before.length === 0
      ? verify(received, NOTHING_DECRYPTED, signedListCount, scope)
      : decryptThenVerify(received, before, signedListCount, scope);
  const { claims, decrypted } = signedListCount === 0 ? proof : decryptSigned(proof, signedListCount, scope);

  const { tape, envelope } = claims;
  const signed = signedElements(proof.claims, claims, proof.signatures);
  if (claims !== proof.claims) requireHeaders(claims, signed, policy);
  requireEncryption(claims, decrypted.parts, policy);
  const { timestamp } = proof.claims;
  if (timestamp !== undefined) requireFresh(timestamp, scope.atMs, policy);
  const isBelieved = (element: number): boolean => !policy.requireSignedAddressing || signed.has(element);
  const addressing = readAddressing(tape, envelope, isBelieved, policy);
  requireAddressing(tape, envelope, addressing, request.soapAction, policy);
  return handOver({
    signedClaims: proof.claims,
    claims,
    signed,
    verified: proof.verified,
    decrypted,
    addressing,
    signatureConfirmed: confirms(claims, request.signatureValuesSent, policy),
    policy,
    workspace,
    borrow: request.borrow === true && workspace === request.workspace,
  });
}

const NO_CREDENTIALS: Credentials = {};

function scopeOf(
  claims: MessageClaims,
  request: OpenRequest,
  workspace: Workspace,
  transported: TransportedKeys,
): OpenScope {
  const { policy, contexts, credentials = NO_CREDENTIALS } = request;
  const atMs = request.atMs === 'message' ? claims.timestamp?.createdAtMs : request.atMs;
  if (atMs === undefined) throw new Fault('peer.coverage-missing', { part: 'wsu:Timestamp' });
  // safety: every comparison with NaN is false, and a Timestamp would never be stale.
  if (!Number.isFinite(atMs)) throw new Fault('caller.option-invalid', { option: 'atMs' });
  return { policy, contexts, credentials, transported, atMs, workspace };
}

/** Signatures that hold, with what was decrypted before they were checked. */
interface VerifiedMessage {
  readonly claims: MessageClaims;
  /** Those over the message itself, and not over other signatures. */
  readonly signatures: readonly PlannedSignature[];
  readonly verified: readonly VerifiedPart[];
  readonly decrypted: DecryptedMessage;
}

const NOTHING_DECRYPTED: DecryptedMessage = { parts: [], failure: undefined };

/** Plans and verifies the signatures of one document. */
function verify(
  claims: MessageClaims,
  decrypted: DecryptedMessage,
  signedListCount: number,
  scope: OpenScope,
): VerifiedMessage {
  const { policy } = scope;
  const planned = planSignatures(claims, policy);
  const signatures = planned.filter(({ isEndorsing }) => !isEndorsing);
  const endorsing = planned.slice(signatures.length);
  requireCoverage(claims, signatures, signedListCount > 0, policy);
  requireEndorsement(signatures, endorsing, policy);
  if (decrypted.failure === undefined) requireSignedPlaintext(claims, signatures, decrypted.parts, policy);
  const verified = verifySignatures(claims, planned, scope);
  requireOneOrigin(claims, verified, decrypted.parts, policy);
  return { claims, signatures, verified, decrypted };
}

/** Encrypted last, so decrypted first; a signature in clear is checked before any ciphertext is touched. */
function decryptThenVerify(
  received: MessageClaims,
  targets: readonly number[],
  signedListCount: number,
  scope: OpenScope,
): VerifiedMessage {
  const { policy, workspace } = scope;
  const signingKeys = received.security.signatures.map(
    (element) => verifyValue(received, readSignature(received.tape, element, policy), scope).resolved,
  );
  const planned = planDecryption(received, targets, scope);
  requireSeparateKeys(signingKeys, planned, policy);
  const decrypted = decryptParts(received, planned, scope);
  let proof: VerifiedMessage;
  try {
    proof = verify(readMessage(workspace.plainTape, policy), decrypted, signedListCount, scope);
  } catch (error) {
    throw decrypted.failure ?? hiddenBehindCipher(error);
  }
  if (decrypted.failure !== undefined) throw decrypted.failure;
  requireSeparateKeys(signingKeysOf(proof.verified), planned, policy);
  return proof;
}

/** Decrypts what was signed as ciphertext. */
function decryptSigned(
  proof: VerifiedMessage,
  signedListCount: number,
  scope: OpenScope,
): { claims: MessageClaims; decrypted: DecryptedMessage } {
  const { policy, workspace } = scope;
  const { claims, signatures, verified } = proof;
  const targets = signedTargets(claims, signedListCount, policy.limits);
  requireSignedCiphertext(claims, signatures, targets, policy);
  const planned = planDecryption(claims, targets, scope);
  requireSeparateKeys(signingKeysOf(verified), planned, policy);
  const { parts, failure } = decryptParts(claims, planned, scope);
  if (failure !== undefined) throw failure;
  requireOneOrigin(claims, verified, parts, policy);
  const tape = claims.tape === workspace.tape ? workspace.plainTape : workspace.tape;
  return {
    claims: readMessage(tape, policy),
    decrypted: { parts: [...proof.decrypted.parts, ...parts], failure: undefined },
  };
}

// safety: what a forger of CBC ciphertext can see must not depend on what the plaintext looks like (T37).
function hiddenBehindCipher(error: unknown): unknown {
  if (!(error instanceof Fault) || !error.code.startsWith('peer.')) return error;
  const subcode = soapFaultOf(error.code)?.subcode;
  // A certificate that only the plaintext names is the plaintext's doing.
  const isTold = subcode !== undefined && subcode !== 'wsse:InvalidSecurityToken';
  return isTold ? error : new Fault('peer.decrypt-failed', { hidden: error.code });
}

// safety: all keys of a message come from one context, the one its token names (T53), or from one EncryptedKey. Beside a
// certificate's signature, encrypted data is under a key that was encrypted for us; endorsements may be anybody's whom
// the policy names.
function requireOneOrigin(
  claims: MessageClaims,
  verified: readonly VerifiedPart[],
  decrypted: readonly { resolved: SymmetricResolvedKey }[],
  policy: Policy,
): void {
  const first = verified[0]!.signature.resolved;
  const isDecryptionKey = ({ resolved }: { resolved: SymmetricResolvedKey }): boolean =>
    first.source === 'certificate' ? resolved.source === 'encrypted-key' : isOfOneOrigin(resolved, first);
  const isSigningKey = ({ isEndorsing, signature }: VerifiedPart): boolean =>
    isEndorsing || isOfOneOrigin(signature.resolved, first);
  if (!verified.every(isSigningKey) || !decrypted.every(isDecryptionKey)) {
    throw structureInvalid(claims.tape, claims.security.element, 'keys of two contexts');
  }
  const element = claims.security.securityContextToken;
  if (element < 0 || (first.source === 'context' && element === first.token)) return;
  const token = readSecurityContextToken(claims.tape, element, policy.limits);
  const isUsed = verified.some(
    ({ signature: { resolved } }) => resolved.source === 'context' && resolved.context.identifier === token.identifier,
  );
  if (!isUsed) throw structureInvalid(claims.tape, element, 'a token that secures nothing');
}

function signingKeysOf(verified: readonly VerifiedPart[]): readonly ResolvedKey[] {
  return verified.map(({ signature }) => signature.resolved);
}

// safety: a MAC key is never a decryption key (T41).
function requireSeparateKeys(
  signingKeys: readonly ResolvedKey[],
  planned: readonly PlannedDecryption[],
  policy: Policy,
): void {
  if (!policy.requireSeparateKeys) return;
  for (const { resolved } of planned) {
    if (signingKeys.some((signing) => signing.source !== 'certificate' && signing.key === resolved.key))
      throw new Fault('peer.key-usage', { reason: 'one key to sign and to encrypt' });
  }
}
