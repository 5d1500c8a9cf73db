/** How far a root element has been read, beside the records on the tape: what the innermost open element will be told yet. */
export interface ScanPlace {
  /** Offset of the markup or text that is next. */
  readonly at: number;
  /** The innermost open element, -1 before the root. */
  readonly current: number;
  /** Its words so far. */
  readonly flags: number;
  readonly contentPrefixes: number;
}

/** In front of the root element at `root`, with an empty tape. */
export function beforeRoot(root: number): ScanPlace {
  return { at: root, current: -1, flags: 0, contentPrefixes: 0 };
}
