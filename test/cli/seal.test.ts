// Messages that somebody seals by hand, to try a peer.
import { readFileSync, writeFileSync } from 'node:fs';
import { SEAL_PROFILE_NAMES } from '@parley/engine';
import { keysText } from '@parley/log';
import { sampleContext } from '@parley/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { parley, temporaryDirectory } from './run-parley.ts';

const directory = temporaryDirectory();
const run = (words: readonly string[], stdin?: string | Uint8Array) =>
  parley(words, { directory: directory.path, ...(stdin === undefined ? {} : { stdin }) });

beforeAll(() => {
  writeFileSync(directory.join('keys.json'), keysText([sampleContext()]));
  writeFileSync(directory.join('two.json'), keysText([sampleContext(), sampleContext({ identifier: 'urn:uuid:2' })]));
  writeFileSync(directory.join('order.xml'), '<Order xmlns="urn:orders">\u202E\u00e9</Order>');
});

const AT = ['--at', '2030-01-01T12:00:00Z'];
const ORDER = ['order.xml', '--action', 'urn:orders/Place', ...AT];

describe('parley seal', () => {
  test.each(SEAL_PROFILE_NAMES)('makes what %s sends, to the octet, and verify takes it', async (profile) => {
    const sealed = await run(['seal', ...ORDER, '--keys', 'keys.json', '--profile', profile]);
    expect(sealed).toMatchObject({ status: 0, stderr: '' });
    expect(sealed.stdout).toMatch(/Security/);
    const verified = await run(['verify', '-', '--keys', 'keys.json', '--profile', profile, '--json'], sealed.stdout);
    expect(JSON.parse(verified.stdout)).toMatchObject({ messages: 1, valid: 1 });
  });

  test('takes an envelope, a response, an order, and writes a file that it alone may read', async () => {
    const envelope =
      '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><Ping xmlns="urn:m"/></s:Body></s:Envelope>';
    const words = [
      'seal',
      '-',
      '--keys',
      'keys.json',
      ...AT,
      '--response',
      '--encrypt',
      'body-and-signature',
      '--out',
      'out.xml',
    ];
    expect(await run([...words, '--order', 'encrypt-then-sign'], envelope)).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
    const text = readFileSync(directory.join('out.xml'), 'utf8');
    expect(text).toContain('CipherValue');
    expect(text).not.toContain('urn:m');
    expect(await run(words, envelope)).toMatchObject({ status: 2, stderr: expect.stringMatching(/output-exists/) });
    const onto = ['seal', 'order.xml', '--action', 'urn:a', '--keys', 'keys.json', ...AT, '--force', '--out'];
    for (const file of ['order.xml', 'keys.json'])
      expect(await run([...onto, file])).toMatchObject({ status: 2, stderr: expect.stringMatching(/output-is-input/) });
  });

  test('says what is missing, and which context it is about', async () => {
    for (const [words, complaint] of [
      [[...ORDER], /the keys are missing/],
      [[...ORDER, '--keys', 'two.json'], /name one with --context/],
      [[...ORDER, '--keys', 'keys.json', '--context', 'urn:uuid:9'], /there is no context urn:uuid:9/],
      [['order.xml', ...AT, '--to', 'urn:x', '--keys', 'keys.json'], /--to goes with --action/],
      [['order.xml', ...AT, '--keys', 'keys.json'], /caller\.|peer\./],
      [
        ['order.xml', '--at', '2031-01-01T12:00:00Z', '--action', 'a:b', '--keys', 'keys.json'],
        /caller\.context-unusable|expired/,
      ],
    ] as const) {
      const { status, stdout, stderr } = await run(['seal', ...words]);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(complaint);
    }
    expect((await run(['seal', ...ORDER, '--keys', 'two.json', '--context', 'urn:uuid:2'])).stdout).toContain(
      'urn:uuid:2',
    );
  });
});
