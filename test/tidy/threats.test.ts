// Every threat of the catalogue has tests that carry its number, or says what has to exist first. docs/threats.md is the table.
import { expect, test } from 'vitest';
import { readSources } from './sources.ts';
import THREATS from './threats.json' with { type: 'json' };

interface Threat {
  readonly id: string;
  readonly threat: string;
  /** The part of the project that the threat is about, when it does not exist yet. */
  readonly later?: string;
}

// The name of a test, of a group of tests, or of one row of a table of them: numbers, then a colon.
const NUMBERED = /(['"`])(T\d{2,}(?:,? T\d{2,})*): /g;

const threats: readonly Threat[] = THREATS;
const files = readSources('test', /\.test\.ts$/).map(({ path, text }) => ({ path, numbers: numbersIn(text) }));
const pathsOf = (id: string): readonly string[] =>
  files.filter(({ numbers }) => numbers.has(id)).map(({ path }) => path);

test('every threat has a test with its number, or waits for what it threatens', () => {
  expect(threats.filter(({ id, later }) => pathsOf(id).length === 0 && later === undefined)).toEqual([]);
  expect(threats.map(({ id }) => id)).toEqual(
    Array.from({ length: 114 }, (_, index) => `T${String(index + 1).padStart(2, '0')}`),
  );
});

test('no test carries a number that no threat has', () => {
  const known = new Set(threats.map(({ id }) => id));
  const unknown = files.flatMap(({ path, numbers }) =>
    [...numbers].filter((id) => !known.has(id)).map((id) => `${path}: ${id}`),
  );
  expect(unknown).toEqual([]);
});

test('docs/threats.md is current', async () => {
  const rows = threats.map(({ id, threat, later }) => {
    const links = pathsOf(id).map((path) => `[${path.replace(/^test\/|\.test\.ts$/g, '')}](../${path})`);
    return `| ${id} | ${threat} | ${[...links, ...(later === undefined ? [] : [`waits for: ${later}`])].join(', ')} |`;
  });
  const document = [
    '# Threats',
    '',
    'What an attacker may try, and the tests that show our answer. The names of the tests begin with the number:',
    '`grep -rn T37 test` finds them. What is refused is refused with a code of [faults](faults.md); limits and promises are in',
    '[SECURITY](../SECURITY.md).',
    '',
    'Written by `test/tidy/threats.test.ts` from `test/tidy/threats.json` and the names of the tests; the test fails when the',
    'table is not current, and `vitest run test/tidy/threats.test.ts -u` writes it.',
    '',
    '| | threat | tests |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
  await expect(document).toMatchFileSnapshot('../../docs/threats.md');
});

test('T78 T79: what a package needs at run time is recorded with its reasons, and so is the Node it needs', () => {
  const [decision] = readSources('docs/decisions', /0003-dependencies\.md$/);
  const manifests = readSources('packages', /^packages\/\w+\/package\.json$/).map(
    ({ text }) => JSON.parse(text) as Manifest,
  );
  expect(manifests.length).toBeGreaterThan(4);
  for (const { name, engines, scripts, dependencies = {} } of manifests) {
    expect(engines?.node, name).toBe('>=20.19');
    expect(
      Object.keys(scripts ?? {}).filter((script) => /install|prepare/.test(script)),
      name,
    ).toEqual([]);
    const foreign = Object.keys(dependencies).filter((dependency) => !dependency.startsWith('@parley/'));
    for (const dependency of foreign) expect(decision?.text, dependency).toContain(dependency);
  }
});

interface Manifest {
  readonly name: string;
  readonly engines?: { readonly node?: string };
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function numbersIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(NUMBERED)].flatMap(([, , numbers]) => numbers!.match(/T\d{2,}/g) ?? []));
}
