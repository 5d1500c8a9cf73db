/** The messages that are measured: the recorded ones of the repository, and ones sealed here from a seed. */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Reply, SecurityContext, SuiteName } from '@parley/core';
import { Secret } from '@parley/core';
import { formatInstant } from '@parley/core/internal';
import type { Policy, SealRequest } from '@parley/engine';
import { policyOf, seal } from '@parley/engine';

/** One message to open, and what it takes. */
export interface BenchMessage {
  /** `vector/…` is recorded (made and checked by other software), `sealed/…` is ours. */
  readonly name: string;
  readonly octets: Uint8Array;
  readonly context: SecurityContext;
  /** When to judge it, epoch milliseconds. */
  readonly atMs: number;
  /** How it was made, so that `seal` can be measured and more of its kind made; recorded messages have none. */
  readonly making: Making | undefined;
}

export interface Making {
  readonly envelope: Uint8Array;
  readonly request: SealRequest;
}

/** What every benchmark opens with: the default. */
export const BENCH_POLICY: Policy = policyOf();

export type SizeKb = 1 | 5 | 20 | 100;
export const SIZES_KB: readonly SizeKb[] = [1, 5, 20, 100];

const VECTORS = new URL('../../test/vectors/bench/', import.meta.url);

/** The recorded messages, smallest first: 6 signed parts, SHA-256, HMAC-SHA1, one derived key of 24 octets. */
export function vectorMessages(): readonly BenchMessage[] {
  const manifest = readJson('manifest.json') as {
    readonly vectors: ReadonlyArray<{ readonly id: string; readonly file: string; readonly now: string }>;
  };
  const contexts = new Map(
    (readJson('contexts.json') as readonly ContextRecord[]).map((record) => [record.identifier, contextOf(record)]),
  );
  return manifest.vectors.map(({ id, file, now }) => {
    const octets = new Uint8Array(readFileSync(new URL(file, VECTORS)));
    const identifier = /Identifier>([^<]+)</.exec(new TextDecoder().decode(octets))?.[1] ?? '';
    const context = contexts.get(identifier);
    if (context === undefined) throw new Error(`no context for ${file}`);
    return { name: `vector/${id}`, octets, context, atMs: Date.parse(now), making: undefined };
  });
}

/** `signed` only, or also with the Body encrypted by AES-256 in that mode. */
export type ProtectionName = 'signed' | 'cbc' | 'gcm';

interface Protection {
  readonly suite: SuiteName;
  readonly encrypt: SealRequest['encrypt'];
}

const PROTECTIONS: Readonly<Record<ProtectionName, Protection>> = {
  signed: { suite: 'Basic256', encrypt: 'none' },
  cbc: { suite: 'Basic256', encrypt: 'body' },
  gcm: { suite: 'Basic256GCM', encrypt: 'body' },
};

/** Our own messages: each protection at each size. They sign the same parts with the same algorithms as the recorded. */
export function sealedMessages(): readonly BenchMessage[] {
  return (Object.keys(PROTECTIONS) as ProtectionName[]).flatMap((protection) =>
    SIZES_KB.map((size) => sealedMessage(protection, size)),
  );
}

/** One message of about `size` KB (of the signed form; encryption adds a third), or the smallest there is. */
export function sealedMessage(protection: ProtectionName, size: SizeKb): BenchMessage {
  const making = makingOf(protection, lineCountFor(size), 0);
  const { context, atMs } = making.request;
  return {
    name: `sealed/${protection}-${size}k`,
    octets: must(seal(making.envelope, making.request)).octets,
    context,
    atMs,
    making,
  };
}

/** `count` messages like `message` that differ in their nonces: each needs keys of its own. */
export function withFreshNonces({ making }: BenchMessage, count: number): readonly Uint8Array[] {
  if (making === undefined) throw new Error('a recorded message cannot be made again');
  const fillRandom = seededRandom('nonces');
  return Array.from({ length: count }, () => must(seal(making.envelope, { ...making.request, fillRandom })).octets);
}

/** `count` signed messages that differ in MessageID and Body and share one nonce, as one peer sends them. */
export function conversation(
  size: SizeKb,
  count: number,
): { context: SecurityContext; atMs: number; messages: readonly Uint8Array[] } {
  const lines = lineCountFor(size);
  const { context, atMs } = makingOf('signed', lines, 0).request;
  const messages = Array.from({ length: count }, (_, serial) => {
    const { envelope, request } = makingOf('signed', lines, serial);
    // One nonce for all: harmless without encryption, where no IV comes from here.
    return must(seal(envelope, { ...request, context, fillRandom: (out) => out.fill(7) })).octets;
  });
  return { context, atMs, messages };
}

