/**
 * Something that must hold of every `Subject`: a test of any test runner.
 * @experimental a later version may ask more of stores
 */
export interface Law<Subject> {
  readonly name: string;
  /** @throws AssertionError of node:assert, and what the subject throws, if it does not hold */
  check(subject: Subject): Promise<void>;
}
