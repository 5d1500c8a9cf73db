/** What hashes are called on a server. */
export interface RemoteNames {
  /** Where changes are told. */
  readonly changes: string;
  context(identifier: string): string;
  /** Whose context it is; `undefined` for a key of somebody else's making. */
  identifierOf(key: string): string | undefined;
  records(partition: string): string;
  /** What all contexts are like, and all partitions of records. */
  readonly contextPattern: string;
  readonly recordsPattern: string;
}
