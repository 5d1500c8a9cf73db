// What a command says is wrong, it says in the words of whoever wrote it: a flag, an argument, a variable, the place in a file.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parley, temporaryDirectory, VECTORS } from './run-parley.ts';

const directory = temporaryDirectory();
const KEYS = join(VECTORS, 'bench', 'contexts.json');
const MESSAGE = join(VECTORS, 'bench', 'signed-5k.xml');
const JUDGED = [MESSAGE, '--keys', KEYS];

interface Wrong {
  readonly words: readonly string[];
  /** The option that is said to be wrong. */
  readonly option?: string;
  readonly file?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

function written(name: string, content: string): string {
  const path = directory.join(name);
  writeFileSync(path, content);
  return path;
}

/** Its owner's alone. */
function kek(): string {
  const path = written('kek', '0'.repeat(64));
  chmodSync(path, 0o600);
  return path;
}

const relay = (...words: readonly string[]): readonly string[] => ['relay', '--verify', ...words, '--wait', '1'];
const archive = (...words: readonly string[]): readonly string[] => ['archive', 'verify', ...words, '--keys', KEYS];
const S3 = { AWS_REGION: 'x', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
const OUT = ['--out', 'out'] as const;

const WRONG: Readonly<Record<string, () => Wrong>> = {
  'a limit': () => ({ words: ['verify', ...JUDGED, '--limit', 'depthMx=4'], option: '--limit depthMx' }),
  'threads that a reader has not': () => ({
    words: ['verify', ...JUDGED, '--workers', '2', '--reader', 'cross-check'],
    option: '--workers',
  }),
  'a policy in a file': () => {
    const file = written('policy.json', '{"limits":{"depthMax":"a"}}');
    return { words: ['inspect', ...JUDGED, '--policy', file], file, option: 'limits.depthMax' };
  },
  'a policy in a configuration': () => {
    const file = written('a.yaml', 'policy: { requireEncryptedBdy: true }');
    return { words: ['verify', ...JUDGED, '--config', file], file, option: 'policy.requireEncryptedBdy' };
  },
  'a limit over that of a file': () => {
    const file = written('b.yaml', 'policy: { limits: { depthMx: 3 } }');
    return { words: ['verify', ...JUDGED, '--config', file, '--limit', 'depthMx=4'], option: '--limit depthMx' };
  },
  'two places of keys in a file': () => {
    const file = written('c.yaml', 'contexts: a\nkeys: b');
    return { words: ['verify', MESSAGE, '--config', file], file };
  },
  'an instant in a file': () => {
    const file = written('d.yaml', 'at: yesterday');
    return { words: ['verify', ...JUDGED, '--config', file], file };
  },
  'an address of a store': () => ({
    words: ['contexts', 'list', 'redis://127.0.0.1:1/x', '--kek', kek()],
    option: '<dir>',
  }),
  'a password of a folder': () => ({
    words: ['contexts', 'init', directory.join('store'), '--kek', kek(), '--password', written('pw', 'x')],
    option: '--password',
  }),
  'a key service': () => ({
    words: ['contexts', 'init', directory.join('new'), '--key-service', 'vault:x'],
    option: '--key-service',
  }),
  'where messages come from': () => ({ words: relay('--from', 'nowhere'), option: '--from' }),
  'where they come from, in a file': () => {
    const file = written('e.yaml', 'from: nowhere');
    return { words: relay('--config', file), file, option: 'from' };
  },
  'nothing that says where they come from': () => ({ words: relay(), option: '--from' }),
  'no context to seal under': () => ({ words: ['relay', '--seal'], option: '--seal' }),
  'a queue of an archive': () => ({ words: archive(MESSAGE, ...OUT, '--nats', 'nowhere'), option: '--nats' }),
  'a topic for results': () => ({ words: archive(MESSAGE, ...OUT, '--to', 'nats://h/x'), option: '--to' }),
  'a topic of an archive': () => ({ words: archive('kafka://h', ...OUT), option: '<paths...>' }),
  'a bucket of an archive': () => ({ words: archive('s3://x/y', ...OUT), environment: S3, option: '<paths...>' }),
  'a bucket for results': () => ({ words: archive(MESSAGE, '--out', 's3://x'), environment: S3, option: '--out' }),
  'an address of S3': () => ({
    words: archive('s3://bucket/y', ...OUT),
    environment: { ...S3, AWS_ENDPOINT_URL: 'nowhere' },
    option: 'AWS_ENDPOINT_URL',
  }),
  'what S3 takes from the environment': () => ({ words: archive('s3://bucket/y', ...OUT), option: 'AWS_REGION' }),
  'a gateway without endpoints': () => {
    const file = written('g.yaml', 'listen: { port: 0 }');
    return { words: ['serve', '--config', file], file };
  },
  'what stands in place of its file': () => ({
    words: ['serve', '--config', written('h.yaml', 'listen: { port: 0 }'), '--egress', 'https://h/'],
    option: '--egress',
  }),
  'a password over an open channel, in a file': () => {
    const begin = '{ by: username-over-tls, username: a, password: b }';
    const file = written('i.yaml', `listen: { port: 0 }\nplain: [{ path: /, service: "http://h/", begin: ${begin} }]`);
    return { words: ['serve', '--config', file], file };
  },
  'a password over an open channel': () => {
    const body = written('body.xml', '<a/>');
    const who = ['--username', 'a', '--password', written('word', 'x')];
    return { words: ['call', 'http://127.0.0.1:1/', '--action', 'x', '--body', body, ...who], option: '<url>' };
  },
};

describe('what is wrong is said in the words of the user', () => {
  test.concurrent.each(Object.entries(WRONG))('%s', { timeout: 60_000 }, async (_, wrong) => {
    const { words, option, file, environment = {} } = wrong();
    const { status, stderr } = await parley(words, { environment, directory: directory.path });
    expect(status, stderr).toBe(2);
    const line = stderr.trim().split('\n').at(-1) ?? '';
    expect(/ option ([^:]+)(?::|$)/.exec(line)?.[1], line).toBe(option);
    if (file !== undefined) expect(line).toContain(` ${file}:`);
  });
});
