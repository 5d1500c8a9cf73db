import { writeFileSync } from 'node:fs';
import { sealProfile } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { replaced, sampleEnvelope, sampleRequest, sealed } from '../engine/support/sample.ts';
import { certificateRequest, encryptedKeyRequest, sampleKey } from '../engine/support/sample-keys.ts';
import { parley, temporaryDirectory } from './run-parley.ts';

const directory = temporaryDirectory();
const recipient = { certificate: sampleKey('bob', 'rsa').certificate, reference: 'issuer-serial' } as const;

const MESSAGES = {
  'wcf-message': sealed(sampleEnvelope(), sampleRequest(sealProfile('wcf-message', 'request'))),
  cxf: sealed(sampleEnvelope(), sampleRequest(sealProfile('cxf', 'request'))),
  x509: sealed(sampleEnvelope(), certificateRequest({ encrypt: 'body', recipient })),
  'symmetric-x509': sealed(sampleEnvelope(), encryptedKeyRequest({ order: 'encrypt-then-sign', encrypt: 'body' })),
} as const;

/** Keys are made anew in every run. */
function steady(text: string): string {
  return text.replaceAll(/[A-Za-z0-9+/]{27}=/g, '(SHA-1)');
}

async function inspected(name: string, message: Uint8Array, ...words: string[]) {
  writeFileSync(directory.join(`${name}.xml`), message);
  return parley(['inspect', `${name}.xml`, ...words], { directory: directory.path });
}

describe('inspect --plan', () => {
  test.each(Object.entries(MESSAGES))('of a message for %s', async (profile, message) => {
    const { status, stdout } = await inspected(profile, message, '--plan', profile);
    expect(status).toBe(0);
    const plan = stdout.slice(stdout.indexOf('├─ plan'), stdout.indexOf('└─ verdict'));
    await expect(steady(plan)).toMatchFileSnapshot(`golden/inspect-plan-${profile}.txt`);
  });

  test('takes the profile of the verdict, unless it is given one', async () => {
    const { status, stdout } = await inspected('cxf', MESSAGES.cxf, '--profile', 'cxf', '--json', '--plan');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      plan: { ok: true, profile: 'cxf', order: 'decrypt-then-verify', moreAfterDecryption: false },
      verdict: null,
    });
    expect(JSON.parse((await inspected('cxf', MESSAGES.cxf, '--json')).stdout)).toMatchObject({ plan: null });
    expect((await inspected('cxf', MESSAGES.cxf, '--plan', 'nobody')).status).toBe(2);
  });

  test('what the policy refuses without a key: the code, and status 1', async () => {
    const { status, stdout } = await inspected('cxf', MESSAGES.cxf, '--plan', 'x509');
    expect(status).toBe(1);
    expect(stdout).toContain('plan  refused before any key: peer.keyinfo-forbidden');
    const json = await inspected('cxf', MESSAGES.cxf, '--plan', 'x509', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ plan: { ok: false, code: 'peer.keyinfo-forbidden' } });
  });

  test('names of the message cannot write to the terminal', async () => {
    const identifier = /<c:Identifier>[^<]*/.exec(new TextDecoder().decode(MESSAGES.cxf))![0];
    const evil = replaced(MESSAGES.cxf, identifier, '<c:Identifier>urn:\u009b2J\u202eevil');
    const { stdout } = await inspected('evil', evil, '--plan', 'cxf');
    expect(stdout).toContain('context urn:\ufffd2J\ufffdevil');
  });
});
