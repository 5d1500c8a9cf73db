/** An archive whose messages are all different, with replays and forgeries at known places. */
import { gzipSync } from 'node:zlib';
import type { ObjectStore } from '@parley/archive';
import type { SecurityContext } from '@parley/core';
import { contextOf } from '@parley/core';
import { signedMessage } from '../bus/messages.ts';

export interface ArchiveShape {
  readonly messages: number;
  readonly segments: number;
  readonly contexts: number;
  /** Of each message, beside its security header. */
  readonly words: number;
  /** As .ndjson.gz, which spares the disk of the bucket one of two copies. */
  readonly compressed: boolean;
  /** So many of each are put in besides. */
  readonly replays: number;
  readonly forged: number;
}

export interface WrittenArchive {
  /** Of its lines. */
  readonly octets: number;
  /** Of its segments, as they are kept. */
  readonly keptOctets: number;
  readonly contexts: readonly SecurityContext[];
  /** Ids of what is to be refused. */
  readonly replays: readonly string[];
  readonly forged: readonly string[];
}

const LIFETIME_MS = 86_400_000;

/** Writes it segment by segment; what stands where follows from the shape. */
export async function writeArchive(
  store: ObjectStore,
  shape: ArchiveShape,
  nowMs: number,
  tell: (segment: number) => void,
): Promise<WrittenArchive> {
  const { messages, segments, replays, forged, compressed, words } = shape;
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
    return new TextDecoder().decode(signedMessage(context, number, nowMs, words));
  };
  const firsts: string[] = [];
  const odd = { replays: [] as string[], forged: [] as string[] };
  let [octets, keptOctets] = [0, 0];
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
    firsts.push(message(first));
    for (let index = segment; index < replays; index += segments) {
      odd.replays.push(`replay-${index}`);
      // Of a segment before, or of this one.
      put(`replay-${index}`, firsts[(index * 31) % firsts.length] as string);
    }
    for (let index = segment; index < forged; index += segments) {
      odd.forged.push(`forged-${index}`);
      put(`forged-${index}`, message(messages + index).replace('parley parley', 'parley barley'));
    }
    const file = new TextEncoder().encode(lines.join(''));
    octets += file.length;
    const kept = compressed ? gzipSync(file, { level: 1 }) : file;
    keptOctets += kept.length;
    await store.put(`segment-${String(segment).padStart(4, '0')}.ndjson${compressed ? '.gz' : ''}`, kept);
    tell(segment);
  }
  return { octets, keptOctets, contexts, ...odd };
}
