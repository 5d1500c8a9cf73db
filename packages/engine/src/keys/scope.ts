import type { ContextSource } from '@parley/core';
import type { Workspace } from '../memory/workspace.ts';
import type { ReplayMemory } from '../message/replay-memory.ts';
import type { Policy } from '../policy/policy.ts';
import type { AssertionClaim } from '../saml/assertion-claim.ts';
import type { Credentials } from './credentials.ts';
import type { PasswordKeys } from './password-keys.ts';
import type { TransportedKeys } from './transported-keys.ts';
import type { VerifiedAssertion } from './verified-assertion.ts';

/** What a message is opened with. */
export interface OpenScope {
  readonly policy: Policy;
  readonly contexts: ContextSource;
  readonly credentials: Credentials;
  readonly transported: TransportedKeys;
  readonly passwordKeys: PasswordKeys;
  readonly replays: ReplayMemory | undefined;
  /** Those that were verified. */
  readonly assertions: Map<AssertionClaim, VerifiedAssertion>;
  readonly atMs: number;
  readonly workspace: Workspace;
}
