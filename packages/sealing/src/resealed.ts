/** What came of sealing records anew. */
export interface Resealed {
  /** Records that are sealed under the new key now and were not before. */
  readonly records: number;
  /** Records that no key opens: damaged, put back, or of a key that was not given. They are left as they are. */
  readonly left: number;
}
