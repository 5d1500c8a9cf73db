/** wsa:MessageID is an absolute IRI (WS-Addressing 1.0 Core §3.1). */

import { policyOf, seal } from '@parley/engine';
import { expect, test } from 'vitest';
import { openedBy, sampleContext, sampleEnvelope, sampleRequest, sealed, text } from '../support/sample.ts';

const withId = (message: Uint8Array, messageId: string): Uint8Array =>
  new TextEncoder().encode(text(message).replace('urn:uuid:7', messageId));

/** Of a message whose addressing nobody signed, so that no signature tells of the change. */
function codeFor(messageId: string): string {
  const message = sealed(sampleEnvelope(), sampleRequest({ sign: { body: true, timestamp: true, addressing: false } }));
  const reply = openedBy(withId(message, messageId), sampleContext(), policyOf('body-only'));
  return reply.ok ? 'ok' : reply.code;
}

test.each(['urn:uuid:7', 'uuid:0f1e', 'http://example.org/7?a=1', 'urn:ü', 'x-y.z+1:a', ' urn:uuid:7\n'])(
  '%j is one',
  (id) => {
    expect(codeFor(id)).toBe('ok');
    expect(openedBy(sealed(withId(sampleEnvelope(), id), sampleRequest()), sampleContext()).ok).toBe(true);
  },
);

test.each(['7', 'message-7', '/7', '#7', ':7', '7:a', 'urn:', 'urn:a b'])('%j is none', (id) => {
  expect(codeFor(id)).toBe('peer.structure-invalid');
  expect(seal(withId(sampleEnvelope(), id), sampleRequest())).toMatchObject({ code: 'caller.envelope-invalid' });
});
