import type { CertificateSealRequest, EncryptedKeySealRequest, SealRequest } from '../../seal/request.ts';

/**
 * A {@link SealRequest} whose context is named by its identifier; the worker has its own randomness. Whoever endorses is one
 * of the pool's `ownKeys`.
 */
export interface PoolSealRequest extends Omit<SealRequest, 'context' | 'fillRandom' | 'workspace'> {
  readonly identifier: string;
}

/** A {@link BootstrapSealRequest}, signed with one of the pool's `ownKeys`, or with a session key, which is copied. */
export type PoolBootstrapSealRequest =
  | Omit<CertificateSealRequest, 'fillRandom' | 'workspace'>
  | Omit<EncryptedKeySealRequest, 'fillRandom' | 'workspace'>;
