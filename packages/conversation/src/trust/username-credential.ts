import type { Secret } from '@parley/core';

/** Who asks, and the password (borrowed; UTF-8 octets). */
export interface UsernameCredential {
  readonly username: string;
  readonly password: Secret;
  /** `text` (default, as WCF sends it) shows the password to the peer; `digest` shows a hash with nonce and time. */
  readonly passwordType?: 'text' | 'digest' | undefined;
}
