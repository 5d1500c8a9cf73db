// Archives whose messages are proven by certificates, users and assertions: their results are those of one run.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { folderObjects } from '@parley/archive';
import { beforeAll, expect, test } from 'vitest';
import { parley, temporaryDirectory } from '../cli/run-parley.ts';
import { writeCredentialFiles } from '../engine/support/credential-files.ts';
import { MESSAGE_KINDS } from '../engine/support/message-kinds.ts';
import { NOW_MS } from '../engine/support/sample.ts';
import { ISSUER } from '../engine/support/sample-assertions.ts';
import { keptResults } from './archive-fixture.ts';

const directory = temporaryDirectory();
const SEGMENTS = 3;

beforeAll(() => writeCredentialFiles(directory.join('.')));

/** Every message of a policy over the segments, each once more in a later one, and one more that was changed. */
function writeSegments(policy: string): string {
  const folder = directory.join(`of-${policy}`);
  mkdirSync(folder);
  const messages = MESSAGE_KINDS.filter((kind) => kind.policy.name === policy).map(({ message }) =>
    new TextDecoder().decode(message),
  );
  const lines: string[][] = Array.from({ length: SEGMENTS }, () => []);
  const put = (segment: number, id: string, message: string): void => {
    lines[segment % SEGMENTS]?.push(JSON.stringify({ id, at: new Date(NOW_MS).toISOString(), message }));
  };
  for (const [index, message] of messages.entries()) put(index % 2, `m${index}`, message);
  for (const [index, message] of messages.entries()) put(2, `again-${index}`, message);
  for (const [index, message] of messages.entries())
    put(
      index,
      `forged-${index}`,
      message.replace(/(<[^>]*DigestValue>)(.)/, (_, tag, first) => `${tag}${first === 'A' ? 'B' : 'A'}`),
    );
  for (const [segment, of] of lines.entries())
    writeFileSync(`${folder}/segment-${segment}.ndjson`, of.map((line) => `${line}\n`).join(''));
  return folder;
}

const TRUST = { trust: 'root.pem', known: ['alice.pem'] };
const OWN = { ownKeys: [{ certificate: 'bob.pem', key: 'bob.key' }] };

test.each([
  ['x509', { ...TRUST, ...OWN }],
  ['symmetric-x509', OWN],
  ['username', { passwords: { alice: 'alice.txt' } }],
  ['saml', { ...OWN, issuers: [{ name: ISSUER, trust: 'sts.pem' }] }],
] as const)(
  'T101: %s: the results of parley verify with the same file, and replays in other segments are found',
  {
    timeout: 120_000,
  },
  async (profile, credentials) => {
    const folder = writeSegments(profile);
    const config = directory.join(`${profile}.json`);
    writeFileSync(config, JSON.stringify({ profile, ...credentials }));
    const lines = directory.join(`${profile}.results`);
    await parley(['verify', folder, '--config', config, '--out', lines, '--quiet', '--workers', '0']);
    const expected = readFileSync(lines, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const out = directory.join(`${profile}-out`);
    const words = ['archive', 'verify', folder, '--config', config, '--out', out, '--shards', '5', '--json'];
    const { status, stderr, stdout } = await parley([...words, '--workers', profile === 'saml' ? '1' : '0']);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    const { tally } = JSON.parse(stdout) as { tally: { valid: number; refused: Record<string, number> } };
    expect(tally.valid).toBeGreaterThan(0);
    // Some kinds of a message have one name, too.
    expect(tally.refused['peer.replay']).toBeGreaterThanOrEqual(tally.valid);
    const kept = (await keptResults(folderObjects(out))).map((line) => JSON.parse(line) as Record<string, unknown>);
    // A column has no word for what is not said.
    expect(kept).toEqual(expected.map((line) => ({ ...line, context: line['context'] ?? null })));
  },
);

test('a profile that needs what no file names is refused before anything is written', async () => {
  const folder = writeSegments('symmetric-x509-reply');
  const out = directory.join('nothing');
  const words = ['archive', 'verify', folder, '--keys', directory.join('keys.json'), '--profile', 'username'];
  writeFileSync(directory.join('keys.json'), '{"contexts":[]}');
  const { status, stderr } = await parley([...words, '--out', out]);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^parley: caller\.option-invalid: /);
  expect(await keptResults(folderObjects(out))).toEqual([]);
});
