import type { HashName, MacAlgorithm, SecurityContext, SuiteName } from '@parley/core';
import type { Workspace } from './workspace.ts';

/** How a message is to be secured. */
export interface SealRequest {
  readonly context: SecurityContext;
  /** The key to use, by instance (`undefined` names the first key); leave out for the newest. */
  readonly instance?: string | undefined;
  /** Now, epoch milliseconds: Created of the Timestamp. */
  readonly atMs: number;
  readonly timestampLifetimeMs: number;
  /** Fills its argument with random octets: nonces and IVs. */
  readonly fillRandom: (out: Uint8Array) => void;
  /** The generation to write, when the context does not say. */
  readonly version?: '200512' | '200502';
  /** Default: the context's. */
  readonly suite?: SuiteName;
  readonly mac?: MacAlgorithm['name'];
  readonly digest?: HashName;
  /** DerivedKeyTokens, derivations implied by the STR, or the context's secret itself (to sign only). */
  readonly keys: 'explicit' | 'implied' | 'direct';
  /** The SCT in the header, or a reference by Identifier. */
  readonly token: 'attached' | 'external';
  /** What is signed: Body, the wsa headers, the Timestamp (which is written only if it is signed). */
  readonly sign: { readonly body: boolean; readonly addressing: boolean; readonly timestamp: boolean };
  readonly encrypt: 'none' | 'body' | 'body-and-signature';
  readonly order: 'sign-then-encrypt' | 'encrypt-then-sign';
  readonly workspace?: Workspace;
}
