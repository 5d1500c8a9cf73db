// The programs of docs/cxf.md and docs/wcf.md, as they stand there, against the peers that they are for.
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import type { Service } from '@parley/http';
import { beforeAll, expect, test } from 'vitest';
import { compile, compiled, readGuides } from '../../guides/programs.ts';
import { javaPeer } from './java-peer.ts';
import { liveKeys } from './live-keys.ts';
import { judge, stepsOf } from './live-rows.ts';
import { wcfService } from './wcf-endpoints.ts';
import { wcfPeer } from './wcf-peer.ts';

type Call = (url: string, keys: string) => Promise<string>;
interface Programs {
  readonly callCxf: Call;
  readonly serveCxf: (path: string, keys: string) => Server;
  readonly callWcf: Call;
  readonly serveWcf: (path: string, keys: string, service: Service) => Server;
}

const DOCUMENTS = ['docs/cxf.md', 'docs/wcf.md'];
const TIMEOUT_MS = 120_000;
let programs: Programs;

beforeAll(async () => {
  const guides = readGuides().filter(({ document }) => DOCUMENTS.includes(document));
  expect(compile(guides, 'live-guides')).toBe('');
  const modules = await Promise.all(
    guides.map((guide) => import(pathToFileURL(compiled(guide, 'live-guides')).href) as Promise<object>),
  );
  programs = Object.assign({}, ...modules) as Programs;
}, TIMEOUT_MS);

async function served(server: Server, work: (base: string) => Promise<void>): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test('CXF is called, and calls', { timeout: TIMEOUT_MS }, async ({ skip }) => {
  const peer = javaPeer('cxf');
  if (typeof peer === 'string') return skip(peer);
  const name = 'ut-sbe-13-12';
  const server = await peer.serve([name]);
  expect(await programs.callCxf(`${server.http}/${name}`, liveKeys())).toContain('>from Node<');
  await server.stop();
  await served(programs.serveCxf(`/${name}`, liveKeys()), async (base) => {
    const steps = stepsOf((await peer.call([name], { http: base, https: base })).get(name) ?? []);
    expect(judge({ peer: 'cxf', direction: 'from-peer', endpoint: name, steps }).complaints).toEqual([]);
    expect(steps.length).toBeGreaterThan(3);
  });
});

test('WCF is called, and calls', { timeout: TIMEOUT_MS }, async ({ skip }) => {
  const peer = wcfPeer();
  if (typeof peer === 'string') return skip(peer);
  const name = 'ws2007,user,sc';
  const server = await peer.serve([name]);
  expect(await programs.callWcf(`${server.http}/${name}`, liveKeys())).toContain('from Node<');
  await server.stop();
  await served(programs.serveWcf(`/${name}`, liveKeys(), wcfService), async (base) => {
    expect((await peer.call([name], { http: base, https: '' })).get(name)).toEqual(['all: ok']);
  });
});
