/** Thrown when the user interrupts what has no part of a result to show: not an error, only the end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
