/** A folder with a manifest.json, and the files beside it. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import type { JsonRecord } from './json-record.ts';
import { listField, recordOf, textField, UnreadableVector } from './json-record.ts';

const MANIFEST = 'manifest.json';

export interface SuiteFolder {
  readonly name: string;
  readonly directory: string;
  readonly manifest: JsonRecord;
  readonly vectors: readonly unknown[];
  /** The octets of a file, by its path relative to the folder. @throws UnreadableVector */
  readonly bytes: (path: string) => Uint8Array;
  /** A JSON file, read once. @throws UnreadableVector */
  readonly json: (path: string) => unknown;
}

/** The folders with a manifest at or below `directory`, in the order of their paths. */
export function suiteDirectories(directory: string): readonly string[] {
  const found = existsSync(join(directory, MANIFEST)) ? [directory] : [];
  const folders = readdirSync(directory, { withFileTypes: true })
    .filter((entry) => isFolder(directory, entry) && entry.name !== 'node_modules')
    .map((entry) => entry.name)
    .sort();
  return [...found, ...folders.flatMap((name) => suiteDirectories(join(directory, name)))];
}

/** Opens the suite in `directory`. @throws UnreadableVector when the manifest cannot be read. */
export function openSuite(directory: string): SuiteFolder {
  const parsed = new Map<string, unknown>();
  const bytes = (path: string): Uint8Array => readInside(directory, path);
  const json = (path: string): unknown => {
    if (!parsed.has(path)) parsed.set(path, parseJson(path, bytes(path)));
    return parsed.get(path);
  };
  const manifest = recordOf(json(MANIFEST), MANIFEST);
  const name = textField(manifest, 'suite') ?? directory;
  return { name, directory, manifest, vectors: listField(manifest, 'vectors'), bytes, json };
}

function isFolder(
  parent: string,
  entry: { readonly name: string; isDirectory(): boolean; isSymbolicLink(): boolean },
): boolean {
  if (entry.isDirectory()) return true;
  return (
    entry.isSymbolicLink() && statSync(join(parent, entry.name), { throwIfNoEntry: false })?.isDirectory() === true
  );
}

// A manifest is data from elsewhere: it names files of its own folder and no others.
function readInside(directory: string, path: string): Uint8Array {
  const full = resolve(directory, path);
  const inside = relative(directory, full);
  if (isAbsolute(inside) || inside.startsWith('..'))
    throw new UnreadableVector(`${path} is outside the suite's folder`);
  try {
    return new Uint8Array(readFileSync(full));
  } catch (error) {
    throw new UnreadableVector(`${path} cannot be read: ${reasonOf(error)}`);
  }
}

function parseJson(path: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new UnreadableVector(`${path} is not JSON: ${reasonOf(error)}`);
  }
}

/** What an error says, in one line. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? error.name) : String(error);
}
