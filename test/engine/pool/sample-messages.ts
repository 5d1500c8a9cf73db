import { readFileSync } from 'node:fs';
import type { SecurityContext } from '@parley/core';
import { Secret } from '@parley/core';
import type { Policy } from '@parley/engine';
import { policyOf } from '@parley/engine';
import type { ContextChanges, ContextResolver, PoolMessage } from '../../../packages/engine/src/pool/contract.ts';

const bench = new URL('../../vectors/bench/', import.meta.url);

/** When the messages were fresh. */
export const AT_MS: number = Date.parse('2026-11-22T05:01:00Z');

/** The context of signed-1k. */
export const SMALL_CONTEXT = 'urn:uuid:ea8933b6-4300-4129-8e90-10a2abf3e4b9';

export const STRICT: Policy = policyOf('strict');

interface ContextRow {
  readonly identifier: string;
  readonly secret: string;
  readonly created: string;
  readonly expires: string;
}

/** The contexts of the bench vectors, each time with secrets of its own. */
export function sampleContexts(): readonly SecurityContext[] {
  const rows = JSON.parse(readFileSync(new URL('contexts.json', bench), 'utf8')) as readonly ContextRow[];
  return rows.map(({ identifier, secret, created, expires }) => {
    const createdAtMs = Date.parse(created);
    const expiresAtMs = Date.parse(expires);
    const key = { instance: undefined, secret: Secret.copyOf(Buffer.from(secret, 'base64')), createdAtMs, expiresAtMs };
    return {
      identifier,
      version: '200512',
      suite: 'Basic256',
      keys: [key],
      createdAtMs,
      expiresAtMs,
      cancelledAtMs: undefined,
      principal: 'alice',
    };
  });
}

/** A resolver over a map that tests change, counting what is asked. */
export class SampleResolver implements ContextResolver {
  readonly contexts: Map<string, SecurityContext> = new Map(
    sampleContexts().map((context) => [context.identifier, context]),
  );
  readonly asked: string[] = [];

  async get(identifier: string): Promise<SecurityContext | undefined> {
    this.asked.push(identifier);
    return this.contexts.get(identifier);
  }

  /** Tests say themselves what changed. */
  async changes(): Promise<ContextChanges> {
    return { position: 0, identifiers: [] };
  }
}

export function sampleOctets(name: 'signed-1k' | 'signed-5k' | 'signed-20k' | 'signed-100k'): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`${name}.xml`, bench)));
}

export function sampleMessage(octets: Uint8Array = sampleOctets('signed-5k')): PoolMessage {
  return { message: octets, atMs: AT_MS };
}

/** `octets` with the first `from` replaced by `to`. */
export function replaced(octets: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(octets).toString('utf8');
  if (!text.includes(from)) throw new Error(`the sample has no ${from}`);
  return new Uint8Array(Buffer.from(text.replace(from, to), 'utf8'));
}

/** `count` messages, every other one refused: by signature, by context, by form, by size, by time. */
export function mixedMessages(count: number): readonly PoolMessage[] {
  const small = sampleOctets('signed-1k');
  const flipped = small.slice();
  const digest = Buffer.from(small).indexOf('<ds:DigestValue>') + 20;
  flipped[digest] = flipped[digest] === 0x41 ? 0x42 : 0x41;
  const kinds: readonly PoolMessage[] = [
    sampleMessage(small),
    sampleMessage(flipped),
    sampleMessage(sampleOctets('signed-5k')),
    sampleMessage(replaced(small, SMALL_CONTEXT, 'urn:uuid:nobody-knows-this-context')),
    { message: small, atMs: 'message' },
    sampleMessage(small.subarray(0, 700)),
    sampleMessage(sampleOctets('signed-20k')),
    { message: small, atMs: AT_MS + 3_600_000 },
    sampleMessage(sampleOctets('signed-100k')),
    sampleMessage(new Uint8Array(0)),
    { message: small, atMs: AT_MS, soapAction: 'urn:not-the-signed-action' },
    sampleMessage(new Uint8Array(1024 * 1024 + 1)),
  ];
  return Array.from({ length: count }, (_, index) => kinds[index % kinds.length]!);
}
