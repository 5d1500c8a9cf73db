// A client of node-soap, secured by Parley, that calls services of others by their own WSDLs.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SecureConversation } from '@parley/node-soap';
import type { Client } from 'soap';
import { createClientAsync } from 'soap';
import { expect, test } from 'vitest';
import type { LiveEndpoint } from './endpoints.ts';
import { liveEndpoint } from './endpoints.ts';
import { javaPeer } from './java-peer.ts';
import { liveKeys } from './live-keys.ts';
import { wcfEndpoint } from './wcf-endpoints.ts';
import { wcfPeer } from './wcf-peer.ts';

const TIMEOUT_MS = 120_000;
const TEXT = 'Grüße & <node-soap>';
const WCF_WSDL = path.join(import.meta.dirname, 'wcf-echo.wsdl');

function securityFor(at: LiveEndpoint): SecureConversation {
  return new SecureConversation({
    bootstrap: at.initiator(),
    profile: at.profile,
    version: at.version,
    entropy: at.entropy,
    secure: at.isSecure ?? at.isOverTls,
    tls: { ca: readFileSync(path.join(liveKeys(), 'ca.pem')) },
  });
}

async function call(client: Client, operation: string, args: object): Promise<unknown> {
  const [result] = await (client[`${operation}Async`] as (args: object) => Promise<readonly unknown[]>)(args);
  return result;
}

test('CXF: SOAP 1.1 and 1.2, anonymous and with a user, by the WSDL that it serves', { timeout: TIMEOUT_MS }, async ({
  skip,
}) => {
  const peer = javaPeer('cxf');
  if (typeof peer === 'string') return skip(peer);
  const names = ['x509-sbe-13-12', 'x509-ebs-10-11', 'ut-sbe-13-12'];
  const server = await peer.serve(names);
  try {
    for (const name of names) {
      const at = liveEndpoint('cxf', name);
      await using security = securityFor(at);
      const client = await createClientAsync(`${server.http}/${name}?wsdl`, {
        forceSoap12Headers: at.soapVersion === '1.2',
        endpoint: `${server.http}/${name}`,
      });
      client.setSecurity(security);
      // Its elements are qualified one by one, which node-soap leaves to its caller.
      for (const text of [TEXT, 'again'])
        expect(await call(client, 'echo', { 'tns:text': text })).toMatchObject({ text });
    }
  } finally {
    await server.stop();
  }
});

test('WCF: wsHttpBinding with a user', { timeout: TIMEOUT_MS }, async ({ skip }) => {
  const peer = wcfPeer();
  if (typeof peer === 'string') return skip(peer);
  const name = 'ws2007,user,sc';
  const server = await peer.serve([name]);
  try {
    await using security = securityFor(wcfEndpoint(name));
    const client = await createClientAsync(WCF_WSDL, { forceSoap12Headers: true, endpoint: `${server.http}/${name}` });
    client.setSecurity(security);
    for (const text of [TEXT, 'again'])
      expect(await call(client, 'Echo', { text })).toEqual({ EchoResult: `echo: ${text}` });
  } finally {
    await server.stop();
  }
});
