import { isUtf8 } from 'node:buffer';
import type { Image } from './image.ts';
import type { Matcher } from './matcher.ts';
import { Match } from './matcher.ts';

/**
 * Documents that are one another but for what is in their holes. What matches is well-formed, has the elements, names and
 * namespaces of the document that it was made of, and the canonical octets that {@link write} gives; which limits it keeps is only known of its
 * holes. See docs/decisions/0025-templates.md.
 */
export class OctetTemplate {
  /** Holds the message that is being compared, and what was found and written of it. */
  readonly matcher: Matcher;
  readonly #image: Image;

  constructor(image: Image, matcher: Matcher) {
    this.#image = image;
    this.matcher = matcher;
  }

  /** As {@link Matcher.prints} has them, of the document that it was made of. */
  readonly prints: Int32Array = new Int32Array(2);

  /** Octets that it takes, apart from its tape. */
  get bytes(): number {
    return this.#image.octets.length;
  }

  /** Whether the message that {@link Matcher.take} took, `message`, is one of these documents. */
  matches(message: Uint8Array): boolean {
    const found = this.matcher.match(this.#image);
    return found === Match.yes || (found !== Match.no && isUtf8(message));
  }

  /**
   * Writes the canonical parts of the message that matched into `matcher.out`, from `lead` on; where they end, or -1 if they
   * are too long.
   */
  write(lead: number): number {
    return this.matcher.write(this.#image, lead);
  }
}
