// The example of README.md runs as it stands, on the built packages.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);

test('the example opens a message and shows what was proved', () => {
  const blocks = [...readFileSync(new URL('README.md', root), 'utf8').matchAll(/```ts\n(.*?)```/gs)].map(
    (match) => match[1] as string,
  );
  expect(blocks).toHaveLength(2);
  const program = `
    import { readFileSync } from 'node:fs';
    import { Secret } from '@parley/core';
    ${blocks[0]
      ?.split('\n')
      .filter((line) => line.startsWith('import'))
      .join('\n')}
    const folder = new URL('test/vectors/bench/', ${JSON.stringify(root.href)});
    const messageBytes = readFileSync(new URL('signed-1k.xml', folder));
    const entry = JSON.parse(readFileSync(new URL('contexts.json', folder), 'utf8'))[0];
    const expiresAtMs = Date.parse(entry.expires);
    const keys = [{ instance: undefined, secret: Secret.copyOf(Buffer.from(entry.secret, 'base64')), createdAtMs: 0, expiresAtMs }];
    const context = { identifier: entry.identifier, version: '200512', suite: 'Basic256', keys, createdAtMs: 0, expiresAtMs };
    Date.now = () => Date.parse('2026-11-22T05:01:00Z');
    ${blocks[0]
      ?.split('\n')
      .filter((line) => !line.startsWith('import'))
      .join('\n')}
    ${blocks[1]}
    console.log(JSON.stringify({ ok: reply.ok, action: reply.value?.action, signed: reply.value?.signed.length, code: reply.code }));
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('test/', root)),
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ ok: true, action: 'http://example.org/orders/Submit', signed: 6 });
});
