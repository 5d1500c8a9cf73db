import type { Image } from './image.ts';

/** What {@link Matcher.match} says. */
export const Match = { no: 0, yes: 1, beyondAscii: 2 } as const;

/** Compares one message with templates. One at a time: each call but `take` is about the message taken last. */
export interface Matcher {
  /** Start and end of each hole of the message that matched last. */
  readonly holes: Int32Array;
  /** Start and end in {@link out} of each part that was written last. */
  readonly places: Int32Array;
  /** Where canonical octets are written. */
  readonly out: Uint8Array;
  /** Of {@link print}: of all elements, and of those up to the first one in the Body. */
  readonly prints: Int32Array;
  /** How often a message was taken: whoever calls others meanwhile sees by it whether that is still theirs. */
  readonly takes: number;
  /** Takes a message, a copy of it if need be; `false` for one that is too long. */
  take(message: Uint8Array): boolean;
  /**
   * Makes two numbers, of the names of elements in their order, that all messages have which one template takes. Others may have
   * them, too: they say which is worth a try, and nothing more.
   */
  print(): void;
  /** Bits of {@link Match}; with `beyondAscii`, that the message is UTF-8 is still to be checked. */
  match(image: Image): number;
  /** Writes the parts from `lead` on; where they end, or -1 for want of room. */
  write(image: Image, lead: number): number;
  /** Gives octets to hole number `hole`, behind those of the message that matched: what the parts have, and no message. */
  lend(hole: number, octets: Uint8Array): void;
  /** What hole number `hole` of the message that matched last holds, as a string. */
  text(hole: number): string;
  /** Forgets the message, and overwrites what is left of it. */
  drop(): void;
}

/** Longest message, and most holes, parts and ids of a template, for every matcher. */
export const MATCH_LIMITS = {
  messageBytes: 0x100000,
  holes: 15_000,
  parts: 64,
  ids: 64,
  imageBytes: 0x200000,
} as const;
