/** The kinds of values that a caller may give, each a check that says what is wrong. */
import { isUint8Array } from 'node:util/types';
import type { FaultDetail } from '../base/fault.ts';
import { Fault } from '../base/fault.ts';
import { got, gotName } from '../base/got.ts';
import { isDetached } from '../base/input.ts';
import { nearestName } from '../base/nearest-name.ts';

/** What is wrong with a value. */
export interface Misfit {
  /** Where below the value: `.limits.depthMax`, `[2]`; empty for the value itself. */
  readonly path: string;
  readonly detail: FaultDetail;
}

/** What a value must be like. */
export interface Check {
  /** What `typeof` says of one that fits. */
  readonly type: 'boolean' | 'number' | 'bigint' | 'string' | 'function' | 'object';
  /** A member of this kind may be left out. */
  readonly isOptional?: boolean;
  /** perf: for a value that fits, nothing is made. */
  misfit(value: unknown): Misfit | undefined;
}

/** What a value of type `T` must be like. */
export interface Kind<T> extends Check {
  /** For the compiler alone: a member has a kind of exactly its type, so that neither can drift from the other. */
  readonly exactly?: (value: T) => T;
}

/** @throws Fault `caller.option-invalid` naming what is wrong with `value`, which was given as `option` */
export function requireKind<T>(kind: Kind<T>, value: unknown, option: string): asserts value is T {
  const wrong = misfitOf(kind, value, option);
  if (wrong !== undefined) throw new Fault('caller.option-invalid', { option: option + wrong.path, ...wrong.detail });
}

/** The same of all that was given at once, whose members are named alone; `whole` is what it is called itself. */
export function requireOptions<T>(kind: Kind<T>, value: unknown, whole: string): asserts value is T {
  const wrong = misfitOf(kind, value, whole);
  if (wrong === undefined) return;
  throw new Fault('caller.option-invalid', { option: wrong.path.slice(1) || whole, ...wrong.detail });
}

function misfitOf(kind: Check, value: unknown, option: string): Misfit | undefined {
  try {
    return kind.misfit(value);
  } catch (error) {
    // A getter or a proxy of the caller's.
    throw new Fault('caller.option-invalid', { option, reason: 'unreadable' }, error);
  }
}

/** A kind that is tested at once. */
function simple<T>(type: Check['type'], wanted: string, fits: (value: unknown) => boolean): Kind<T> {
  return {
    type,
    misfit: (value) => (fits(value) ? undefined : { path: '', detail: { got: got(value), wanted } }),
  };
}

/** What is judged elsewhere. */
export function anything<T>(): Kind<T> {
  return { type: 'object', misfit: () => undefined };
}

export const FLAG: Kind<boolean> = simple('boolean', 'true or false', (value) => typeof value === 'boolean');

export const TEXT: Kind<string> = simple('string', 'a string', (value) => typeof value === 'string');

/** A string of one form; `wanted` says which. */
export function textLike(pattern: RegExp, wanted: string): Kind<string> {
  return simple('string', wanted, (value) => typeof value === 'string' && pattern.test(value));
}

/** What stays the same as UTF-8. */
export const WHOLE_TEXT: Kind<string> = simple(
  'string',
  'text without halves of surrogate pairs',
  (value) => typeof value === 'string' && value.isWellFormed(),
);

/** Nothing but this. */
export function only<const Value extends string | boolean>(value: Value): Kind<Value> {
  return simple(typeof value === 'string' ? 'string' : 'boolean', String(value), (given) => given === value);
}

export const OCTETS: Kind<Uint8Array> = simple(
  'object',
  'a Uint8Array',
  (value) => isUint8Array(value) && !isDetached(value),
);

/** A function, of which nobody can tell more. */
export function callback<T>(): Kind<T> {
  return simple('function', 'a function', (value) => typeof value === 'function');
}

