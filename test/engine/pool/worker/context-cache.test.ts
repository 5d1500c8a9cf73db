import { describe, expect, test } from 'vitest';
import { EvictionLog } from '../../../../packages/engine/src/pool/transfer/eviction-log.ts';
import { portableContext } from '../../../../packages/engine/src/pool/transfer/portable-context.ts';
import type { AttachedContext } from '../../../../packages/engine/src/pool/transfer/task.ts';
import { ContextCache } from '../../../../packages/engine/src/pool/worker/context-cache.ts';
import { sampleContexts } from '../sample-messages.ts';

const [FIRST, SECOND, THIRD] = sampleContexts();

function cacheOf(contextsMax: number) {
  const log = new EvictionLog();
  const evictions: number[] = [];
  const cache = new ContextCache(contextsMax, log, () => evictions.push(1));
  const attach = (context = FIRST!): AttachedContext => ({
    identifier: context.identifier,
    position: log.position,
    context: portableContext(context),
  });
  return { log, cache, attach, evictions };
}

const NEEDED = expect.objectContaining({ code: 'internal.context-needed', detail: { identifier: FIRST!.identifier } });

describe('a context', () => {
  test('is needed until it came along, and arrives whole', () => {
    const { cache, attach } = cacheOf(10);
    expect(() => cache.find(FIRST!.identifier)).toThrowError(NEEDED);
    cache.beginBatch([attach()]);
    const found = cache.find(FIRST!.identifier);
    expect({ ...found, keys: [] }).toEqual({ ...FIRST, keys: [] });
    const octets = (context: typeof found) => context?.keys[0]?.secret.lend((bytes) => Uint8Array.from(bytes));
    expect(octets(found)).toEqual(octets(FIRST));
  });

  test('that nobody knows is unknown for one batch', () => {
    const { log, cache } = cacheOf(10);
    cache.beginBatch([{ identifier: FIRST!.identifier, position: log.position, context: undefined }]);
    expect(cache.find(FIRST!.identifier)).toBeUndefined();
    cache.endBatch();
    expect(() => cache.find(FIRST!.identifier)).toThrowError(NEEDED);
  });

  test('is wiped when others were used since and there are too many', () => {
    const { cache, attach } = cacheOf(2);
    cache.beginBatch([attach(FIRST), attach(SECOND), attach(THIRD)]);
    const kept = cache.find(SECOND!.identifier);
    const wiped = cache.find(FIRST!.identifier);
    cache.find(SECOND!.identifier);
    cache.find(THIRD!.identifier);
    expect(cache.size).toBe(3);
    cache.endBatch();
    expect(cache.size).toBe(2);
    expect(() => cache.find(FIRST!.identifier)).toThrowError(NEEDED);
    expect(() => wiped?.keys[0]?.secret.lend(() => 0)).toThrowError();
    expect(kept?.keys[0]?.secret.lend((bytes) => bytes.length)).toBe(32);
  });

  test('is wiped when it was evicted, and the others are not', () => {
    const { log, cache, attach, evictions } = cacheOf(10);
    cache.beginBatch([attach(FIRST), attach(SECOND)]);
    const held = cache.find(FIRST!.identifier);
    log.append(FIRST!.identifier);
    cache.beginBatch([]);
    expect(() => cache.find(FIRST!.identifier)).toThrowError(NEEDED);
    expect(() => held?.keys[0]?.secret.lend(() => 0)).toThrowError();
    expect(cache.find(SECOND!.identifier)?.identifier).toBe(SECOND!.identifier);
    expect(evictions).toEqual([1]);
  });

  test('that was evicted on its way does not arrive', () => {
    const { log, cache, attach } = cacheOf(10);
    const old = attach();
    log.append(FIRST!.identifier);
    cache.beginBatch([old]);
    expect(() => cache.find(FIRST!.identifier)).toThrowError(NEEDED);
    cache.beginBatch([attach()]);
    expect(cache.find(FIRST!.identifier)?.identifier).toBe(FIRST!.identifier);
  });
});
