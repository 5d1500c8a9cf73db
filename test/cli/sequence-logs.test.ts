// `parley verify --sequences` over logs of several sequences, in both generations, however they are read.
import { randomFillSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { SEQUENCE_HEADERS, type SequenceHeaders, writeEnvelope } from '@parley/conversation';
import { formatInstant } from '@parley/core/internal';
import { seal } from '@parley/engine';
import { beforeAll, expect, test } from 'vitest';
import { writeSequenceHeaders } from '../../packages/conversation/src/sequence-wire/header-writer.ts';
import { sampleContext } from '../conversation/sample-context.ts';
import { seededChance } from '../conversation/sequence/faulty-line.ts';
import { parley, temporaryDirectory } from './run-parley.ts';

const AT_MS = Date.UTC(2026, 0, 15, 12);
const LIFE = { createdAtMs: 0, expiresAtMs: 4e12 };
const FIRST = sampleContext('urn:uuid:first', { suite: 'Basic256', version: '200512', ...LIFE });
const SECOND = sampleContext('urn:uuid:second', { suite: 'Basic128', version: '200502', ...LIFE });
/** One name under two contexts is two sequences. */
const SEQUENCES = [
  { context: FIRST, version: '200702', identifier: 'urn:orders' },
  { context: SECOND, version: '200502', identifier: 'urn:orders' },
  { context: FIRST, version: '200702', identifier: 'urn:bills' },
] as const;
type Sequence = (typeof SEQUENCES)[number];
/** So many that a log is read in several sections. */
const MESSAGES = 130;

function message({ context, version, identifier }: Sequence, number: number, id: number): string {
  const numbered: SequenceHeaders['numbered'] = { identifier, number, isLast: false };
  const envelope = writeEnvelope({
    soapVersion: '1.2',
    action: 'urn:app',
    messageId: `urn:uuid:m${id}`,
    headers: (writer) => writeSequenceHeaders(writer, { version, soapVersion: '1.2', numbered }),
    body: () => undefined,
  });
  const sealed = seal(envelope, {
    context,
    keys: 'explicit',
    token: 'attached',
    sign: { body: true, addressing: true, timestamp: true, headers: SEQUENCE_HEADERS },
    encrypt: 'none',
    order: 'sign-then-encrypt',
    atMs: AT_MS,
    timestampLifetimeMs: 300_000,
    fillRandom: (out) => void randomFillSync(out),
  });
  if (!sealed.ok) throw new Error(sealed.code);
  return new TextDecoder().decode(sealed.value.octets);
}

/** What a line that drops, doubles and swaps makes of the numbers of all sequences. */
function course(chance: () => number): readonly { readonly sequence: Sequence; readonly number: number }[] {
  const sent = Array.from({ length: MESSAGES }, (_, index) =>
    SEQUENCES.map((sequence) => ({ sequence, number: index + 1 })),
  ).flat();
  const come = sent.flatMap((each) => (chance() < 0.2 ? [] : chance() < 0.2 ? [each, each] : [each]));
  for (let index = come.length - 1; index > 0; index--) {
    const other = Math.max(index - Math.floor(chance() * 9), 0);
    [come[index], come[other]] = [come[other]!, come[index]!];
  }
  return come;
}

function expected(come: ReturnType<typeof course>, wanted: Sequence) {
  const numbers = come.filter(({ sequence }) => sequence === wanted).map(({ number }) => number);
  const last = Math.max(...numbers);
  const missing: { lower: number; upper: number }[] = [];
  for (let number = 1; number <= last; number++) {
    if (numbers.includes(number)) continue;
    const range = missing.at(-1);
    if (range?.upper === number - 1) range.upper = number;
    else missing.push({ lower: number, upper: number });
  }
  const isFirst = numbers.map((number, index) => numbers.indexOf(number) === index);
  return {
    context: wanted.context.identifier,
    sequence: wanted.identifier,
    messages: new Set(numbers).size,
    last,
    missing,
    repeated: isFirst.filter((is) => !is).length,
    overtaken: numbers.filter((number, index) => isFirst[index] && number < Math.max(...numbers.slice(0, index), 0))
      .length,
    acknowledgedOnly: 0,
  };
}

const directory = temporaryDirectory();
const come = course(seededChance(5));
const files = { plain: '', packed: '' };
let keys = '';
beforeAll(() => {
  const contexts = [FIRST, SECOND].map(({ identifier, suite, version, keys: [key] }) => ({
    identifier,
    secret: key!.secret.lend((octets) => Buffer.from(octets).toString('base64')),
    suite,
    version,
  }));
  keys = directory.join('keys.json');
  writeFileSync(keys, JSON.stringify({ contexts }), { mode: 0o600 });
  const at = formatInstant(AT_MS);
  const lines = come.map(({ sequence, number }, index) =>
    JSON.stringify({ id: `m${index}`, at, message: message(sequence, number, index) }),
  );
  const octets = Buffer.from(`${lines.join('\n')}\n`);
  files.plain = directory.join('log.ndjson');
  writeFileSync(files.plain, octets);
  files.packed = directory.join('packed.ndjson.gz');
  writeFileSync(files.packed, gzipSync(octets));
});

test.each([
  ['plain', 0],
  ['plain', 3],
  ['packed', 0],
  ['packed', 2],
] as const)('a %s log with %d workers', async (kind, workers) => {
  const words = ['verify', files[kind], '--keys', keys, '--workers', `${workers}`, '--sequences', '--json'];
  const { status, stdout, stderr } = await parley(words);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const { sequences } = JSON.parse(stdout) as { sequences: { context: string; sequence: string }[] };
  expect(sequences).toHaveLength(SEQUENCES.length);
  for (const wanted of SEQUENCES) {
    const found = sequences.find(
      ({ context, sequence }) => context === wanted.context.identifier && sequence === wanted.identifier,
    );
    expect(found).toEqual(expected(come, wanted));
  }
});
