/**
 * `open`: bytes in, trusted content out. A pure function of one message.
 *
 *   scan ─► read claims ─► (decrypt ─► scan ─► read claims)? ─► plan: places and coverage
 *        ─► verify MAC, then digests ─► (decrypt what was signed as ciphertext)? ─► freshness, addressing ─► hand over
 */
import { firstChild, readDocument } from '@parley/codec';
import type { ContextSource, Reply } from '@parley/core';
import { Fault, failedReply, soapFaultOf } from '@parley/core';
import { readAddressing, requireAddressing } from './addressing.ts';
import { requireCoverage, requireEndorsement, requireSignedCiphertext, requireSignedPlaintext } from './coverage.ts';
import type { Credentials } from './credentials.ts';
import type { DecryptedMessage, PlannedDecryption } from './decrypt-parts.ts';
import { decryptParts, planDecryption } from './decrypt-parts.ts';
import { requireFresh } from './freshness.ts';
import { handOver } from './hand-over.ts';
import type { OpenScope } from './open-scope.ts';
import type { OpenedMessage } from './opened-message.ts';
import type { Policy } from './policy.ts';
import { structureInvalid } from './read/claim.ts';
import { isEncryptedData, readReferenceLists } from './read/encrypted-data.ts';
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
  const scope = scopeOf(received, request, workspace, transported);
  const { before, after } = encryptedTargets(received, policy);
  const proof =
    before.length === 0 ? verify(received, NOTHING_DECRYPTED, scope) : decryptThenVerify(received, before, scope);
  const { claims, decrypted } = after.length === 0 ? proof : decryptSigned(proof, after, scope);

  if (policy.requireEncryptedBody && !decrypted.parts.some((part) => part.role === 'body')) {
    throw new Fault('peer.coverage-missing', { part: 'encrypted soap:Body' });
  }
  // Of the document that was signed: what was encrypted before it was signed is in `claims`.
  const { tape, envelope, timestamp } = proof.claims;
  if (timestamp !== undefined) requireFresh(timestamp, scope.atMs, policy);
  const isBelieved = (element: number): boolean =>
    !policy.requireSignedAddressing || proof.verified.some((part) => part.element === element);
  const addressing = readAddressing(tape, envelope, isBelieved, policy);
  requireAddressing(tape, envelope, addressing, request.soapAction, policy);
  return handOver({
    signedClaims: proof.claims,
    claims,
    signatures: proof.signatures,
    verified: proof.verified,
    decrypted,
    addressing,
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
  readonly signatures: readonly PlannedSignature[];
  readonly verified: readonly VerifiedPart[];
  readonly decrypted: DecryptedMessage;
}

const NOTHING_DECRYPTED: DecryptedMessage = { parts: [], failure: undefined };

/** Plans and verifies the signatures of one document. */
function verify(claims: MessageClaims, decrypted: DecryptedMessage, scope: OpenScope): VerifiedMessage {
  const { policy } = scope;
  const planned = planSignatures(claims, policy);
  const signatures = planned.filter(({ isEndorsing }) => !isEndorsing);
  requireCoverage(claims, signatures, policy);
  if (planned.length > signatures.length || policy.endorsedBy.length > 0)
    requireEndorsement(signatures, planned.slice(signatures.length), policy);
  if (decrypted.failure === undefined) requireSignedPlaintext(claims, signatures, decrypted.parts, policy);
  const verified = verifySignatures(claims, planned, scope);
  requireOneOrigin(claims, verified, decrypted.parts, policy);
  return { claims, signatures, verified, decrypted };
}

/** Encrypted last, so decrypted first; a signature in clear is checked before any ciphertext is touched. */
function decryptThenVerify(received: MessageClaims, targets: readonly number[], scope: OpenScope): VerifiedMessage {
  const { policy, workspace } = scope;
  const signingKeys = received.security.signatures.map(
    (element) => verifyValue(received, readSignature(received.tape, element, policy), scope).resolved,
  );
  const planned = planDecryption(received, targets, scope);
  requireSeparateKeys(signingKeys, planned, policy);
  const decrypted = decryptParts(received, planned, scope);
  let proof: VerifiedMessage;
  try {
    proof = verify(readMessage(workspace.plainTape, policy), decrypted, scope);
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
  targets: readonly number[],
  scope: OpenScope,
): { claims: MessageClaims; decrypted: DecryptedMessage } {
  const { claims, signatures, verified } = proof;
  requireSignedCiphertext(claims, signatures, targets, scope.policy);
  const planned = planDecryption(claims, targets, scope);
  requireSeparateKeys(signingKeysOf(verified), planned, scope.policy);
  const decrypted = decryptParts(claims, planned, scope);
  if (decrypted.failure !== undefined) throw decrypted.failure;
  requireOneOrigin(claims, verified, decrypted.parts, scope.policy);
  return { claims: readMessage(scope.workspace.plainTape, scope.policy), decrypted };
}

/**
 * The sender prepends, so a ReferenceList above the first Signature was made after it and is undone before it
 * (WSS §3.9). Lists on both sides of a signature have no meaning here.
 */
function encryptedTargets(
  claims: MessageClaims,
  policy: Policy,
): { before: readonly number[]; after: readonly number[] } {
  const { security, tape } = claims;
  const { referenceLists } = security;
  const content = firstChild(tape, claims.envelope.body);
  const visible =
    content >= 0 && isEncryptedData(tape, content) ? [...security.encryptedData, content] : security.encryptedData;
  if (referenceLists.length === 0) {
    if (visible.length > 0) throw structureInvalid(tape, visible[0]!, 'xenc:EncryptedData that no list names');
    return { before: referenceLists, after: referenceLists };
  }
  const signature = security.signatures[0] ?? tape.elementCount;
  const isBefore = referenceLists[0]! < signature;
  if (referenceLists.some((list) => list < signature !== isBefore)) {
    throw structureInvalid(tape, referenceLists[0]!, 'lists of encrypted data on both sides of a signature');
  }
  const targets = readReferenceLists(tape, referenceLists, policy.limits);
  for (const element of visible) {
    if (!targets.includes(element)) throw structureInvalid(tape, element, 'xenc:EncryptedData that no list names');
  }
  return isBefore ? { before: targets, after: [] } : { before: [], after: targets };
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
