import type { ContextSource } from '@parley/core';
import type { Credentials } from '../keys/credentials.ts';
import type { Workspace } from '../memory/workspace.ts';
import type { ReplayMemory } from '../message/replay-memory.ts';
import type { Policy } from '../policy/policy.ts';

/** What a message is to be opened with. */
export interface OpenRequest {
  /** The clock, epoch milliseconds; `'message'` judges the message as of its own Timestamp, as an auditor does. */
  readonly atMs: number | 'message';
  readonly policy: Policy;
  readonly contexts: ContextSource;
  /** For messages that no context secures, as the policy allows them. Without them, everything that needs them is refused. */
  readonly credentials?: Credentials | undefined;
  /**
   * Refuses what was seen before (`peer.replay`). With it, there is nothing left to do about replays: each message is inserted
   * once all of it is proven, and what CBC hides behind a signature in clear once more, before it is decrypted (T37).
   */
  readonly replays?: ReplayMemory | undefined;
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

export interface PlanRequest {
  readonly policy: Policy;
  /** Scratch to reuse; without one, each call makes its own. */
  readonly workspace?: Workspace;
}
