import { hash } from 'node:crypto';
import type { RemoteNames } from '@parley/conversation/internal';

const CONTEXT = 'context:';
const RECORDS = 'records:';

/** Names of hashes within a schema; a pattern is what they begin with. */
export class KeyNames implements RemoteNames {
  readonly changes: string;
  readonly check: string = 'check';
  readonly contextPattern: string = CONTEXT;
  readonly recordsPattern: string = RECORDS;

  constructor(schema: string) {
    this.changes = `${schema}_changes`;
  }

  /** The server takes no NUL, and indexes nothing that is very long. */
  context(identifier: string): string {
    return CONTEXT + encodeURIComponent(identifier);
  }

  identifierOf(key: string): string | undefined {
    try {
      return decodeURIComponent(key.slice(CONTEXT.length));
    } catch {
      return undefined;
    }
  }

  records(partition: string): string {
    return RECORDS + hash('sha256', partition, 'base64url');
  }
}
