/** Messages of each kind at each size, for everybody the same. */
import { open, seal } from '@parley/engine';
import type { SizeKb } from '../corpus.ts';
import { envelopeOf, must, SIZES_KB, seededRandom } from '../corpus.ts';
import type { Wanted } from '../measure.ts';
import type { Kind, MadeKind } from './kinds.ts';
import { kindsAt } from './kinds.ts';
import { contentOf, liveMessages } from './live-messages.ts';

export interface SecuredMessages {
  /** `cxf-5k`: its kind, and the size of the envelope before it was secured. */
  readonly name: string;
  readonly kind: Kind;
  readonly envelope: Uint8Array | undefined;
  /** That envelope, secured again and again, or what peers said to one another: with fresh nonces or session keys in each. */
  readonly messages: readonly Uint8Array[];
  /** Octets of the first. */
  readonly bytes: number;
  /** A text that the first has in its Body, encrypted or not. */
  readonly content: string;
}

// More than a derived key is remembered for when it is forgotten between rounds; few enough to stay small.
const MESSAGES_MAX = 64;
const MESSAGES_MIN = 8;
const ALL_BYTES = 2_000_000;

/** Those whose name is wanted, as of now. */
export function securedMessages(isWanted: Wanted): readonly SecuredMessages[] {
  const kinds = kindsAt(Date.now(), seededRandom('messages'));
  const made = kinds.flatMap((kind) =>
    SIZES_KB.filter((size) => isWanted(nameOf(kind, size))).map((size) => secured(kind, size)),
  );
  return [...made, ...liveMessages().filter(({ name }) => isWanted(name))];
}

function secured(kind: MadeKind, size: SizeKb): SecuredMessages {
  const envelope = envelopeOf(lineCountFor(size), 0);
  const sealed = (): Uint8Array => must(seal(envelope, kind.sealing)).octets;
  const first = sealed();
  must(open(first, kind.opening));
  const count = Math.max(MESSAGES_MIN, Math.min(MESSAGES_MAX, Math.floor(ALL_BYTES / first.length)));
  const messages = [first, ...Array.from({ length: count - 1 }, sealed)];
  const content = contentOf(first, kind);
  return { name: nameOf(kind, size), kind, envelope, messages, bytes: first.length, content };
}

function nameOf(kind: Kind, size: SizeKb): string {
  return `${kind.name}-${size}k`;
}

/** Lines that make an envelope of about `size` KB. */
function lineCountFor(size: SizeKb): number {
  const none = envelopeOf(0, 0).length;
  const perLine = (envelopeOf(100, 0).length - none) / 100;
  return Math.max(0, Math.round((size * 1000 - none) / perLine));
}
