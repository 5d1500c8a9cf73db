/** What may be wrong with what a door is given, at every place of it. */
import type { Door } from './door.ts';

/** One thing wrong. */
export interface Misuse {
  /** `0.ambient.nowMs`. */
  readonly path: string;
  readonly given: readonly unknown[];
  /** What a refusal must say, where it is certain that it is one. */
  readonly says?: { readonly member: string; readonly reason?: 'unknown'; readonly nearest?: string };
}

class Such extends Error {}

/** Whether a function of the junk threw it. */
export function isThrown(error: unknown): boolean {
  return error instanceof Such;
}

export function throwSuch(): never {
  throw new Such('such');
}

/** Of every type, and none of them what anybody means. */
const JUNK: readonly (readonly [string, unknown])[] = [
  ['undefined', undefined],
  ['a string', 'such a thing'],
  ['an empty string', ''],
  ['true', true],
  ['a number', 7.5],
  ['a negative number', -1],
  ['no number', Number.NaN],
  ['without end', Number.POSITIVE_INFINITY],
  ['a large number', 2 ** 52],
  ['a bigint', 10n],
  ['a symbol', Symbol('such')],
  ['an array', [[]]],
  ['an object', { such: 'thing' }],
  ['an object without prototype', Object.create(null)],
  ['a function', () => ({})],
  ['a function that throws', throwSuch],
  ['a date', new Date(0)],
  ['a promise', Promise.resolve(true)],
  ['no octets', new Uint16Array(3)],
  ['a revoked proxy', revoked()],
  [
    'a proxy that throws',
    new Proxy(
      {},
      {
        get: throwSuch,
        has: throwSuch,
        getPrototypeOf: throwSuch,
        ownKeys: throwSuch,
      },
    ),
  ],
];

/** Names of files and addresses that are none. */
const NOT_A_NAME: ReadonlySet<string> = new Set(['a string', 'an empty string']);

export function misuses(door: Door): readonly Misuse[] {
  return [...door.good.flatMap((value, index) => misusesAt(door, [String(index)], value))];
}

function misusesAt(door: Door, path: readonly string[], value: unknown): readonly Misuse[] {
  const here = path.join('.');
  if (door.fixed?.includes(here) === true) return [];
  const member = nameOf(path);
  const isOptional = value === undefined;
  const wrong: Misuse[] = [{ path: `${here} null`, given: replaced(door.good, path, null), says: { member } }];
  if (!isOptional && path.length === 1)
    wrong.push({ path: `${here} left out`, given: replaced(door.good, path, undefined) });
  for (const [name, junk] of JUNK) {
    if (door.kept?.includes(here) === true && NOT_A_NAME.has(name)) continue;
    wrong.push({ path: `${here} ${name}`, given: replaced(door.good, path, junk) });
  }
  if (door.whole?.includes(here) === true) return wrong;
  if (Array.isArray(value) && value.length > 0) {
    wrong.push(...misusesAt(door, [...path, '0'], value[0]));
  }
  if (!isOptions(value)) return wrong;
  const isOpen = door.open?.includes(here) === true;
  if (!isOpen) wrong.push(...unknownMembers(door, path, value));
  wrong.push(...unreadable(door, path, value));
  for (const [name, inner] of Object.entries(value)) wrong.push(...misusesAt(door, [...path, name], inner));
  return wrong;
}

/** A member that nobody knows, and every member misspelt. */
function unknownMembers(door: Door, path: readonly string[], value: Record<string, unknown>): readonly Misuse[] {
  const here = path.join('.');
  const misuse = (name: string, rest: object, nearest?: string): Misuse => ({
    path: `${here} with ${name}`,
    given: replaced(door.good, path, { ...rest, [name]: true }),
    says: { member: name, reason: 'unknown', ...(nearest !== undefined && { nearest }) },
  });
  return [
    misuse('somethingElse', value),
    ...Object.entries(value).flatMap(([name, given]) => {
      if (name.length < 4) return [];
      const misspelt = `${name.slice(0, -2)}${name.at(-1)}${name.at(-2)}`;
      if (misspelt === name) return [];
      return [{ ...misuse(misspelt, value, name), given: replaced(door.good, path, { ...value, [misspelt]: given }) }];
    }),
  ];
}

/** Members that throw when they are read. */
function unreadable(door: Door, path: readonly string[], value: Record<string, unknown>): readonly Misuse[] {
  return Object.keys(value).map((name) => ({
    path: `${path.join('.')} unreadable ${name}`,
    given: replaced(
      door.good,
      path,
      Object.defineProperty({ ...value }, name, {
        enumerable: true,
        get: throwSuch,
      }),
    ),
  }));
}

export function isOptions(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** `whole` with another value at `path`. */
export function replaced<T>(whole: T, [first, ...rest]: readonly string[], value: unknown): T {
  if (first === undefined) return value as T;
  const inner = replaced((whole as Record<string, unknown>)[first], rest, value);
  if (Array.isArray(whole)) return whole.with(Number(first), inner) as T;
  return { ...whole, [first]: inner };
}

/** What a refusal calls the last of `path`; of an argument nobody knows the name. */
function nameOf(path: readonly string[]): string {
  const last = path.findLast((name) => !/^\d+$/.test(name)) ?? '';
  return last;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
