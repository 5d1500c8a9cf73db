import { hash } from 'node:crypto';
import type { RemoteNames } from '@parley/conversation/internal';

const CONTEXT_END = '}:context';
const RECORDS_END = '}:records';

/**
 * Names of keys. What is in braces alone says on which node of a cluster a key is, so that what changes in one step is on one.
 */
export class KeyNames implements RemoteNames {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  get check(): string {
    return `${this.#prefix}{check}`;
  }

  /** The channel on which changes are told. */
  get changes(): string {
    return `${this.#prefix}changes`;
  }

  context(identifier: string): string {
    return `${this.#prefix}{${encodeURIComponent(identifier)}${CONTEXT_END}`;
  }

  /** Whose context it is; `undefined` for a key of somebody else's making. */
  identifierOf(key: string): string | undefined {
    const start = this.#prefix.length + 1;
    try {
      const identifier = decodeURIComponent(key.slice(start, -CONTEXT_END.length));
      return this.context(identifier) === key ? identifier : undefined;
    } catch {
      return undefined;
    }
  }

  /** Nobody can tell from it whose records they are. */
  records(partition: string): string {
    return `${this.#prefix}{${hash('sha256', partition, 'base64url')}${RECORDS_END}`;
  }

  get contextPattern(): string {
    return this.#pattern(CONTEXT_END);
  }

  get recordsPattern(): string {
    return this.#pattern(RECORDS_END);
  }

  #pattern(end: string): string {
    return `${this.#prefix.replaceAll(/[*?[\]\\^]/g, '\\$&')}{*${end}`;
  }
}
