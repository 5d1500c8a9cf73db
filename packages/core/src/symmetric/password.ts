/** What a UsernameToken makes of a password (WSS UsernameToken profile 1.1 §3.2, §4). Passwords are UTF-8 octets. */
import { createHash, hash } from 'node:crypto';
import { equalConstantTime } from '../base/constant-time.ts';
import { requireInput } from '../base/input.ts';
import { rehashByModule } from '../hot/sha1-module.ts';
import { requireKind, TEXT, whole } from '../options/kind.ts';

/** Iterations where a token does not say (§4). */
export const PASSWORD_ITERATIONS_DEFAULT = 1000;

/** Octets of a salt: its use, and 15 random ones (§4). */
export const PASSWORD_SALT_BYTES = 16;

/** Octets of the key that a password makes. */
export const PASSWORD_KEY_BYTES = 20;

/** The first octet of a salt: what the key is for. */
export const PASSWORD_KEY_USES: Readonly<Record<'mac' | 'encryption', number>> = Object.freeze({
  mac: 0x01,
  encryption: 0x02,
});

/** No key costs more than this, whatever the limits of a policy are. */
export const PASSWORD_ITERATIONS_CEILING = 1_000_000;

const OUT_BYTES = whole(0, PASSWORD_KEY_BYTES);
const ITERATIONS = whole(1, PASSWORD_ITERATIONS_CEILING);

/** SHA-1(nonce + UTF-8(created) + password): what a `#PasswordDigest` holds in base64. Borrows all; the result is the caller's. */
export function passwordDigest(nonce: Uint8Array, created: string, password: Uint8Array): Uint8Array {
  requireInput(nonce, 'nonce');
  requireKind(TEXT, created, 'created');
  requireInput(password, 'password');
  return createHash('sha1').update(nonce).update(created, 'utf8').update(password).digest();
}

/**
 * The key that `password` and `salt` make (§4): SHA-1(password + salt), hashed again until there are `iterations` hashes.
 * Into `out`, of at most 20 octets; of a shorter one, the first. Borrows all; the caller wipes `out`. How many
 * iterations a peer may ask for is the caller's to limit: each costs a tenth of a microsecond, and six times that
 * in FIPS mode or without WebAssembly.
 */
export function passwordKey(password: Uint8Array, salt: Uint8Array, iterations: number, out: Uint8Array): void {
  requireInput(password, 'password');
  requireInput(salt, 'salt');
  requireInput(out, 'out');
  requireKind(OUT_BYTES, out.length, 'out.length');
  requireKind(ITERATIONS, iterations, 'iterations');
  const key = createHash('sha1').update(password).update(salt).digest();
  if (!rehashByModule(key, iterations - 1)) rehashByOpenssl(key, iterations - 1);
  out.set(key.subarray(0, out.length));
  key.fill(0);
}

function rehashByOpenssl(key: Uint8Array, count: number): void {
  for (let done = 0; done < count; done++) {
    const next = hash('sha1', key, 'buffer');
    key.set(next);
    next.fill(0);
  }
}

/** Whether two passwords are the same, in a time that does not depend on where they differ. Borrows both. */
export function isSamePassword(left: Uint8Array, right: Uint8Array): boolean {
  // Digests have one length, so that the comparison does not begin by telling that of the password.
  return equalConstantTime(hash('sha256', left, 'buffer'), hash('sha256', right, 'buffer'));
}
