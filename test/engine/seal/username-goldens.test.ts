// Messages with UsernameTokens as WSS4J made them, and as we do.
import { Certificate, DEFAULT_LIMITS, Trust } from '@parley/core';
import { open, policyOf } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import GOLDEN from '../golden/wss4j-username-tokens.json' with { type: 'json' };
import { sampleEnvelope, sampleRequest, sealed, text } from '../support/sample.ts';
import { alices, password, passwordRequest } from '../support/username-message.ts';

describe('of WSS4J', () => {
  test.each(GOLDEN.messages)('$engine, $kind', ({ kind, atMs, certificate, message }) => {
    // WSS4J's Timestamp stands behind its signature, and the streaming engine's token behind what uses it.
    const layout = 'lax';
    const isKey = certificate === null;
    const policy = isKey
      ? policyOf('username', { layout })
      : policyOf('x509', { layout, passwordTypes: [kind as 'text' | 'digest'], requireUser: true });
    const anchors = isKey ? [] : [Certificate.read(Buffer.from(certificate, 'base64'), DEFAULT_LIMITS)];
    const openedWith = (word: string) =>
      open(new TextEncoder().encode(message), {
        atMs,
        policy,
        contexts: { find: () => undefined },
        credentials: {
          passwords: new Map([[GOLDEN.username, password(word)]]),
          trust: new Trust({ anchors, revocation: 'if-listed' }),
        },
      });
    const user = { username: 'alice', by: isKey ? 'key' : kind, signed: true };
    expect(openedWith(GOLDEN.password)).toMatchObject({ ok: true, value: { user, action: 'urn:example:ping' } });
    const code = isKey ? 'peer.signature-invalid' : 'peer.authentication-failed';
    expect(openedWith('guess')).toMatchObject({ ok: false, code });
  });
});

test.each([
  ['text', sampleRequest({ username: alices('text') })],
  ['digest', sampleRequest({ username: alices('digest') })],
  ['key', passwordRequest({ keys: 'direct', signToken: true })],
  ['derived-keys', passwordRequest({ encrypt: 'body' })],
] as const)('of ours: %s', async (name, request) => {
  await expect(text(sealed(sampleEnvelope(), request))).toMatchFileSnapshot(`golden/username-${name}.xml`);
});
