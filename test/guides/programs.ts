/** The TypeScript in README files and guides, made into programs that a strict compiler takes and Node runs. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const outOf = (folder: string): string => path.join(ROOT, '.parley', folder);
const GUIDES = 'guides';

export interface Guide {
  /** From the repository's root. */
  readonly document: string;
  /** All blocks of the document, one after the other. */
  readonly program: string;
  /** What the document says that the program prints; `undefined` where it says nothing, and the program is compiled only. */
  readonly printed: string | undefined;
}

const BLOCK = /^```(ts|text)\n(.*?)^```/gms;

/** Every document that shows TypeScript. */
export function readGuides(): readonly Guide[] {
  return documents().flatMap((document) => {
    const guide = guideIn(document, readFileSync(path.join(ROOT, document), 'utf8'));
    return guide === undefined ? [] : [guide];
  });
}

/** The program of one document, `undefined` if there is none. */
export function guideIn(document: string, markdown: string): Guide | undefined {
  const lines: string[] = [];
  const printed: string[] = [];
  for (const [, language, shown = ''] of markdown.matchAll(BLOCK)) {
    if (language === 'text') printed.push(shown);
    else lines.push(...shown.split('\n'));
  }
  if (lines.length === 0) return undefined;
  return { document, program: importsFirst(lines), printed: printed.length === 0 ? undefined : printed.join('') };
}

/**
 * Compiles them, in a folder of their own, with what the packages publish (`dist`), and says what the compiler says: nothing if all
 * is well.
 */
export function compile(guides: readonly Guide[], folder: string = GUIDES): string {
  const out = outOf(folder);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  symlinkSync(path.join(ROOT, 'test', 'node_modules'), path.join(out, 'node_modules'), 'dir');
  writeFileSync(path.join(out, 'package.json'), '{ "type": "module" }');
  writeFileSync(path.join(out, 'tsconfig.json'), JSON.stringify(COMPILER));
  for (const { document, program } of guides) writeFileSync(path.join(out, `${nameOf(document)}.ts`), program);
  return node(out, path.join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', out).stdout;
}

/** Runs a compiled one. */
export function run(
  guide: Guide,
  args: readonly string[] = [],
  folder: string = GUIDES,
): { readonly stdout: string; readonly stderr: string } {
  return node(outOf(folder), compiled(guide, folder), ...args);
}

/** The programs in `examples/`, as they stand. */
export function readExamples(): readonly Guide[] {
  const names = readdirSync(path.join(ROOT, 'examples')).filter((name) => name.endsWith('.ts'));
  return names.map((name) => ({
    document: `examples/${name.replace(/\.ts$/, '')}`,
    program: readFileSync(path.join(ROOT, 'examples', name), 'utf8'),
    printed: undefined,
  }));
}

/** The file of a compiled one. */
export function compiled({ document }: Guide, folder: string = GUIDES): string {
  return path.join(outOf(folder), 'dist', `${nameOf(document)}.js`);
}

const COMPILER = {
  extends: '../../tsconfig.base.json',
  compilerOptions: {
    composite: false,
    declarationMap: false,
    sourceMap: false,
    isolatedDeclarations: false,
    noUnusedLocals: false,
    rootDir: '.',
    outDir: 'dist',
  },
  include: ['*.ts'],
};

function documents(): readonly string[] {
  const below = (folder: string): string[] =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`);
  const packages = readdirSync(path.join(ROOT, 'packages')).map((name) => `packages/${name}/README.md`);
  return ['README.md', ...packages, ...below('docs')].filter((file) => existsSync(path.join(ROOT, file)));
}

/** Imports may stand in any block of a document, and a name in several of them; in a program they come first, once. */
function importsFirst(lines: readonly string[]): string {
  const text = lines.join('\n');
  const statements = text.match(/^import [^;]*;$/gms) ?? [];
  const rest = text.replaceAll(/^import [^;]*;$/gms, '');
  const names = new Map<string, Set<string>>();
  const others: string[] = [];
  for (const statement of statements) {
    const [, list, from] = /^import \{([^}]*)\} from ('[^']*');$/s.exec(statement) ?? [];
    if (list === undefined || from === undefined) others.push(statement);
    else for (const name of list.split(',')) if (name.trim() !== '') entry(names, from).add(name.trim());
  }
  const merged = [...names].map(([from, list]) => `import { ${[...list].join(', ')} } from ${from};`);
  return `${[...new Set(others), ...merged].join('\n')}\n${rest}\nexport {};\n`;
}

function entry(names: Map<string, Set<string>>, from: string): Set<string> {
  const known = names.get(from) ?? new Set();
  names.set(from, known);
  return known;
}

function nameOf(document: string): string {
  return document.replace(/\.md$/, '').replaceAll('/', '.');
}

function node(cwd: string, ...args: readonly string[]): { readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, args, { cwd, encoding: 'utf8', timeout: 25_000 });
}
