/** An archive whose messages are all different, with replays and forgeries at known places. */
import type { ObjectStore } from '@parley/archive';
import type { SecurityContext } from '@parley/core';
import { contextOf } from '@parley/core';
import { signedMessage } from '../bus/messages.ts';

export interface ArchiveShape {
  readonly messages: number;
  readonly segments: number;
  readonly contexts: number;
  /** So many of each are put in besides. */
  readonly replays: number;
  readonly forged: number;
}

export interface WrittenArchive {
  readonly octets: number;
  readonly contexts: readonly SecurityContext[];
  /** Ids of what is to be refused. */
  readonly replays: readonly string[];
  readonly forged: readonly string[];
}

const LIFETIME_MS = 86_400_000;

/** Writes it segment by segment; what stands where follows from the shape. */
export async function writeArchive(store: ObjectStore, shape: ArchiveShape, nowMs: number): Promise<WrittenArchive> {
  const { messages, segments, replays, forged } = shape;
  const contexts = Array.from({ length: shape.contexts }, (_, index) =>
    contextOf({
      identifier: `urn:uuid:archive-${index}`,
      secret: new Uint8Array(32).fill((index % 255) + 1),
      createdAtMs: nowMs - 1000,
      expiresAtMs: nowMs + LIFETIME_MS,
    }),
  );
  const message = (number: number): string => {
    const context = contexts[(number * 7919) % contexts.length] as SecurityContext;
    return new TextDecoder().decode(signedMessage(context, number, nowMs));
  };
  const kept: string[] = [];
  const odd = { replays: [] as string[], forged: [] as string[] };
  let octets = 0;
  for (let segment = 0; segment < segments; segment++) {
    const lines: string[] = [];
    const put = (id: string, text: string): void => {
      lines.push(`${JSON.stringify({ id, at: new Date(nowMs).toISOString(), message: text })}\n`);
    };
    const [first, next] = [segment, segment + 1].map((at) => Math.floor((at * messages) / segments)) as [
      number,
      number,
    ];
    for (let number = first; number < next; number++) put(`m${number}`, message(number));
    kept.push(message(first));
    for (let index = segment; index < replays; index += segments) {
      odd.replays.push(`replay-${index}`);
      // Of a segment before, or of this one.
      put(`replay-${index}`, kept[(index * 31) % kept.length] as string);
    }
    for (let index = segment; index < forged; index += segments) {
      odd.forged.push(`forged-${index}`);
      put(`forged-${index}`, message(messages + index).replace('parley parley', 'parley barley'));
    }
    const file = new TextEncoder().encode(lines.join(''));
    octets += file.length;
    await store.put(`segment-${String(segment).padStart(4, '0')}.ndjson`, file);
  }
  return { octets, contexts, ...odd };
}
