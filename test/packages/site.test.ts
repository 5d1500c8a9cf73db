// The documentation as a site: it builds, its links lead somewhere (the build fails where one does not), and all that is exported has a page.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { PACKAGES } from '../tidy/sources.ts';
import { missingBrowser, rendered } from './browser.ts';
import { MINUTES_MS, ROOT, succeed } from './installed.ts';

const OUT = path.join(ROOT, '.parley', 'site');
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
const KINDS = /^(classes|functions|interfaces|type-aliases|variables)$/;

beforeAll(() => {
  succeed(process.execPath, ['scripts/docs.mjs'], ROOT);
}, 6 * MINUTES_MS);

/** The names that the index of a package exports. */
function exported(name: string): readonly string[] {
  const text = readFileSync(path.join(ROOT, 'packages', name, 'src', 'index.ts'), 'utf8').replaceAll(/\/\/.*$/gm, '');
  return [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)]
    .flatMap(([, names = '']) => names.split(','))
    .map((each) => each.replace(/^.* as /s, '').trim())
    .filter((each) => each !== '');
}

test.each(PACKAGES.filter((name) => name !== 'cli'))('everything that @parley/%s exports is described', (name) => {
  const folder = path.join(OUT, 'dist', 'api', name);
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => KINDS.test(path.basename(path.dirname(file))))
    .map((file) => path.basename(file, '.html'));
  // What a package hands on of another's is described there, and named on its first page.
  const index = readFileSync(path.join(folder, 'index.html'), 'utf8');
  const missing = exported(name).filter((each) => !pages.includes(each) && !index.includes(each));
  expect(missing).toEqual([]);
});

test('every guide is there, and a search over all of it', () => {
  for (const name of readdirSync(path.join(ROOT, 'docs')).filter((file) => file.endsWith('.md')))
    expect(existsSync(path.join(OUT, 'dist', 'docs', name.replace(/\.md$/, '.html'))), name).toBe(true);
  const chunks = readdirSync(path.join(OUT, 'dist', 'assets', 'chunks'));
  expect(chunks.some((file) => /localSearchIndex/.test(file))).toBe(true);
});

test('a browser opens it, and its scripts take hold', { timeout: 60_000 }, async (context) => {
  if (missingBrowser !== undefined) return context.skip(missingBrowser);
  const site = path.join(OUT, 'dist');
  const server = createServer((request, response) => {
    const file = path.join(site, new URL(request.url ?? '/', 'http://site').pathname.replace(/\/$/, '/index.html'));
    if (!file.startsWith(site) || !existsSync(file)) return response.writeHead(404).end();
    return response.setHeader('content-type', TYPES[path.extname(file)] ?? 'text/plain').end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const document = await rendered(`http://127.0.0.1:${port}/docs/gateway.html`);
  server.close();
  // Written by its scripts alone: the outline of the page.
  expect(readFileSync(path.join(site, 'docs', 'gateway.html'), 'utf8')).not.toContain('class="outline-link');
  expect(document).toContain('class="outline-link');
});