/** The value of a reply that must be good: a benchmark of refusals would measure something else. */
export function must<T>(reply: Reply<T>): T {
  if (!reply.ok) throw new Error(`refused: ${reply.code} ${JSON.stringify(reply.detail)}`);
  return reply.value;
}

const NOW_MS = Date.UTC(2026, 0, 15, 12, 0, 0);

const CONTEXT_SECRET = seededOctets('context', 32);

function makingOf(protection: ProtectionName, lineCount: number, serial: number): Making {
  const { suite, encrypt } = PROTECTIONS[protection];
  const expiresAtMs = NOW_MS + 3_600_000;
  const context: SecurityContext = {
    identifier: 'urn:uuid:00000000-0000-4000-8000-0000000000be',
    version: '200512',
    suite,
    keys: [{ instance: undefined, secret: Secret.copyOf(CONTEXT_SECRET), createdAtMs: NOW_MS, expiresAtMs }],
    createdAtMs: NOW_MS,
    expiresAtMs,
    cancelledAtMs: undefined,
    principal: undefined,
  };
  const request: SealRequest = {
    context,
    atMs: NOW_MS,
    timestampLifetimeMs: 300_000,
    fillRandom: seededRandom(`${protection} ${lineCount} ${serial}`),
    digest: 'sha256',
    keys: 'explicit',
    token: 'attached',
    sign: { body: true, addressing: true, timestamp: true },
    encrypt,
    order: 'sign-then-encrypt',
  };
  return { envelope: envelopeOf(lineCount, serial), request };
}

/** Lines that make a signed message of about `size` KB, or none: what secures a message is nearly 5 KB by itself. */
function lineCountFor(size: SizeKb): number {
  const lengthOf = (lines: number): number => {
    const { envelope, request } = makingOf('signed', lines, 0);
    return must(seal(envelope, request)).octets.length;
  };
  const none = lengthOf(0);
  const perLine = (lengthOf(100) - none) / 100;
  return Math.max(0, Math.round((size * 1000 - none) / perLine));
}

/** An envelope with an order of so many lines in its Body, not secured. */
export function envelopeOf(lineCount: number, serial: number): Uint8Array {
  const lines = Array.from({ length: lineCount }, (_, index) => {
    const amount = (((index + serial) * 1731) % 1_000_000) / 100;
    return `<m:Line><m:Id>${index}</m:Id><m:Name lang="en">Item &amp; thing ${index + serial}</m:Name><m:Amount currency="EUR">${amount.toFixed(2)}</m:Amount></m:Line>`;
  });
  const messageId = `urn:uuid:00000000-0000-4000-8000-${serial.toString(16).padStart(12, '0')}`;
  return new TextEncoder().encode(
    `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header><a:Action s:mustUnderstand="1">http://example.org/orders/Submit</a:Action><a:MessageID>${messageId}</a:MessageID><a:ReplyTo><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo><a:To s:mustUnderstand="1">https://example.org/orders</a:To></s:Header><s:Body xmlns:m="urn:orders"><m:Order at="${formatInstant(NOW_MS)}">${lines.join('')}</m:Order></s:Body></s:Envelope>`,
  );
}

/** Octets that look random and are the same in every run. */
export function seededRandom(seed: string): (out: Uint8Array) => void {
  let calls = 0;
  return (out) => out.set(seededOctets(`${seed} ${calls++}`, out.length));
}

export function seededOctets(seed: string, lengthBytes: number): Uint8Array {
  return new Uint8Array(hash('sha512', seed, 'buffer')).subarray(0, lengthBytes);
}

interface ContextRecord {
  readonly identifier: string;
  readonly secret: string;
  readonly created: string;
  readonly expires: string;
}

function contextOf({ identifier, secret, created, expires }: ContextRecord): SecurityContext {
  const createdAtMs = Date.parse(created);
  const expiresAtMs = Date.parse(expires);
  const key = Secret.copyOf(Buffer.from(secret, 'base64'));
  return {
    identifier,
    version: '200512',
    suite: 'Basic256',
    keys: [{ instance: undefined, secret: key, createdAtMs, expiresAtMs }],
    createdAtMs,
    expiresAtMs,
    cancelledAtMs: undefined,
    principal: undefined,
  };
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, VECTORS), 'utf8'));
}
