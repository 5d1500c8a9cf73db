// What the structure checks read: the repository's own text files, as lines, with comments set apart.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));

/** The packages by level, each allowed to use those of the levels before its own. */
export const LEVELS: readonly (readonly string[])[] = [
  ['core'],
  ['codec', 'sealing', 'prometheus', 'opentelemetry'],
  ['engine', 'pkcs11'],
  ['conversation'],
  ['http', 'bus', 'log', 'stores', 'redis', 'postgres', 'testing'],
  ['bus-amqp', 'bus-kafka', 'bus-nats', 'bus-rabbitmq', 'node-soap', 'gateway'],
  ['archive'],
  ['cli'],
];

export const PACKAGES: readonly string[] = LEVELS.flat();

export interface Source {
  /** From the repository's root, with `/`. */
  readonly path: string;
  /** `core` for `packages/core/…`, otherwise `undefined`. */
  readonly package: string | undefined;
  readonly text: string;
  /** Lines without their comments. */
  readonly code: readonly string[];
}

/** Something to repair: where, what, and how. */
export interface Finding {
  readonly path: string;
  /** From 1; 0 when it is about the whole file. */
  readonly line: number;
  readonly message: string;
}

const NOT_OURS = new Set(['node_modules', 'dist', '.git', '.parley', 'coverage']);

/** A source made of `text`; the checks are tried on such ones too. */
export function sourceOf(file: string, text: string): Source {
  return {
    path: file,
    package: /^packages\/([^/]+)\//.exec(file)?.[1],
    text,
    code: text.split('\n').map(withoutComment),
  };
}

/** All files below `folder` whose name matches, in path order; never what is installed, built or generated. */
export function readSources(folder: string, name: RegExp = /\.ts$/): Source[] {
  return filesBelow(folder)
    .filter((file) => name.test(file))
    .map((file) => sourceOf(file, readFileSync(path.join(ROOT, file), 'utf8')));
}

/** The sources of the packages: `packages/<name>/src/**.ts`. */
export function packageSources(): Source[] {
  return PACKAGES.flatMap((name) => readSources(`packages/${name}/src`));
}

/** Paths of all files below `folder`, in order. */
export function filesBelow(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => !NOT_OURS.has(entry.name))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.posix.join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(file);
      return entry.isFile() ? [file] : [];
    });
}

/** Parsed JSON of a file of ours; comments are allowed, as in tsconfig files. */
export function readJson(file: string): Record<string, unknown> {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  return JSON.parse(text.split('\n').map(withoutComment).join('\n')) as Record<string, unknown>;
}

/** One finding per line that matches. */
export function findLines(source: Source, pattern: RegExp, message: string): Finding[] {
  return source.code.flatMap((line, index) =>
    pattern.test(line) ? [{ path: source.path, line: index + 1, message }] : [],
  );
}

/** Findings as one reads them: `file:line: what to do`. An empty list is what a check wants. */
export function listed(findings: readonly Finding[]): string[] {
  return findings.map(({ path: file, line, message }) => `${file}${line === 0 ? '' : `:${line}`}: ${message}`);
}

// Our formatter puts a star before each line of a block comment, and a space before a trailing one.
function withoutComment(line: string): string {
  return /^\s*(\/\*|\*)/.test(line) ? '' : line.replace(/(^|\s)\/\/.*$/, '');
}
