import type { PolicyChanges } from '@parley/engine';
import type { AddressingStyle } from '../soap/addressing-style.ts';
import type { ConversationProfile } from './conversation-profile.ts';
import type { ContextProtection } from './protection.ts';

/** What an endpoint's policy says, as far as it is not what its stack does anyway. */
export interface EndpointPolicy {
  /** `transport`: TLS protects messages, and the context signs their Timestamp alone. Default: `symmetric`, for `wcf-mixed` transport. */
  readonly binding?: 'symmetric' | 'transport' | undefined;
  readonly encrypt?: ContextProtection['encrypt'] | undefined;
  readonly order?: ContextProtection['order'] | undefined;
  readonly keys?: ContextProtection['keys'] | undefined;
  /** What the policy of the bootstrap says. Default: as of messages; for WCF, as WCF does it. */
  readonly handshake?: Pick<EndpointPolicy, 'encrypt' | 'order' | 'confirm'> | undefined;
  /** Of requests; answers name the context from outside. */
  readonly token?: ContextProtection['token'] | undefined;
  /** Answers confirm the signatures of their requests (sp:RequireSignatureConfirmation). Default: false. */
  readonly confirm?: boolean | undefined;
  /** `combined`: both sides contribute to a key (sp:RequireClientEntropy, sp:RequireServerEntropy). Default: what the stack does. */
  readonly entropy?: ConversationProfile['keys'] | undefined;
  /** `none`: the peer has no WS-Addressing, and the connection alone tells what an answer belongs to. */
  readonly addressing?: AddressingStyle['version'] | 'none' | undefined;
  /** Whether Action and To are to be understood. */
  readonly mustUnderstandAddressing?: boolean | undefined;
  /** Changes to what is demanded of every message that is read; `endpointAddress` counts for requests. */
  readonly policy?: PolicyChanges | undefined;
}
