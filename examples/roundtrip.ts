// Seals a message on a pool and opens it again.
import { envelope, systemAmbient } from '@parley/conversation';
import { contextOf, contextSource, unwrap } from '@parley/core';
import { createPool, policyOf, sealProfile } from '@parley/engine';

const context = contextOf({ identifier: 'urn:uuid:1', secret: crypto.getRandomValues(new Uint8Array(32)) });
await using pool = createPool({ workers: 1, policy: policyOf('cxf'), contexts: contextSource([context]) });
const request = { ...sealProfile('cxf', 'request'), identifier: context.identifier, timestampLifetimeMs: 300_000 };
const atMs = systemAmbient.nowMs();
const ping = envelope({ action: 'urn:m/Ping', to: 'urn:m', body: '<Ping xmlns="urn:m"/>' });
const { octets } = unwrap(await pool.seal(ping, { ...request, atMs }));
console.log(unwrap(await pool.open({ message: octets, atMs })).action);
