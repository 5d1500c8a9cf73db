import { readFileSync } from 'node:fs';
import { parseKeys } from '@parley/log';
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
    for (const line of lines) {
      const [command = '', input] = line.split(' < ');
      const [program, ...words] = command.split(' ');
      expect(program).toBe('parley');
      const options = {
        directory: directory.path,
        ...(input === undefined ? {} : { stdin: readFileSync(directory.join(input)) }),
      };
      const { status, stderr } = await parley(words, options);
      expect({ line, status, stderr }).toEqual({ line, status: 0, stderr: '' });
    }
  });
});

describe('docs/logs.md', () => {
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
