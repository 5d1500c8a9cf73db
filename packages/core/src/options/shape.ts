/** Shapes of options: for each member its kind, and no other members. */
import { got } from '../base/got.ts';
import type { Check, Kind, Misfit } from './kind.ts';
import { isObject, near, oneOf } from './kind.ts';

/** A kind for each member of `T`, those that may be left out included: the compiler misses none and takes none too many. */
export type Members<T> = { readonly [Member in keyof T]-?: Kind<T[Member]> };

/** An object with these members, and no others; `made` says where one comes from, if not from the caller's hand. */
export function shapeOf<T extends object>(members: Members<T>, made?: string): Kind<T> {
  const kinds = checksOf(members);
  const all = [...kinds];
  const required = namesRequired(all);
  const requiredCount = required.length;
  const wanted = made ?? wantedOf(required);
  return {
    type: 'object',
    misfit: (value) => {
      if (!hasMembers(value)) return notAnObject(value, wanted);
      let found = 0;
      // perf: members that are there, once each; it is asked of every message.
      for (const name in value) {
        const kind = kinds.get(name);
        if (kind === undefined) return unknownMember(value, name, kinds);
        const member = value[name];
        if (kind.isOptional !== true) found++;
        else if (member === undefined) continue;
        const wrong = kind.misfit(member);
        if (wrong !== undefined) return { ...wrong, path: `.${name}${wrong.path}` };
      }
      return found === requiredCount && isPlain(value) ? undefined : memberMisfit(value, all);
    },
  };
}

/** An object with some of these members, and no others. */
export function partOf<T extends object>(members: Members<T>): Kind<Partial<T>> {
  const kinds = checksOf(members);
  return {
    type: 'object',
    misfit: (value) =>
      objectMisfit(value, kinds) ??
      memberMisfit(
        value,
        [...kinds].filter(([name]) => name in (value as object)),
      ),
  };
}

/** An object whose members can be read: what is in it, others look at. */
export function readable<T extends object>(): Kind<T> {
  return {
    type: 'object',
    misfit: (value) => {
      if (!hasMembers(value)) return notAnObject(value);
      for (const name in value) void value[name];
      return undefined;
    },
  };
}

/** An object of the caller's own that has these members, and may have others. */
export function objectWith<T extends object>(members: Members<T>): Kind<T> {
  const all = [...checksOf(members)];
  return {
    type: 'object',
    misfit: (value) =>
      hasMembers(value) ? memberMisfit(value, all) : notAnObject(value, wantedOf(namesRequired(all))),
  };
}

type Variants<T> = { readonly [Name in keyof T]: Kind<T[Name]> };

/** One of several shapes, each known by a member that the others do not have. */
export function keyed<T extends Readonly<Record<string, object>>>(variants: Variants<T>): Kind<T[keyof T]> {
  const kinds = Object.entries(variants as Readonly<Record<string, Check>>);
  const wanted = `an object with one of ${kinds.map(([name]) => name).join(', ')}`;
  return {
    type: 'object',
    misfit: (value) => {
      if (!hasMembers(value)) return notAnObject(value);
      // perf: a shape knows none of the others' members, so that the first that is there decides.
      for (const [name, kind] of kinds) {
        if (!(name in value)) continue;
        const wrong = kind.misfit(value);
        if (wrong === undefined) return undefined;
        if (kinds.every(([other]) => other === name || !(other in value))) return wrong;
        break;
      }
      const several = kinds.flatMap(([name]) => (name in value ? [name] : [])).join(', ');
      return { path: '', detail: { got: several === '' ? got(value) : several, wanted } };
    },
  };
}

/** One of several shapes, each known by the name that stands in its member `tag`. */
export function tagged<T extends Readonly<Record<string, object>>>(
  tag: string,
  variants: Variants<T>,
): Kind<T[keyof T]> {
  const names = oneOf(Object.keys(variants));
  return {
    type: 'object',
    misfit: (value) => {
      if (!hasMembers(value)) return notAnObject(value);
      const wrong = names.misfit(value[tag]);
      if (wrong !== undefined) return { ...wrong, path: `.${tag}` };
      return variants[value[tag] as keyof T].misfit(value);
    },
  };
}

/** More are looked up in a guide. */
const NAMES_MAX = 32;

type Checks = ReadonlyMap<string, Check>;

function checksOf(members: object): Checks {
  return new Map(Object.entries(members as Readonly<Record<string, Check>>));
}

/** What is no object, or has a member that is none of `kinds`. */
function objectMisfit(value: unknown, kinds: Checks): Misfit | undefined {
  if (!hasMembers(value)) return notAnObject(value);
  for (const name in value) {
    if (!kinds.has(name)) return unknownMember(value, name, kinds);
  }
  return undefined;
}

function unknownMember(value: Readonly<Record<string, unknown>>, name: string, kinds: Checks): Misfit {
  const names = [...kinds.keys()];
  const nearest = near(name, names);
  const isShort = nearest['nearest'] === undefined && names.length <= NAMES_MAX;
  const detail = { reason: 'unknown', got: got(value[name]), ...nearest, ...(isShort && { known: names.join(', ') }) };
  return { path: `.${name.slice(0, 64)}`, detail };
}

/** Whether all that it has is seen by going through it. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function memberMisfit(value: unknown, kinds: readonly (readonly [string, Check])[]): Misfit | undefined {
  const members = value as Readonly<Record<string, unknown>>;
  for (const [name, kind] of kinds) {
    const member = members[name];
    if (member === undefined && kind.isOptional === true) continue;
    const wrong = kind.misfit(member);
    if (wrong !== undefined) return { ...wrong, path: `.${name}${wrong.path}` };
  }
  return undefined;
}

/** Whether it is an object for its members' sake: not a list, and not octets. */
function hasMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function namesRequired(kinds: readonly (readonly [string, Check])[]): readonly string[] {
  return kinds.flatMap(([name, { isOptional }]) => (isOptional === true ? [] : [name]));
}

/** @param members what it must have, at least */
function wantedOf(members: readonly string[]): string {
  return members.length === 0 ? 'an object' : `an object with ${members.join(', ')}`;
}

function notAnObject(value: unknown, wanted = 'an object'): Misfit {
  return { path: '', detail: { got: got(value), wanted } };
}
