import { readFileSync, writeFileSync } from 'node:fs';
import { PROFILE_NAMES } from '@parley/engine';
import { DEFAULT_UNPACK_LIMITS, parseKeys } from '@parley/log';
import { describe, expect, test } from 'vitest';
import { readRecord } from '../../packages/log/src/read-record.ts';
import { parley, temporaryDirectory } from './run-parley.ts';

const directory = temporaryDirectory();
const document = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

/** The fenced blocks of a language; with `mark`, those right below that comment. */
function blocks(text: string, language: string, mark = ''): string[] {
  const pattern = new RegExp(`${mark}\\n\`\`\`${language}\\n([^\`]*)\`\`\``, 'g');
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}

describe('docs/cli.md', () => {
  test('its examples run, one after the other, and find everything valid', async () => {
    const lines = blocks(document('cli.md'), 'sh', '<!-- test: runs -->').flatMap((block) =>
      block.trimEnd().split('\n'),
    );
    expect(lines.length).toBeGreaterThan(5);
    const [, order = '', key = ''] =
      /`order\.xml` be `([^`]+)`, and `one-key\.json`, [^`]+`([^`]+)`/.exec(document('cli.md')) ?? [];
    writeFileSync(directory.join('order.xml'), order);
    writeFileSync(directory.join('one-key.json'), key);
    for (const line of lines) {
      const [command = '', input] = line.split(' < ');
      const [program, ...words] = command.split(' ');
      expect(program).toBe('parley');
      const options = {
        directory: directory.path,
        ...(input === undefined ? {} : { stdin: readFileSync(directory.join(input)) }),
      };
      const { status, stderr } = await parley(words, options);
      // A demo says what it does.
      const others = stderr.replaceAll(/^(issued|renewed|cancelled) \S+\n/gm, '');
      expect({ line, status, others }).toEqual({ line, status: 0, others: '' });
    }
  }, 120_000);
});

describe('docs/cli.md and --help', () => {
  const COMMANDS = [
    ...['verify', 'inspect', 'demo', 'seal', 'explain', 'serve', 'relay', 'call', 'user', 'completion'],
    ...['verify'].map((action) => `archive ${action}`),
    ...['init', 'list', 'show', 'export', 'cancel', 'prune', 'rekey'].map((action) => `contexts ${action}`),
  ];

  test('every option of every command is in the document', async () => {
    const text = document('cli.md');
    for (const command of COMMANDS) {
      const { stdout } = await parley([...command.split(' '), '--help']);
      const options = [...stdout.matchAll(/^ +(?:-\w, )?(--[a-z-]+)/gm)].map(([, option]) => option ?? '');
      expect(options).toContain('--help');
      expect(options.filter((option) => !new RegExp(`${option}(?![a-z-])`).test(text))).toEqual([]);
    }
  }, 120_000);

  test('every profile is in it, and what it has is a profile', () => {
    const table = /\| profile \| messages \|\n[^\n]+\n((?:\|[^\n]+\n)+)/.exec(document('cli.md'))?.[1] ?? '';
    const named = table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([a-z0-9-]+)`/g)]);
    expect(new Set(named.map(([, name]) => name))).toEqual(new Set(PROFILE_NAMES));
  });

  test('the README leads to it', () => {
    for (const name of ['cli.md', 'logs.md'])
      expect(readFileSync(new URL('../../README.md', import.meta.url), 'utf8')).toContain(`(docs/${name})`);
  });
});

describe('docs/logs.md', () => {
  test('the limits of unpacking are those in force', () => {
    for (const [name, value] of Object.entries(DEFAULT_UNPACK_LIMITS))
      expect(document('logs.md')).toContain(`| \`${name}\` | ${value} |`);
  });

  test('its records are records, and its keys file is one', () => {
    const [records = '', keys = ''] = blocks(document('logs.md'), 'json');
    const lines = records.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      const shortened = line.replaceAll('…', '');
      expect(readRecord(new TextEncoder().encode(shortened), { fallbackId: 'x', messageBytesMax: 1000 })).toMatchObject(
        { kind: 'message' },
      );
    }
    expect(parseKeys(new TextEncoder().encode(keys))).toHaveLength(1);
  });
});
