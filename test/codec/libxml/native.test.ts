// libxml2 that is not there, and one that another thread has: with the built packages, and nothing in its place.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadNative } from '@parley/codec/internal';
import { afterAll, expect, test } from 'vitest';
import { HAS_LIBXML } from '../support/has-libxml.ts';

const PACKAGES = fileURLToPath(new URL('../../../packages', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'parley-without-libxml-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a program prints that has core and codec, but no libxmljs2. */
function printed(program: string): unknown {
  for (const name of ['core', 'codec']) {
    const to = path.join(folder, 'node_modules', '@parley', name);
    mkdirSync(to, { recursive: true });
    for (const part of ['package.json', 'dist']) {
      cpSync(path.join(PACKAGES, name, part), path.join(to, part), { recursive: true });
    }
  }
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: folder, encoding: 'utf8' }),
  );
}

const READ = `
import { READERS, readDocument, Tape } from '@parley/codec';
import { loadNative } from '@parley/codec/internal';
import { DEFAULT_LIMITS } from '@parley/core';
function outcome(action) {
  try { action(); return 'read'; } catch ({ code, detail }) { return { code, detail }; }
}`;

test.runIf(HAS_LIBXML)('loaded once', () => {
  expect(loadNative()).toBe(loadNative());
});

test('without it, UTF-8 is read by scan and auto, and the rest says what to do', () => {
  const found = printed(`${READ}
    const utf16 = new Uint8Array(Buffer.from('\\ufeff<a/>', 'utf16le'));
    const of = (bytes) => READERS.map((reader) => outcome(() => readDocument(bytes, DEFAULT_LIMITS, new Tape(), reader)));
    console.log(JSON.stringify({ utf8: of(Buffer.from('<a/>')), utf16: of(utf16) }));`);
  const unavailable = {
    code: 'caller.libxml-unavailable',
    detail: {
      reason: 'MODULE_NOT_FOUND',
      remedy: expect.stringMatching(/one version of Node.*npm install libxmljs2/u),
    },
  };
  expect(found).toEqual({
    utf8: ['read', 'read', unavailable, unavailable],
    utf16: [expect.objectContaining({ code: 'peer.encoding-forbidden' }), unavailable, unavailable, unavailable],
  });
});

test.runIf(HAS_LIBXML)('a second thread is told that the first has it', () => {
  const file = path.join(PACKAGES, 'codec', 'dist', 'internal.js');
  const program = `
    import { Worker } from 'node:worker_threads';
    import { loadNative } from ${JSON.stringify(file)};
    loadNative();
    const code = \`import(${JSON.stringify(file)}).then(({ loadNative }) => {
      try { loadNative(); } catch ({ code, detail }) { console.log(JSON.stringify({ code, detail })); }
    })\`;
    new Worker(code, { eval: true });`;
  const found = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(JSON.parse(found)).toEqual({
    code: 'caller.libxml-unavailable',
    detail: { reason: 'another thread of the process has it', remedy: expect.stringMatching(/without workers/u) },
  });
});
