// The examples are programs: a strict compiler takes them as they stand, and they do what they say.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { parley, temporaryDirectory } from '../cli/run-parley.ts';
import { compile, type Guide, readExamples, run } from './programs.ts';

const FOLDER = 'examples';
const EXAMPLES = readExamples();
const directory = temporaryDirectory();
let complaints: string;

beforeAll(async () => {
  complaints = compile(EXAMPLES, FOLDER);
  await parley(['demo', 'demo', '--messages', '200', '--quiet'], { directory: directory.path });
  await parley(['contexts', 'export', 'demo/contexts', '--out', 'keys.json'], { directory: directory.path });
}, 60_000);

function printed(name: string, ...args: readonly string[]): string {
  const example = EXAMPLES.find(({ document }) => document === `examples/${name}`) as Guide;
  const { stdout, stderr } = run(example, args, FOLDER);
  expect(stderr).toBe('');
  return stdout;
}

describe('examples', () => {
  test('compile under the strictest options, and the README of the folder names each', () => {
    expect(complaints).toBe('');
    const readme = readFileSync(new URL('../../examples/README.md', import.meta.url), 'utf8');
    for (const { document } of EXAMPLES) expect(readme).toContain(`${document.replace('examples/', '')}.ts`);
  });

  test('a stream on a pool', () => {
    expect(printed('stream', directory.join('demo'))).toBe(
      '{ valid: 202, octets: true, refused: {}, p99: true, threads: true }\n',
    );
  });

  test('both sides over HTTP', () => {
    expect(printed('http', '100')).toBe('urn:m/Pong\ncaller.closed\npeer.soap-fault\ncaller.channel-not-secure\n');
  });

  test('a log as of a time', () => {
    const results = directory.join('results.ndjson');
    const log = directory.join('demo', 'log.ndjson');
    const { at } = JSON.parse(readFileSync(log, 'utf8').split('\n')[150] ?? '') as { readonly at: string };
    const stdout = printed('as-of', log, directory.join('keys.json'), at, results);
    expect(stdout).toMatch(/valid: \d+,\n {2}refused: \{/);
    expect(readFileSync(results, 'utf8').trimEnd().split('\n')).toHaveLength(202);
  });

  test('a consumer of a bus', () => {
    expect(printed('consumer', directory.join('demo'))).toBe('{ taken: 202, dead: 10 }\n');
  });

  test('a round trip', () => {
    expect(printed('roundtrip')).toBe('urn:m/Ping\n');
  });
});
