import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadLibxml, validate, WS_SCHEMAS, wsSchemaFiles, wsSchemas } from '@parley/codec';
import { describe, expect, test } from 'vitest';
import { vectorBytes } from '../support/reading.ts';

const FOLDER = new URL('../../../packages/codec/schemas/', import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.xsd'));

test('every bundled file is in a set, and the README has a line for it', () => {
  const used = new Set(WS_SCHEMAS.flatMap((name) => wsSchemaFiles(name).map((path) => basename(path))));
  expect(used).toEqual(new Set(files));
  const readme = readFileSync(new URL('README.md', FOLDER), 'utf8');
  expect(files.filter((name) => !readme.includes(`| \`${name}\` |`))).toEqual([]);
});

test.each(WS_SCHEMAS)('%s: imports are met inside the set, for reading it would throw otherwise', (name) => {
  expect(wsSchemas(name)).toBe(wsSchemas(name));
  expect(wsSchemas(name).namespaces).toHaveLength(wsSchemaFiles(name).length);
});

describe.runIf(loadLibxml().available)('with libxml2', () => {
  test.each(WS_SCHEMAS)('%s compiles', (name) => {
    expect(validate(vectorBytes('bench/signed-1k.xml'), wsSchemas(name))).toEqual([]);
  });

  test('neither an import of a schema nor a hint in a message is fetched or opened', async () => {
    const paths: string[] = [];
    const server = createServer((request, response) => {
      paths.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const decoy = fileURLToPath(new URL('decoy.xsd', import.meta.url));
    const child = spawn(process.execPath, [fileURLToPath(new URL('offline-child.mjs', import.meta.url))], {
      env: { ...process.env, ORIGIN: `http://127.0.0.1:${port}`, DECOY: decoy },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    await new Promise((resolve) => child.on('close', resolve));
    const reached = await (await fetch(`http://127.0.0.1:${port}/alive`)).text();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(reached).toBe('');
    expect(JSON.parse(output)).toEqual({
      network: [false, false],
      imported: [],
      hinted: [],
      hintedFile: [],
      described: 1,
    });
    expect(paths).toEqual(['/alive']);
  });
});
