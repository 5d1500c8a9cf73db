/** Judging answers to changed messages: refused by the peer's fault, or exactly what the original says. */
import { createHash } from 'node:crypto';
import type { Reply } from '@parley/core';
import type { OpenedMessage } from '@parley/engine';

/** All that an application can learn from an opened message, the octets included. */
export function meaningOf(value: OpenedMessage): string {
  const { identifier, instance, version, principal, action, messageId, to, relatesTo, createdAtMs, expiresAtMs } =
    value;
  const parts = value.signed.map(({ role, namespace, localName, bytes, key }) => [
    role,
    namespace,
    localName,
    sha256(bytes),
    key.source === 'certificate' ? key.thumbprint : key.source,
  ]);
  return JSON.stringify([
    parts,
    sha256(value.body),
    [identifier, instance, version, principal, action, messageId, to, relatesTo, createdAtMs, expiresAtMs],
  ]);
}

/** What the answers to many messages were, by code; `unharmed` for those that said what an original says. */
export class Outcomes {
  readonly #counts = new Map<string, number>();
  #total = 0;

  /**
   * Counts one answer.
   * @throws Error with `describe()` when it is neither a refusal of the peer's nor one of the `originals`.
   */
  add(reply: Reply<OpenedMessage>, originals: readonly string[], describe: () => string): 'refused' | 'unharmed' {
    if (reply.ok) {
      if (!originals.includes(meaningOf(reply.value))) throw new Error(`another meaning: ${describe()}`);
    } else if (!reply.code.startsWith('peer.')) {
      throw new Error(`${reply.code} ${JSON.stringify(reply.detail)}: ${describe()}`);
    }
    const outcome = reply.ok ? 'unharmed' : reply.code;
    this.#counts.set(outcome, this.count(outcome) + 1);
    this.#total++;
    return reply.ok ? 'unharmed' : 'refused';
  }

  count(outcome: string): number {
    return this.#counts.get(outcome) ?? 0;
  }

  get total(): number {
    return this.#total;
  }

  /** All counts, the largest first. */
  summary(): string {
    const counts = [...this.#counts].sort(([, left], [, right]) => right - left);
    return `${this.total} messages; ${counts.map(([outcome, count]) => `${outcome} ${count}`).join(', ')}`;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}
