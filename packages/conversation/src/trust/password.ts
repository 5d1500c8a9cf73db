/** Attempts to prove a password, and the comparison that tells nothing about where it failed. */
import { Fault, passwordDigest, Secret } from '@parley/core';
import { equalConstantTime, isSamePassword } from '@parley/core/internal';
import type { PasswordAttempt } from '@parley/engine';

/**
 * Says who it is that knows the password: the principal of the context, or `undefined` for nobody. The attempt is
 * borrowed. Take the same time for an unknown user as for a wrong password: compare with a made-up one.
 */
export type Authenticate = (attempt: PasswordAttempt) => string | undefined | Promise<string | undefined>;

/** Whether `attempt` proves `password` (borrowed; UTF-8 octets), in a time that does not depend on where they differ. */
export function passwordMatches(attempt: PasswordAttempt, password: Uint8Array): boolean {
  if (attempt.kind === 'digest') {
    return equalConstantTime(attempt.digest, passwordDigest(attempt.nonce, attempt.created, password));
  }
  return attempt.password.lend((given) => isSamePassword(given, password));
}

/**
 * An {@link Authenticate} for one message: `open` cannot wait, whoever judges passwords may answer later. Then `open` is ended,
 * and run again once the answer has {@link arrived}. Each message asks once.
 */
export class AwaitedAuthentication {
  readonly #authenticate: Authenticate;
  #pending: Promise<void> | undefined;
  #answer: { readonly principal: string | undefined } | undefined;

  constructor(authenticate: Authenticate) {
    this.#authenticate = authenticate;
  }

  /** Whom the attempt proved, if it did. */
  get principal(): string | undefined {
    return this.#answer?.principal;
  }

  /** @throws Fault `internal.context-needed` the answer is awaited; `internal.store-unavailable` the judge failed */
  readonly judge = (attempt: PasswordAttempt): boolean => {
    if (this.#answer === undefined) {
      this.#pending ??= this.#ask(copyOf(attempt));
      throw new Fault('internal.context-needed');
    }
    return this.#answer.principal !== undefined;
  };

  /** Waits for the answer; `false` if none is awaited. @throws Fault `internal.store-unavailable` */
  async arrived(): Promise<boolean> {
    if (this.#pending === undefined) return false;
    await this.#pending;
    this.#pending = undefined;
    return true;
  }

  async #ask(attempt: PasswordAttempt): Promise<void> {
    try {
      const principal = await this.#authenticate(attempt);
      this.#answer = { principal: principal === '' ? undefined : principal };
    } catch (error) {
      // safety: what it threw may quote the password, so it goes along as the cause and in no text.
      throw new Fault('internal.store-unavailable', { reason: 'authenticate failed' }, error);
    } finally {
      if (attempt.kind === 'text') attempt.password.wipe();
    }
  }
}

function copyOf(attempt: PasswordAttempt): PasswordAttempt {
  if (attempt.kind === 'digest') return attempt;
  return { ...attempt, password: attempt.password.lend((octets) => Secret.copyOf(octets)) };
}
