/** Part [start, end) of an object, in octets. */
export interface ObjectRange {
  readonly start: number;
  readonly end: number;
}

/** What is kept under a name. */
export interface FoundObject {
  readonly name: string;
  readonly sizeBytes: number;
}

/**
 * Where objects are kept under names, which have `/` between their parts. All machines that work on an archive see the same, and
 * what one has put, the others find from then on.
 */
export interface ObjectStore {
  /** How a person would name it. */
  readonly location: string;
  /** The octets, or those of `range`; `undefined` when there is nothing of this name. */
  get(name: string, range?: ObjectRange): Promise<Uint8Array | undefined>;
  /** The octets as they come. @throws Fault `caller.input-unreadable` there is nothing of this name */
  stream(name: string): AsyncIterable<Uint8Array>;
  /** Keeps `octets` (borrowed) for good unless something has the name; says whether it did. Half an object is never seen. */
  putIfAbsent(name: string, octets: Uint8Array): Promise<boolean>;
  /** Keeps `octets` (borrowed) in the place of what had the name. */
  put(name: string, octets: Uint8Array): Promise<void>;
  /** What is there whose name begins so, in the order of the names. */
  list(prefix: string): AsyncIterable<FoundObject>;
}