/** An object of the caller's own with these methods; one with `?` behind may be left out. */
export function port<T>(...methods: readonly (MethodOf<T> | `${MethodOf<T>}?`)[]): Kind<T> {
  const required = methods.filter((name) => !name.endsWith('?'));
  const optionalOnes = methods.flatMap((name) => (name.endsWith('?') ? [name.slice(0, -1)] : []));
  const wanted = required.length === 0 ? 'an object' : `an object with ${required.join(', ')}`;
  return {
    type: 'object',
    misfit: (value) => {
      // An array has methods too, `find` among them, and is none of these.
      if (!isObject(value) || Array.isArray(value)) return { path: '', detail: { got: got(value), wanted } };
      const isWrong = (name: string): boolean => !isMethod(value, name);
      const wrong = required.find(isWrong) ?? optionalOnes.find((name) => value[name] !== undefined && isWrong(name));
      return wrong === undefined ? undefined : { path: `.${wrong}`, detail: { got: got(value[wrong]), wanted } };
    },
  };
}

type MethodOf<T> = keyof T & string;

/** What `for await` goes through; a text is none. */
export function iterable<T>(): Kind<AsyncIterable<T> | Iterable<T>> {
  return simple(
    'object',
    'something to iterate over',
    (value) => isObject(value) && (isMethod(value, Symbol.asyncIterator) || isMethod(value, Symbol.iterator)),
  );
}

/** What comes in time, one by one. */
export function asyncIterable<T>(): Kind<AsyncIterable<T>> {
  return simple(
    'object',
    'something to iterate over with for await',
    (value) => isObject(value) && isMethod(value, Symbol.asyncIterator),
  );
}

/** What only a class of ours makes; any of several. */
export function instanceOf<T extends object>(
  ...classes: readonly { readonly name: string; readonly prototype: T }[]
): Kind<T> {
  const wanted = classes.map(({ name }) => name).join(' or ');
  return simple('object', wanted, (value) =>
    classes.some(({ prototype }) => isObject(value) && Object.prototype.isPrototypeOf.call(prototype, value)),
  );
}

/** One of these very values. */
export function memberOf<T>(values: readonly T[], wanted: string): Kind<T> {
  return simple('object', wanted, (value) => values.includes(value as T));
}

/** A whole number from `least` to `most`, both included. */
export function whole(least = 0, most: number = Number.MAX_SAFE_INTEGER): Kind<number> {
  return {
    type: 'number',
    misfit: (value) =>
      Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
        ? undefined
        : { path: '', detail: { got: got(value), wanted: 'a whole number', least, most } },
  };
}

/** A number that is one: of a clock, which may count parts of a millisecond. */
export const FINITE: Kind<number> = simple('number', 'a number', (value) => Number.isFinite(value));

/** A whole number of any size. */
export const BIGINT: Kind<bigint> = simple('bigint', 'a bigint', (value) => typeof value === 'bigint');

// The end of the year 9999, the last that a message can tell.
const LAST_MS = 253_402_300_799_999;

/** Epoch milliseconds of an instant that a message can tell. */
export const INSTANT_MS: Kind<number> = whole(0, LAST_MS);

const ANY_MS = whole();

/** When something ends: at any time; never, which is Infinity; or before all time. */
export const END_MS: Kind<number> = {
  type: 'number',
  misfit: (value) =>
    value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY ? undefined : ANY_MS.misfit(value),
};

const NAMES_TOLD_MAX = 12;

/** One of a closed set of names. */
export function oneOf<const Name extends string>(names: readonly Name[]): Kind<Name> {
  const set: ReadonlySet<unknown> = new Set(names);
  const more = names.length > NAMES_TOLD_MAX ? ` and ${names.length - NAMES_TOLD_MAX} more` : '';
  const wanted = names.slice(0, NAMES_TOLD_MAX).join(', ') + more;
  return {
    type: 'string',
    misfit: (value) =>
      set.has(value) ? undefined : { path: '', detail: { got: gotName(value), ...near(value, names), wanted } },
  };
}

