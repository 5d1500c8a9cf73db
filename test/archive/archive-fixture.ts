/** Archives for tests: many contexts whose messages lie among one another in many segments, with what is wrong at known places. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ObjectStore } from '@parley/archive';
import { contextSource, type SecurityContext } from '@parley/core';
import { policyOf } from '@parley/engine';
import { createLogPool, keysText, readSections, verifySections } from '@parley/log';
import { parquetReadObjects } from 'hyparquet';
import {
  NOW_MS,
  sampleContext,
  sampleEnvelope,
  sampleRandom,
  sampleRequest,
  sampleSecret,
  sealed,
} from '../engine/support/sample.ts';

export interface SampleArchive {
  readonly folder: string;
  readonly contexts: readonly SecurityContext[];
  /** File of their keys. */
  readonly keys: string;
  /** Paths of the segments, in their order. */
  readonly segments: readonly string[];
  /** Ids of the records with a message that is there before. */
  readonly replays: readonly string[];
  /** Ids of the records whose message was changed. */
  readonly forged: readonly string[];
  readonly messages: number;
}

export interface ArchiveShape {
  readonly segments: number;
  readonly messagesEach: number;
  readonly contexts: number;
  /** So many of each are put in. */
  readonly replays?: number;
  readonly forged?: number;
  /** Octets that each message has more. */
  readonly padding?: number;
  readonly ending?: (segment: number) => string;
}

/** The contexts of a sample archive. */
export function sampleContexts(count: number): readonly SecurityContext[] {
  const expiresAtMs = NOW_MS + 86_400_000;
  return Array.from({ length: count }, (_, index) =>
    sampleContext({
      identifier: `urn:uuid:00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      keys: [{ instance: undefined, secret: sampleSecret(index % 200), createdAtMs: NOW_MS - 1000, expiresAtMs }],
      expiresAtMs,
    }),
  );
}

const envelope = new TextDecoder().decode(sampleEnvelope());

/** A message of `context` that no other is like. */
export function sampleMessage(context: SecurityContext, number: number, padding = 0): Uint8Array {
  const own = envelope
    .replace('urn:uuid:7', `urn:uuid:message-${number}`)
    .replace('</m:Ping>', `${'.'.repeat(padding)}</m:Ping>`);
  return sealed(
    new TextEncoder().encode(own),
    sampleRequest({ context, atMs: NOW_MS + number, fillRandom: sampleRandom(number + 1) }),
  );
}

function recordOf(id: string | undefined, atMs: number, message: string): string {
  return `${JSON.stringify({ ...(id === undefined ? {} : { id }), at: new Date(atMs).toISOString(), message })}\n`;
}

/** Makes it in `folder`. */
export function writeArchive(folder: string, shape: ArchiveShape): SampleArchive {
  const { segments, messagesEach, replays = 0, forged = 0, padding = 0, ending = () => '.ndjson' } = shape;
  const contexts = sampleContexts(shape.contexts);
  const lines: string[][] = Array.from({ length: segments }, () => []);
  const messages = segments * messagesEach;
  for (let number = 0; number < messages; number++) {
    const segment = Math.floor(number / messagesEach);
    const context = contexts[(number * 13) % contexts.length] ?? contexts[0];
    if (context === undefined) continue;
    const message = new TextDecoder().decode(sampleMessage(context, number, padding));
    // Every other record has no id: it is called by its place.
    lines[segment]?.push(recordOf(number % 2 === 0 ? `m${number}` : undefined, NOW_MS + number, message));
  }
  const replayed = Array.from({ length: replays }, (_, index) => {
    const from = index % segments;
    // One from the beginning of a segment comes again at the end of this or a later one.
    const to = from + ((index * 3) % (segments - from));
    const line = JSON.parse(lines[from]?.[Math.floor(index / segments)] ?? '{}') as object;
    lines[to]?.push(`${JSON.stringify({ ...line, id: `replay-${index}` })}\n`);
    return `replay-${index}`;
  });
  const changed = Array.from({ length: forged }, (_, index) => {
    const segment = (index * 5) % segments;
    const context = contexts[index % contexts.length] ?? contexts[0];
    const message = new TextDecoder().decode(sampleMessage(context as SecurityContext, messages + index, padding));
    lines[segment]?.splice(
      index,
      0,
      recordOf(`forged-${index}`, NOW_MS + messages + index, message.replace('hällo', 'hullo')),
    );
    return `forged-${index}`;
  });
  mkdirSync(folder, { recursive: true });
  const paths = lines.map((of, segment) => {
    const file = path.join(folder, `segment-${String(segment).padStart(4, '0')}${ending(segment)}`);
    const text = Buffer.from(of.join(''));
    writeFileSync(file, file.endsWith('.gz') ? gzipSync(text) : text);
    return file;
  });
  const keys = `${folder}.keys.json`;
  writeFileSync(keys, keysText(contexts));
  return {
    folder,
    contexts,
    keys,
    segments: paths,
    replays: replayed,
    forged: changed,
    messages: messages + replays + forged,
  };
}

/** What one process makes of all segments, one behind the other, as lines of results. */
export async function verifiedAtOnce(
  segments: readonly string[],
  contexts: readonly SecurityContext[],
): Promise<string[]> {
  await using pool = createLogPool({ workers: 0, policy: policyOf(), contexts: contextSource(contexts) });
  const { messageBytesMax } = policyOf().limits;
  let lines = '';
  await verifySections({
    sections: (async function* () {
      for (const segment of segments) yield* readSections(segment, { workers: 0, messageBytesMax });
    })(),
    pool,
    at: 'message',
    messageBytesMax,
    results: 'all',
    onResults: (more) => {
      lines += more;
    },
  });
  return lines.split('\n').slice(0, -1);
}

/** All results that there are, as lines, in the order of the archive. */
export async function keptResults(store: ObjectStore): Promise<string[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const { name } of store.list('results/')) {
    const octets = await store.get(name);
    if (octets !== undefined) rows.push(...(await parquetReadObjects({ file: new Uint8Array(octets).buffer })));
  }
  rows.sort(
    (left, right) => Number(left['segment']) - Number(right['segment']) || Number(left['line']) - Number(right['line']),
  );
  return rows.map(({ id, ok, code, context, signed, encrypted, judged_at: at, detail }) =>
    JSON.stringify({
      id,
      ok,
      code,
      context,
      signed: JSON.parse(String(signed)) as unknown,
      encrypted: JSON.parse(String(encrypted)) as unknown,
      at: at instanceof Date ? at.toISOString() : null,
      ...(detail === null || detail === undefined ? {} : { detail: JSON.parse(String(detail)) as unknown }),
    }),
  );
}

/** Name and octets of all that was made, but for what says how long it took. */
export async function objectsOf(store: ObjectStore): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { name } of store.list('')) {
    found.set(name, Buffer.from((await store.get(name)) ?? []).toString('base64'));
  }
  return found;
}
