/** Every function, constructor and method that the packages export, as `package.name`, `package.Class.static`, `package.Class#method`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { PACKAGES, ROOT } from '../tidy/sources.ts';

/** No promise is made for the first; the second is what the pool starts its workers with. */
const NOT_PUBLIC: ReadonlySet<string> = new Set(['./internal', './pool-worker']);

type Callable = (...given: never[]) => unknown;

export async function publicCallables(): Promise<readonly string[]> {
  const names: string[] = [];
  for (const name of PACKAGES) {
    const folder = path.join(ROOT, 'packages', name);
    const { exports } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
      readonly exports: Readonly<Record<string, { readonly source?: string }>>;
    };
    for (const [subpath, { source }] of Object.entries(exports)) {
      if (NOT_PUBLIC.has(subpath) || source === undefined) continue;
      const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(path.join(folder, source)).href);
      for (const [exported, value] of Object.entries(module)) names.push(...callablesOf(`${name}.${exported}`, value));
    }
  }
  return names;
}

function callablesOf(name: string, value: unknown): readonly string[] {
  if (isCallable(value)) {
    if (!isClass(value)) return takesNothing(value) ? [] : [name];
    return [name, ...methodsOf(value).map((method) => `${name}.${method}`), ...instanceMethods(name, value)];
  }
  return typeof value === 'object' && value !== null ? methodsOf(value).map((method) => `${name}.${method}`) : [];
}

/** The methods of an object that a public function gives. */
export function methodsMadeBy(name: string, object: object): readonly string[] {
  return methodsOf(Object.getPrototypeOf(object) as object)
    .filter((method) => method !== 'constructor')
    .map((method) => `${name}()#${method}`);
}

function methodsOf(owner: object): readonly string[] {
  if (Array.isArray(owner)) return [];
  return Object.entries(Object.getOwnPropertyDescriptors(owner))
    .filter(([, { value }]) => isCallable(value) && !takesNothing(value))
    .map(([method]) => method);
}

function instanceMethods(name: string, { prototype }: Callable): readonly string[] {
  return methodsOf(prototype as object)
    .filter((method) => method !== 'constructor')
    .map((method) => `${name}#${method}`);
}

function isCallable(value: unknown): value is Callable {
  return typeof value === 'function';
}

function isClass(value: Callable): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

function takesNothing(value: Callable): boolean {
  return value.length === 0 && /^[^(]*\(\s*\)/.test(Function.prototype.toString.call(value)) && !isClass(value);
}