/** What `kind` says, or nothing at all. */
export function optional<T>(kind: Kind<T>): Kind<T | undefined> {
  return {
    type: kind.type,
    isOptional: true,
    misfit: (value) => (value === undefined ? undefined : kind.misfit(value)),
  };
}

/** One of several, told apart by their types. */
export function either<A, B>(first: Kind<A>, second: Kind<B>): Kind<A | B> {
  return { type: first.type, misfit: (value) => (typeof value === second.type ? second : first).misfit(value) };
}

/** One of several kinds of objects. */
export function anyOf<A, B>(first: Kind<A>, second: Kind<B>): Kind<A | B> {
  return {
    type: first.type,
    misfit: (value) => {
      const wrong = first.misfit(value);
      const also = wrong && second.misfit(value);
      if (wrong === undefined || also === undefined) return undefined;
      return { ...wrong, detail: { ...wrong.detail, wanted: `${wrong.detail['wanted']} or ${also.detail['wanted']}` } };
    },
  };
}

/** What `kind` says, of so many octets or more. */
export function ofBytes<T>(leastBytes: number, lengthOf: (value: T) => number, kind: Kind<T>): Kind<T> {
  return {
    type: kind.type,
    misfit: (value) => {
      const wrong = kind.misfit(value);
      if (wrong !== undefined) return wrong;
      const lengthBytes = lengthOf(value as T);
      if (lengthBytes >= leastBytes) return undefined;
      return { path: '', detail: { got: `${lengthBytes} octets`, wanted: `${leastBytes} octets or more` } };
    },
  };
}

/** The same kind, asked once of each object: for what comes with every message, and nobody changes in between. */
export function once<T extends object>(kind: Kind<T>): Kind<T> {
  const known = new WeakSet<object>();
  return {
    type: kind.type,
    misfit: (value) => {
      if (isObject(value) && known.has(value)) return undefined;
      const wrong = kind.misfit(value);
      if (wrong === undefined) known.add(value as object);
      return wrong;
    },
  };
}

/** An array whose members are all of one kind. */
export function listOf<T>(kind: Kind<T>, leastLength = 0): Kind<readonly T[]> {
  return {
    type: 'object',
    misfit: (value) => {
      if (!Array.isArray(value) || value.length < leastLength)
        return { path: '', detail: { got: got(value), wanted: leastLength > 0 ? 'an array, not empty' : 'an array' } };
      for (let index = 0; index < value.length; index++) {
        const wrong = kind.misfit(value[index]);
        if (wrong !== undefined) return { ...wrong, path: `[${index}]${wrong.path}` };
      }
      return undefined;
    },
  };
}

/** An array of as many members, each of its kind. */
export function tuple<T extends readonly unknown[]>(
  ...kinds: { readonly [Index in keyof T]: Kind<T[Index]> }
): Kind<T> {
  return {
    type: 'object',
    misfit: (value) => {
      if (!Array.isArray(value) || value.length !== kinds.length)
        return { path: '', detail: { got: got(value), wanted: `an array of ${kinds.length}` } };
      for (let index = 0; index < kinds.length; index++) {
        const wrong = (kinds[index] as Check).misfit(value[index]);
        if (wrong !== undefined) return { ...wrong, path: `[${index}]${wrong.path}` };
      }
      return undefined;
    },
  };
}

/** The detail that suggests one of `names`, if `value` is like it. */
export function near(value: unknown, names: readonly string[]): FaultDetail {
  const nearest = typeof value === 'string' ? nearestName(value, names) : undefined;
  return nearest === undefined ? {} : { nearest };
}

/** Whether `value` is an object of any kind, an array among them. */
export function isObject(value: unknown): value is Readonly<Record<string | symbol, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isMethod(value: Readonly<Record<string | symbol, unknown>>, name: string | symbol): boolean {
  return typeof value[name] === 'function';
}
