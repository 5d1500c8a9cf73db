// What our sources do not do. Each row says why, and what to do instead; exceptions.json lists who may, and why.
import { expect, test } from 'vitest';
import { idleExceptions, type Rule, unexcused } from './exceptions.ts';
import { type Finding, findLines, listed, packageSources, type Source, sourceOf } from './sources.ts';

interface Ban {
  readonly pattern: RegExp;
  readonly message: string;
  /** A line that it must catch. */
  readonly example: string;
  /** Packages (or path beginnings) it holds in; everywhere when left out. */
  readonly within?: readonly string[];
  /** Paths it does not hold in, by their nature. */
  readonly outside?: readonly string[];
  readonly rule?: Rule;
}

// Descriptions of other people's modules (.d.ts) say what is there.
const SOURCES = packageSources().filter((source) => !source.path.endsWith('.d.ts'));

const PURE = ['packages/core/', 'packages/codec/', 'packages/engine/', 'packages/conversation/'];
const POOL = ['packages/engine/src/pool/'];

const BANS: readonly Ban[] = [
  {
    pattern: /\bBuffer\b/,
    message: 'bytes are Uint8Array; Buffer only where a Node API asks for it',
    example: 'const bytes = Buffer.from(text);',
    rule: 'buffer',
  },
  {
    pattern: /\blocaleCompare\b|\bIntl\.Collator\b/,
    message: 'the order of C14N is by code point, and no order of ours depends on a locale',
    example: 'names.sort((a, b) => a.localeCompare(b));',
  },
  {
    pattern: /\bmkdir(Sync)?\(.*\brecursive\b/,
    message: 'makeDirectory of @parley/sealing: that of Node never ends where a folder takes no other, as in /proc',
    example: 'await mkdir(folder, { recursive: true, mode: 0o700 });',
  },
  { pattern: /\bMath\.random\b/, message: 'ask for fillRandom', example: 'const id = Math.random();' },
  {
    pattern: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bhrtime\b|\bset(Timeout|Interval)\b/,
    message: 'time is passed in (atMs, nowMs)',
    example: 'const nowMs = Date.now();',
    within: PURE,
    outside: POOL,
    rule: 'ambient',
  },
  {
    pattern: /\brandom(Bytes|UUID|Int|Fill|FillSync)\b|\bgetRandomValues\b/,
    message: 'randomness is passed in (fillRandom)',
    example: 'const nonce = randomBytes(16);',
    within: PURE,
    outside: POOL, // a function does not cross threads
    rule: 'ambient',
  },
  {
    pattern: /\bprocess\.(env|argv|cwd)\b|'node:(fs|net|http|https|http2|tls|dgram|child_process|os)(\/promises)?'/,
    message: 'files, sockets and the environment come in at the edge (cli), not here',
    example: "import { readFileSync } from 'node:fs';",
    within: PURE,
    outside: POOL,
    rule: 'ambient',
  },
  {
    pattern: /\bJSON\.parse\b/,
    message: 'no JSON comes this way; what reads files and logs lives in log and cli',
    example: 'const value = JSON.parse(text);',
    within: PURE,
    rule: 'parsing',
  },
  {
    pattern: /\bconsole\.|\bprocess\.(stdout|stderr)\b/,
    message: 'only the cli prints',
    example: "console.log('verified');",
    outside: ['packages/cli/'],
    rule: 'output',
  },
  { pattern: /^\s*export default\b/, message: 'named exports only', example: 'export default function open() {}' },
  { pattern: /\bexport \*/, message: 'an index names what it exports', example: "export * from './open.ts';" },
  { pattern: /@ts-(ignore|nocheck)\b/, message: 'say it in types', example: 'const x = 1; /* @ts-ignore */' },
  { pattern: /\beval\(|\bnew Function\(/, message: 'no code is made at run time', example: 'new Function(text);' },
];

test.each(BANS)('$message', (ban) => {
  const findings = SOURCES.flatMap((source) => findingsOf(ban, source));
  expect(listed(ban.rule === undefined ? findings : unexcused(ban.rule, findings))).toEqual([]);
  const path = `${ban.within?.[0] ?? 'packages/log/'}src/example.ts`;
  expect(findingsOf(ban, sourceOf(path, ban.example)), 'the example is caught').toHaveLength(1);
  expect(findingsOf(ban, sourceOf(path, `// ${ban.example}`)), 'a comment is not').toEqual([]);
});

test.each(['buffer', 'ambient', 'parsing', 'output'] as const)('%s: every exception is still needed', (rule) => {
  const bans = BANS.filter((ban) => ban.rule === rule);
  const findings = SOURCES.flatMap((source) => bans.flatMap((ban) => findingsOf(ban, source)));
  expect(listed(idleExceptions(rule, findings))).toEqual([]);
});

function findingsOf(ban: Ban, source: Source): Finding[] {
  const inside = ban.within?.some((start) => source.path.startsWith(start)) ?? true;
  const outside = ban.outside?.some((start) => source.path.startsWith(start)) ?? false;
  return inside && !outside ? findLines(source, ban.pattern, ban.message) : [];
}
