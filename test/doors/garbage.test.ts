// Whatever a public entry is given, at whatever place, it works or says whose mistake it is; it never hangs.
import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Door } from './door.ts';
import { outcomeOf } from './door.ts';
import { DOORS } from './doors.ts';
import { isOptions, isThrown, replaced, throwSuch } from './misuse.ts';

const RUNS = Number(process.env['PARLEY_GARBAGE_RUNS'] ?? 2000);
const PATIENCE_MS = 20_000;

interface Place {
  readonly name: string;
  readonly door: Door;
  readonly path: readonly string[];
}

const PLACES: readonly Place[] = Object.entries(DOORS).flatMap(([name, door]) =>
  door.good.flatMap((value, index) => placesIn(door, [String(index)], value).map((path) => ({ name, door, path }))),
);

function placesIn(door: Door, path: readonly string[], value: unknown): readonly (readonly string[])[] {
  const here = path.join('.');
  if (door.fixed?.includes(here) === true) return [];
  if (door.whole?.includes(here) === true) return [path];
  if (Array.isArray(value) && value.length > 0) return [path, ...placesIn(door, [...path, '0'], value[0])];
  if (!isOptions(value)) return [path];
  return [path, ...Object.entries(value).flatMap(([name, inner]) => placesIn(door, [...path, name], inner))];
}

/** No name of a file that there is, and no address. */
const TEXTS = ['', ' ', 'x', '__proto__', 'constructor', '\ud800', '\u0000', '\u{1d11e}', 'a'.repeat(100_000), '-1'];
const NUMBERS = [0, -0, -1, 0.5, 1, 2 ** 32, Number.MAX_SAFE_INTEGER, 1e308, Number.NaN, Number.POSITIVE_INFINITY];

class Own {
  readonly #inner = 1;
  get value(): number {
    return this.#inner;
  }
}

const simple = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, true, false, 0n, 2n ** 70n, Symbol('such'), Symbol.iterator),
  fc.constantFrom(...TEXTS),
  fc.constantFrom(...NUMBERS),
);

/** What makes a value: fast-check looks into values, and some of these cannot be looked into. */
const anything = fc.oneof(
  made(simple),
  made(
    fc.anything({
      key: fc.constantFrom(...TEXTS, 'then', 'length', 'toString', 'find', 'get'),
      values: [simple],
      maxDepth: 2,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withTypedArray: true,
      withSparseArray: true,
    }),
  ),
  fc.constantFrom<() => unknown>(
    detached,
    shared,
    cyclic,
    revoked,
    () => new Proxy({}, { get: throwSuch, has: throwSuch, getPrototypeOf: throwSuch, ownKeys: throwSuch }),
    () => new Proxy(() => undefined, { apply: throwSuch, get: throwSuch }),
    () => Object.defineProperty({}, 'then', { get: throwSuch, enumerable: true }),
    () => new Own(),
    () => new Error('such'),
    () => /such/g,
    () => new DataView(new ArrayBuffer(8)),
    () => new ArrayBuffer(8),
    () => new URL('urn:such'),
    () => throwSuch,
    () => () => undefined,
    () => () => Symbol('such'),
    () => async () => undefined,
    () => async () => throwSuch(),
    () => (function* () {})(),
  ),
);

function made(values: fc.Arbitrary<unknown>): fc.Arbitrary<() => unknown> {
  return values.map((value) => () => value);
}

test('no function that answers later than it should, and fails, ends the process', async () => {
  let here = '';
  const unhandled: string[] = [];
  const note = (): void => {
    unhandled.push(here);
  };
  process.on('unhandledRejection', note);
  try {
    for (const { name, door, path } of PLACES) {
      here = `${name} ${path.join('.')}`;
      await inTime(
        outcomeOf(
          door,
          replaced(door.good, path, async () => throwSuch()),
        ),
      );
      // Node tells of them when nothing else is left to do.
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', note);
  }
});

test('every public entry, given anything at any place, works or refuses it as the caller’s', async () => {
  const property = fc.asyncProperty(fc.constantFrom(...PLACES), anything, async (place, make) => {
    const finding = await findingOf(place, make());
    expect(finding).toBeUndefined();
  });
  await fc.assert(property, { numRuns: RUNS });
});

async function findingOf({ name, door, path }: Place, value: unknown): Promise<string | undefined> {
  const here = path.join('.');
  if (typeof value === 'string' && door.kept?.includes(here) === true) return undefined;
  const outcome = await inTime(outcomeOf(door, replaced(door.good, path, value)));
  const at = `${name} ${here}: `;
  if (outcome === undefined) return `${at}hangs`;
  if (outcome.kind === 'escaped')
    return door.lends === true && isThrown(outcome.error)
      ? undefined
      : at + inspect(outcome.error, { depth: 0 }).slice(0, 400);
  if (outcome.kind === 'taken') return undefined;
  const { code, detail } = outcome.refusal;
  const isOfPeer = code.startsWith('peer.') && door.peers?.some((peer) => `${here}.`.startsWith(`${peer}.`)) === true;
  return code.startsWith('caller.') || isOfPeer ? undefined : `${at}${code} ${inspect(detail)}`;
}

async function inTime<T>(promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, undefined);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function detached(): Uint8Array {
  const octets = new Uint8Array(8);
  structuredClone(octets.buffer, { transfer: [octets.buffer] });
  return octets;
}

function shared(): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(8));
}

function cyclic(): object {
  const self: Record<string, unknown> = {};
  self['self'] = self;
  return self;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
