/** Conversations of other implementations with themselves, octet for octet: test/vectors/live-recordings. */
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { Secret } from '@parley/core';

const FOLDER = new URL('../../vectors/live-recordings/', import.meta.url);

export const RECORDINGS = ['cxf', 'liberty', 'metro', 'metro-rm', 'rampart', 'wcf'] as const;
export type RecordingName = (typeof RECORDINGS)[number];

/** A request and its answer, as HTTP carried them. */
export interface Exchange {
  /** Of its peer; names all of its policy. */
  readonly endpoint: string;
  /** Of the recording. */
  readonly number: number;
  readonly request: Uint8Array;
  readonly reply: Uint8Array;
  readonly status: number;
  readonly requestType: string | undefined;
  readonly replyType: string | undefined;
  /** The context that an answer in Fast Infoset issued, as its recorder saw it. */
  readonly issued?: { readonly identifier: string; readonly secret: Secret } | undefined;
}

type Octets = string | { readonly base64: string };
type Row = Omit<Exchange, 'request' | 'reply' | 'issued'> & {
  readonly request: Octets;
  readonly reply: Octets;
  readonly issued?: { readonly identifier: string; readonly secret: string };
};

/** All exchanges with an endpoint, in order. */
export function readConversations(name: RecordingName): ReadonlyMap<string, readonly Exchange[]> {
  const text = brotliDecompressSync(readFileSync(new URL(`${name}.ndjson.br`, FOLDER))).toString('utf8');
  const conversations = new Map<string, Exchange[]>();
  for (const line of text.trimEnd().split('\n')) {
    const row = JSON.parse(line) as Row;
    const issued = row.issued && { ...row.issued, secret: Secret.copyOf(Buffer.from(row.issued.secret, 'base64')) };
    const exchange = { ...row, request: octetsOf(row.request), reply: octetsOf(row.reply), issued };
    const all = conversations.get(row.endpoint);
    if (all === undefined) conversations.set(row.endpoint, [exchange]);
    else all.push(exchange);
  }
  return conversations;
}

/** Where the recording's test keys are, and alice's password. */
export function keysOf(name: RecordingName): { readonly folder: string; readonly password: string } {
  // Rampart and Metro were recorded with the same keys.
  const folder = name === 'metro-rm' || name === 'rampart' ? 'metro' : name;
  return { folder: new URL(`keys/${folder}`, FOLDER).pathname, password: name === 'wcf' ? 'secret' : 'correct horse' };
}

function octetsOf(octets: Octets): Uint8Array {
  return typeof octets === 'string' ? new TextEncoder().encode(octets) : Buffer.from(octets.base64, 'base64');
}
