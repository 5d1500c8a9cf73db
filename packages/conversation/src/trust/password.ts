/** Attempts to prove a password, and the comparison that tells nothing about where it failed. */
import { Fault, passwordDigest, Secret } from '@parley/core';
import type { Kind } from '@parley/core/internal';
import {
  callbackFault,
  equalConstantTime,
  FINITE,
  instanceOf,
  isSamePassword,
  OCTETS,
  objectWith,
  only,
  optional,
  requireInput,
  requireKind,
  TEXT,
  tagged,
} from '@parley/core/internal';
import type { PasswordAttempt } from '@parley/engine';

/**
 * Says who it is that knows the password: the principal of the context, or `undefined` for nobody. The attempt is
 * borrowed. Take the same time for an unknown user as for a wrong password: compare with a made-up one.
 */
export type Authenticate = (attempt: PasswordAttempt) => string | undefined | Promise<string | undefined>;

type Digest = Extract<PasswordAttempt, { readonly kind: 'digest' }>;
type Text = Extract<PasswordAttempt, { readonly kind: 'text' }>;

const ATTEMPT: Kind<PasswordAttempt> = tagged('kind', {
  digest: objectWith<Digest>({
    kind: only('digest'),
    username: TEXT,
    digest: OCTETS,
    nonce: OCTETS,
    created: TEXT,
    createdAtMs: FINITE,
  }),
  text: objectWith<Text>({ kind: only('text'), username: TEXT, password: instanceOf(Secret) }),
});

/** Whether `attempt` proves `password` (borrowed; UTF-8 octets), in a time that does not depend on where they differ. */
export function passwordMatches(attempt: PasswordAttempt, password: Uint8Array): boolean {
  requireKind(ATTEMPT, attempt, 'attempt');
  requireInput(password, 'password');
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

  /** @throws Fault `internal.context-needed` the answer is awaited */
  readonly judge = (attempt: PasswordAttempt): boolean => {
    if (this.#answer === undefined) {
      this.#pending ??= this.#ask(copyOf(attempt));
      throw new Fault('internal.context-needed');
    }
    return this.#answer.principal !== undefined;
  };

  /** Waits for the answer; `false` if none is awaited. @throws Fault `caller.callback-failed` the judge failed, `caller.option-invalid` its answer is no name */
  async arrived(): Promise<boolean> {
    if (this.#pending === undefined) return false;
    await this.#pending;
    this.#pending = undefined;
    return true;
  }

  // safety: what it throws may quote the password, so it goes along as the cause and in no text.
  async #judged(attempt: PasswordAttempt): Promise<unknown> {
    try {
      return await this.#authenticate(attempt);
    } catch (error) {
      throw callbackFault('authenticate', error);
    }
  }

  async #ask(attempt: PasswordAttempt): Promise<void> {
    try {
      const principal = await this.#judged(attempt);
      requireKind(PRINCIPAL, principal, 'authenticate()');
      this.#answer = { principal: principal === '' ? undefined : principal };
    } finally {
      if (attempt.kind === 'text') attempt.password.wipe();
    }
  }
}

const PRINCIPAL = optional(TEXT);

function copyOf(attempt: PasswordAttempt): PasswordAttempt {
  if (attempt.kind === 'digest') return attempt;
  return { ...attempt, password: attempt.password.lend((octets) => Secret.copyOf(octets)) };
}
