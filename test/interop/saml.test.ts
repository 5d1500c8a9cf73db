// SAML assertions both ways between us and WSS4J 3 with OpenSAML 4; without Java, Maven or the network, left out with a reason.
import { afterAll, describe, expect, test } from 'vitest';
import { SAML_CASES, samlFromPeer, samlToPeer } from './matrix/wss4j-saml.ts';
import type { PeerProcess } from './peer-process.ts';
import { startWss4jSaml } from './wss4j-peer.ts';

const TIMEOUT_MS = 60_000;
const wss4j = startWss4jSaml();

afterAll(() => {
  if (typeof wss4j !== 'string') wss4j.end();
});

function present(skip: (reason: string) => never): PeerProcess {
  return typeof wss4j === 'string' ? skip(wss4j) : wss4j;
}

describe.each(SAML_CASES)('SAML $version, $kind, by $reference, token signed: $signToken', (choice) => {
  test('to WSS4J', { timeout: TIMEOUT_MS }, async ({ skip }) => {
    await samlToPeer(present(skip), choice);
  });

  test('from WSS4J', { timeout: TIMEOUT_MS }, async ({ skip }) => {
    await samlFromPeer(present(skip), choice);
  });
});

test('the peer is the one that docs/interop.md tells of', async ({ skip }) => {
  const versions = await present(skip).call<object>('versions', {});
  expect(versions).toEqual({ ok: true, value: { dom: '3.0.0', opensaml: '4.0.1' } });
});
