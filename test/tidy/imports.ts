import type { Source } from './sources.ts';

export interface Import {
  readonly specifier: string;
  /** From 1. */
  readonly line: number;
  /** Imported names, as exported there; empty for a namespace or side-effect import. */
  readonly names: readonly string[];
}

const FROM = /(?:\bfrom|^\s*import)\s+'([^']+)'/;

/** Every static import and re-export of a source. */
export function importsOf(source: Source): Import[] {
  const imports: Import[] = [];
  let statement = '';
  source.code.forEach((line, index) => {
    statement = /^\s*(import|export)\b/.test(line) ? line : `${statement} ${line}`;
    const specifier = FROM.exec(line)?.[1];
    if (specifier !== undefined) imports.push({ specifier, line: index + 1, names: namesIn(statement) });
  });
  return imports;
}

function namesIn(statement: string): string[] {
  const list = /\{([^}]*)\}/.exec(statement)?.[1] ?? '';
  return list
    .split(',')
    .map((name) =>
      name
        .trim()
        .replace(/^type\s+/, '')
        .replace(/\s+as\s+.*$/, ''),
    )
    .filter((name) => name !== '');
}
