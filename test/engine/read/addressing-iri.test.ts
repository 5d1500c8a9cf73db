/** wsa:MessageID is an absolute IRI (WS-Addressing 1.0 Core §3.1). */
import { expect, test } from 'vitest';
import { openedBy, sampleContext, sampleEnvelope, sampleRequest, sealed, text } from '../support/sample.ts';

function codeFor(messageId: string): string {
  const envelope = text(sampleEnvelope()).replace('urn:uuid:7', messageId);
  const reply = openedBy(sealed(new TextEncoder().encode(envelope), sampleRequest()), sampleContext());
  return reply.ok ? 'ok' : reply.code;
}

test.each(['urn:uuid:7', 'uuid:0f1e', 'http://example.org/7?a=1', 'urn:ü', 'x-y.z+1:a', ' urn:uuid:7\n'])(
  '%j is one',
  (id) => {
    expect(codeFor(id)).toBe('ok');
  },
);

test.each(['7', 'message-7', '/7', '#7', ':7', '7:a', 'urn:', 'urn:a b'])('%j is none', (id) => {
  expect(codeFor(id)).toBe('peer.structure-invalid');
});
