// What `parley verify --sequences` and `parley inspect` say of messages in sequences.
import { randomFillSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { SEQUENCE_HEADERS, writeEnvelope } from '@parley/conversation';
import { formatInstant } from '@parley/core/internal';
import { seal } from '@parley/engine';
import { beforeAll, expect, test } from 'vitest';
import { writeSequenceHeaders } from '../../packages/conversation/src/sequence-wire/header-writer.ts';
import { sampleContext } from '../conversation/sample-context.ts';
import { parley, temporaryDirectory } from './run-parley.ts';

const directory = temporaryDirectory();
const ID = 'urn:uuid:in-sequence';
const AT_MS = Date.UTC(2026, 0, 15, 12);
const context = sampleContext(ID, { suite: 'Basic256', version: '200512', createdAtMs: 0, expiresAtMs: 4e12 });
const SIGNED = { body: true, addressing: true, timestamp: true };

function message(number: number, isSigned = true): string {
  const acknowledged = { identifier: 'urn:back', ranges: [{ lower: 1, upper: 2 }], nacks: [], isFinal: false };
  const envelope = writeEnvelope({
    soapVersion: '1.2',
    action: 'urn:app',
    messageId: `urn:uuid:m${number}`,
    headers: (writer) =>
      writeSequenceHeaders(writer, {
        version: '200702',
        soapVersion: '1.2',
        numbered: { identifier: 'urn:there', number, isLast: false },
        acknowledgements: [{ ...acknowledged, bufferRemaining: 8 }],
      }),
    body: () => undefined,
  });
  const sealed = seal(envelope, {
    context,
    keys: 'explicit',
    token: 'attached',
    sign: isSigned ? { ...SIGNED, headers: SEQUENCE_HEADERS } : SIGNED,
    encrypt: 'none',
    order: 'sign-then-encrypt',
    atMs: AT_MS,
    timestampLifetimeMs: 300_000,
    fillRandom: (out) => void randomFillSync(out),
  });
  if (!sealed.ok) throw new Error(sealed.code);
  return new TextDecoder().decode(sealed.value.octets);
}

function write(name: string, contents: string): string {
  writeFileSync(directory.join(name), contents, { mode: 0o600 });
  return directory.join(name);
}

let keys: string;
let log: string;
beforeAll(() => {
  const [key] = context.keys;
  const secret = key!.secret.lend((octets) => Buffer.from(octets).toString('base64'));
  const entry = { identifier: ID, secret, suite: context.suite, version: context.version };
  keys = write('keys.json', JSON.stringify({ contexts: [entry] }));
  const at = formatInstant(AT_MS);
  const lines = [1, 2, 2, 5, 4].map((number, index) =>
    JSON.stringify({ id: `m${index}`, at, message: message(number) }),
  );
  log = write('log.ndjson', `${lines.join('\n')}\n`);
});

test('verify --sequences: what is missing, what was sent again, what came out of turn', async () => {
  const words = ['verify', log, '--keys', keys, '--workers', '0', '--sequences'];
  const { status, stdout, stderr } = await parley(words);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('sequence urn:there: 4 of 5 messages; missing 3; 1 sent again; 1 out of turn\n');
  expect(stdout).toContain('sequence urn:back: 0 of 2 messages; missing 1-2; 2 acknowledged and not there\n');
  const { sequences } = JSON.parse((await parley([...words, '--json'])).stdout) as { sequences: unknown[] };
  expect(sequences[1]).toEqual({
    context: ID,
    sequence: 'urn:there',
    messages: 4,
    last: 5,
    missing: [{ lower: 3, upper: 3 }],
    repeated: 1,
    overtaken: 1,
    acknowledgedOnly: 0,
  });
});

test('T86: verify --sequences refuses what nobody signed', async () => {
  const file = write('unsigned.xml', message(1, false));
  const { status, stdout } = await parley([
    'verify',
    file,
    '--keys',
    keys,
    '--workers',
    '0',
    '--sequences',
    '--at',
    formatInstant(AT_MS),
  ]);
  expect(status).toBe(1);
  expect(stdout).toContain('peer.coverage-missing');
  expect(stdout).toContain('no message is in a sequence');
});

test('inspect shows them', async () => {
  const { stdout } = await parley(['inspect', write('one.xml', message(7))]);
  expect(stdout).toContain('of urn:back has arrived: 1-2; room for 8');
  expect(stdout).toContain('message 7 of urn:there');
});
