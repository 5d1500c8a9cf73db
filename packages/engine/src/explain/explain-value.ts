/** Whether a SignatureValue is right by the key that its message names, and if not, what its sender signed instead. */
import type { Tape } from '@parley/codec';
import { contextSource, type Reply } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import { base64Octets } from '../claims/claim.ts';
import type { SignatureClaim } from '../claims/signature.ts';
import { PasswordKeys } from '../keys/password-keys.ts';
import { resolveKey } from '../keys/resolve-keys.ts';
import { keyUseOf } from '../keys/resolved-key.ts';
import type { OpenScope } from '../keys/scope.ts';
import { TransportedKeys } from '../keys/transported-keys.ts';
import type { Workspace } from '../memory/workspace.ts';
import type { KeyUse } from '../message/opened-message.ts';
import type { OpenRequest } from '../open/request.ts';
import { KeyPlanner } from '../plan/key-planner.ts';
import { planKey } from '../plan/signatures.ts';
import type { Policy } from '../policy/policy.ts';
import { readMessage } from '../read/message.ts';
import type { ValueCause } from './value-cause.ts';
import { isRightValue, valueCauseOf } from './value-cause.ts';

/** The value of one signature, judged by the key that was found for it. */
export interface ValueExplanation {
  readonly key: KeyUse;
  /** Short name, as the message has it. */
  readonly algorithm: string;
  readonly isRight: boolean;
  /** What its sender signed instead; `undefined` where the value is right, or nothing that is tried gives it. */
  readonly cause: ValueCause | undefined;
}

/** What keys are looked for with. */
export type KeyRequest = Partial<Pick<OpenRequest, 'contexts' | 'credentials' | 'atMs'>>;

/** Explains the value of `claim`, read by `rules`; or says why there is no key to do it with. */
export function explainedValue(
  tape: Tape,
  claim: SignatureClaim,
  rules: Policy,
  request: KeyRequest,
  workspace: Workspace,
): Reply<ValueExplanation> {
  const transported = new TransportedKeys();
  const passwordKeys = new PasswordKeys();
  try {
    const { contexts = contextSource([]), credentials = {}, atMs = 'message' } = request;
    const claims = readMessage(tape, rules);
    const scope: OpenScope = {
      policy: rules,
      contexts,
      credentials,
      atMs: atMs === 'message' ? (claims.timestamp?.createdAtMs ?? 0) : atMs,
      replays: undefined,
      assertions: new Map(),
      workspace,
      transported,
      passwordKeys,
    };
    const resolved = resolveKey(planKey(new KeyPlanner(claims, rules, workspace.certificates), claim), scope);
    const question = {
      tape,
      element: claim.signedInfo,
      canonicalisation: claim.canonicalisation,
      algorithm: claim.algorithm,
      value: base64Octets(tape, claim.signatureValue),
      resolved,
      workspace,
    };
    const isRight = isRightValue(question);
    const cause = isRight ? undefined : valueCauseOf(question);
    return { ok: true, value: { key: keyUseOf(resolved), algorithm: claim.algorithm.name, isRight, cause } };
  } catch (error) {
    return failedReply(error);
  } finally {
    transported.wipe();
    passwordKeys.wipe();
  }
}
