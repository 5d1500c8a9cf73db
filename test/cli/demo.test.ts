import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parley, temporaryDirectory } from './run-parley.ts';

const directory = temporaryDirectory();
const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

async function made(
  name: string,
  ...words: string[]
): Promise<{ log: string; contexts: string; recorded: Record<string, unknown> }> {
  const path = directory.join(name);
  const { status, stdout, stderr } = await parley(['demo', path, '--json', ...words]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return {
    log: directory.join(name, 'log.ndjson'),
    contexts: directory.join(name, 'contexts'),
    recorded: json(stdout),
  };
}

async function verified(log: string, contexts: string, ...words: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await parley(['verify', log, '--contexts', contexts, '--json', '--workers', '0', ...words]);
  return json(stdout);
}

describe('demo', () => {
  test.each([
    ['200512', '1.2'],
    ['200512', '1.1'],
    ['200502', '1.2'],
    ['200502', '1.1'],
  ])('generation %s over SOAP %s: everything that it records verifies', async (version, soap) => {
    const { log, contexts, recorded } = await made(
      `${version}-${soap}`,
      '--messages',
      '120',
      '--version',
      version,
      '--soap',
      soap,
    );
    expect(recorded).toMatchObject({
      messages: 122,
      contexts: [expect.stringMatching(/^urn:uuid:/), expect.stringMatching(/^urn:uuid:/)],
    });
    expect(await verified(log, contexts)).toMatchObject({ messages: 122, valid: 122, refused: {} });
    const actions = readFileSync(log, 'utf8');
    expect(actions).toMatch(version === '200512' ? /ws-sx\/ws-secureconversation\/200512/ : /ws\/2005\/02\/sc/);
  });

  test('it shows every way to secure a message, with a key of each context and after the renewal', async () => {
    const { log, contexts, recorded } = await made('ways', '--messages', '121');
    expect(recorded).toMatchObject({ messages: 123 });
    const out = directory.join('ways.ndjson');
    expect(await verified(log, contexts, '--out', out)).toMatchObject({ messages: 123, valid: 123 });
    const results = readFileSync(out, 'utf8').trimEnd().split('\n').map(json);
    const ids = results.map((result) => String(result['id']));
    expect(ids.slice(-2)).toEqual(['cancel-request', 'cancel-reply']);
    expect(new Set(results.map((result) => result['context'])).size).toBe(2);
    expect(results.some((result) => (result['encrypted'] as string[]).length === 0)).toBe(true);
    expect(results.some((result) => (result['encrypted'] as string[]).includes('signature'))).toBe(true);
    // The new key has an instance, and only messages after the renewal name it.
    const inspected = await Promise.all(
      ['1', '100'].map(
        async (record) => (await parley(['inspect', log, '--record', record, '--contexts', contexts, '--json'])).stdout,
      ),
    );
    const verdicts = inspected.map((text) => json(text)['verdict'] as Record<string, unknown>);
    expect(verdicts[0]).toMatchObject({ ok: true, principal: 'alice' });
    expect(verdicts[0]).not.toHaveProperty('instance', expect.any(String));
    expect(verdicts[1]).toMatchObject({ ok: true, instance: expect.stringMatching(/^urn:uuid:/) });
  });

  test("it writes no password, no key and no request of the handshake, and its files are its owner's", async () => {
    const { log, contexts } = await made('secrets', '--messages', '20');
    const handshake = directory.join('secrets', 'handshake.ndjson');
    const replies = readFileSync(handshake, 'utf8').trimEnd().split('\n').map(json);
    expect(replies.map((reply) => reply['id'])).toEqual(['issued', 'renewed', 'issued']);
    const text = readFileSync(log, 'utf8') + readFileSync(handshake, 'utf8');
    expect(text).not.toMatch(/UsernameToken|Password/);
    const kek = directory.join('secrets', 'kek');
    for (const path of [kek, log, handshake, `${contexts}/data.mdb`]) expect(statSync(path).mode & 0o077, path).toBe(0);
    expect(text).not.toContain(readFileSync(kek).toString('base64'));
  });

  test('a message after the cancellation is refused, and a changed one', async () => {
    const { log, contexts } = await made('after', '--messages', '20');
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n').map(json);
    const last = lines.at(-1) as { at: string };
    const later = new Date(Date.parse(last.at) + 1).toISOString();
    const forged = lines.map((line) =>
      JSON.stringify({ ...line, at: line['id'] === 'cancel-reply' ? later : line['at'] }),
    );
    const path = directory.join('forged.ndjson');
    writeFileSync(path, forged.join('\n'));
    expect(await verified(path, contexts)).toMatchObject({
      messages: 22,
      valid: 21,
      refused: { 'peer.bad-context': 1 },
    });
  });

  test('the next demo replaces the last one and leaves other files alone; a folder of something else is left whole', async () => {
    const { log, contexts } = await made('again', '--messages', '20');
    writeFileSync(directory.join('again', 'notes.txt'), 'mine');
    await made('again', '--messages', '10');
    expect(await verified(log, contexts)).toMatchObject({ messages: 12, valid: 12 });
    expect(existsSync(directory.join('again', 'notes.txt'))).toBe(true);

    mkdirSync(directory.join('other'));
    writeFileSync(directory.join('other', 'log.ndjson'), 'mine');
    const { status, stderr } = await parley(['demo', directory.join('other')]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^parley: caller\.output-unwritable: /);
    expect(readFileSync(directory.join('other', 'log.ndjson'), 'utf8')).toBe('mine');
  });

  test('it says what happens while it does, and its summary names the next command', async () => {
    const { stdout, stderr } = await parley(['demo', 'talk', '--messages', '10'], { directory: directory.path });
    expect(stdout).toMatch(
      /^talk: 12 messages \(0\.\d MB\) in 2 contexts, one renewed and one cancelled, made in \d+\.\d\d s\n/,
    );
    expect(stdout).toContain('parley verify talk/log.ndjson --contexts talk/contexts\n');
    const [first, second] = [...stderr.matchAll(/^issued (\S+)$/gm)].map(([, identifier]) => identifier);
    expect(stderr).toBe(`issued ${first}\nrenewed ${first}\nissued ${second}\ncancelled ${second}\n`);
    expect(await parley(['demo', 'talk', '--messages', '10', '--quiet'], { directory: directory.path })).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
  });
});
