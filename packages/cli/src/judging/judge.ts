import type { Reply, SecurityContext } from '@parley/core';
import { contextSource, Fault } from '@parley/core';
import { failedReply } from '@parley/core/internal';
import type {
  BatchVerifier,
  ContextResolver,
  Credentials,
  KeyPlan,
  OpenedMessage,
  Policy,
  PoolMessage,
  Verdict,
} from '@parley/engine';
import { createPool, open, planOf } from '@parley/engine';
import { verdictOf } from '@parley/engine/internal';
import type { GivenCredentials } from './given-credentials.ts';

/** Opens messages: a pool, or where one cannot, the calling thread. */
export interface Judge extends BatchVerifier {
  open(message: PoolMessage): Promise<Reply<OpenedMessage>>;
  close(): Promise<void>;
}

export interface JudgeOptions {
  readonly policy: Policy;
  readonly contexts: ContextResolver;
  readonly credentials: GivenCredentials | undefined;
  readonly workers: number;
}

/** @throws Fault `caller.option-invalid` */
export function judgeOf({ policy, contexts, credentials, workers }: JudgeOptions): Judge {
  if (credentials === undefined && !isOfContexts(policy))
    throw new Fault('caller.option-invalid', {
      option: '--profile',
      reason: 'such messages are signed by no context: say in a --config file who may sign them',
    });
  if (!isForPool(policy)) return new InlineJudge(policy, contexts, credentials?.here);
  if (credentials === undefined) return createPool({ workers, policy, contexts });
  return createPool({ workers, policy, contexts, credentials: credentials.pool });
}

/** Whether keys of contexts may be enough. */
export function isOfContexts({ signedBy }: Policy): boolean {
  return signedBy.includes('context');
}

/** Passwords do not leave the calling thread, and what nobody signs is proven by one. */
export function isForPool({ passwordTypes, signedBy, endorsedBy }: Policy): boolean {
  return passwordTypes.length === 0 && signedBy.length > 0 && ![...signedBy, ...endorsedBy].includes('username');
}

class InlineJudge implements Judge {
  readonly #policy: Policy;
  readonly #contexts: ContextResolver;
  readonly #credentials: Credentials | undefined;

  constructor(policy: Policy, contexts: ContextResolver, credentials: Credentials | undefined) {
    this.#policy = policy;
    this.#contexts = contexts;
    this.#credentials = credentials;
  }

  async open({ message, atMs }: PoolMessage): Promise<Reply<OpenedMessage>> {
    const policy = this.#policy;
    try {
      const contexts = contextSource(await contextsNamed(message, this.#contexts, policy));
      return open(message, { atMs, policy, contexts, credentials: this.#credentials });
    } catch (error) {
      // As of a pool: keys that nobody could look up are the answer to one message, and not the end of all.
      return failedReply(error);
    }
  }

  async verifyBatch(messages: readonly PoolMessage[]): Promise<readonly Reply<Verdict<OpenedMessage>>[]> {
    const replies: Reply<Verdict<OpenedMessage>>[] = [];
    for (const message of messages) {
      const reply = await this.open(message);
      replies.push(reply.ok ? { ok: true, value: verdictOf(reply.value) } : reply);
    }
    // Nothing above waits for long: an interrupt has its turn here.
    await new Promise(setImmediate);
    return replies;
  }

  async close(): Promise<void> {
    for (const secret of this.#passwords()) secret.wipe();
  }

  *#passwords() {
    const passwords = this.#credentials?.passwords;
    if (passwords instanceof Map) yield* passwords.values();
  }
}

/** The contexts that the keys of a message come from. */
export async function contextsNamed(
  message: Uint8Array,
  contexts: ContextResolver,
  policy: Policy,
): Promise<readonly SecurityContext[]> {
  const plan = planOf(message, { policy });
  if (!plan.ok) return [];
  const keys: readonly KeyPlan[] = [...plan.value.signatures, ...plan.value.decryptions].map(({ key }) => key);
  const identifiers = new Set(keys.flatMap((key) => (key.source === 'context' ? [key.identifier] : [])));
  const found = await Promise.all([...identifiers].map((identifier) => contexts.get(identifier)));
  return found.filter((context) => context !== undefined);
}
