import type { KeyInstance, SecurityContext } from '@parley/core';
import { Secret } from '@parley/core';

export const START_MS: number = Date.UTC(2030, 0, 1);

/** A key whose octets are all `octet`. */
export function sampleKey(octet: number, instance?: string): KeyInstance {
  return {
    instance,
    secret: Secret.copyOf(new Uint8Array(32).fill(octet)),
    createdAtMs: START_MS,
    expiresAtMs: START_MS + 3_600_000,
  };
}

export function sampleContext(identifier: string, changes: Partial<SecurityContext> = {}): SecurityContext {
  return {
    identifier,
    version: '200512',
    suite: 'Basic256',
    keys: [sampleKey(7)],
    createdAtMs: START_MS,
    expiresAtMs: START_MS + 3_600_000,
    cancelledAtMs: undefined,
    principal: 'alice',
    ...changes,
  };
}

/** The octets of a key, copied. */
export function keyOctets(context: SecurityContext | undefined, index = 0): Uint8Array | undefined {
  return context?.keys[index]?.secret.lend((bytes) => Uint8Array.from(bytes));
}

/** The code of what `promise` rejects with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
  return 'no error';
}
