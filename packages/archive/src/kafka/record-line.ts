import { isUtf8 } from 'node:buffer';
import { encodeBase64 } from '@parley/core/internal';
import { ID_LENGTH_MAX } from '@parley/log/internal';
import type { KafkaMessage } from 'kafkajs';

const LOG_APPEND_TIME = 1;
const NOTHING = new Uint8Array(0);
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/** kafkajs has it, and its types do not. */
type Timed = KafkaMessage & { readonly batchContext?: { readonly timestampType?: number } };

/**
 * Records as lines of a log, each on the line of its offset from `next` on: what a topic keeps no record of any more is a line without
 * anything. A record has the time of the broker, where the topic has `message.timestamp.type=LogAppendTime`; another is whatever its sender wrote.
 */
export function linesOf(records: readonly KafkaMessage[], place: string, next: bigint): Uint8Array {
  let text = '';
  let line = next;
  for (const record of records) {
    const offset = BigInt(record.offset);
    text += `${'\n'.repeat(Number(offset - line))}${lineOf(record, `${place}/${record.offset}`)}\n`;
    line = offset + 1n;
  }
  return ENCODER.encode(text);
}

function lineOf(record: Timed, place: string): string {
  const { value, timestamp, batchContext } = record;
  const octets = value ?? NOTHING;
  return JSON.stringify({
    id: place.length > ID_LENGTH_MAX ? undefined : place,
    at: batchContext?.timestampType === LOG_APPEND_TIME ? Number(timestamp) : undefined,
    ...(isUtf8(octets) ? { message: DECODER.decode(octets) } : { base64: encodeBase64(octets) }),
  });
}
