// One file for all that messages are judged by: certificates, keys, issuers, passwords, policy.
import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { JUDGING_SCHEMA } from '../../packages/cli/src/judging/judging-file-schema.ts';
import { writeCredentialFiles } from '../engine/support/credential-files.ts';
import { MESSAGE_KINDS } from '../engine/support/message-kinds.ts';
import { NOW_MS } from '../engine/support/sample.ts';
import { ISSUER } from '../engine/support/sample-assertions.ts';
import { PASSWORD } from '../engine/support/username-message.ts';
import { parley, temporaryDirectory } from './run-parley.ts';

const directory = temporaryDirectory();
const at = new Date(NOW_MS).toISOString();

/** Each message by a name, and whatever a file may name beside the file. */
function messageOf(name: string, policy: string): string {
  const kind = MESSAGE_KINDS.find((each) => each.name.startsWith(`${name}; none`) && each.policy.name === policy);
  const file = directory.join(`${name.replaceAll(/\W/g, '-')}.xml`);
  writeFileSync(file, kind?.message ?? '');
  return file;
}

function configuration(name: string, content: object): string {
  const file = directory.join(`${name}.json`);
  writeFileSync(file, JSON.stringify(content));
  return file;
}

beforeAll(() => writeCredentialFiles(directory.join('.')));

const TRUST = { trust: 'root.pem', known: ['alice.pem'] };
const OWN = { ownKeys: [{ certificate: 'bob.pem', key: 'bob.key' }] };

describe('--config', { timeout: 120_000 }, () => {
  test.each([
    ['certificate, direct', 'x509', TRUST],
    ['certificate, thumbprint', 'x509', TRUST],
    ['session key', 'symmetric-x509', OWN],
    ['password', 'username', { passwords: { alice: 'alice.txt' } }],
    ['assertion, secret', 'saml', { ...OWN, issuers: [{ name: ISSUER, trust: 'sts.pem' }] }],
  ] as const)('of a message with: %s', async (name, profile, credentials) => {
    const message = messageOf(name, profile);
    const config = configuration('full', { profile, at, ...credentials });
    const verified = await parley(['verify', message, '--config', config, '--json', '--workers', '1']);
    expect(JSON.parse(verified.stdout)).toMatchObject({ messages: 1, valid: 1 });
    expect(verified).toMatchObject({ status: 0, stderr: '' });
    const inspected = await parley(['inspect', message, '--config', config, '--json']);
    expect(JSON.parse(inspected.stdout)).toMatchObject({ verdict: { ok: true } });
    expect(inspected).toMatchObject({ status: 0, stderr: '' });
    // Without what it names, the same message is refused, and not because something is wrong with it.
    const bare = await parley([
      'verify',
      message,
      '--config',
      configuration('bare', { profile, at, trust: 'bob.pem' }),
      '--json',
    ]);
    expect(JSON.parse(bare.stdout)).toMatchObject({ messages: 1, valid: 0 });
  });

  test('is YAML too, an option goes before it, and a policy in it is as good as one of its own', async () => {
    const message = messageOf('certificate, direct', 'x509');
    const config = directory.join('config.yaml');
    writeFileSync(
      config,
      `# who may sign\nprofile: x509\nat: ${at}\ntrust: root.pem\npolicy: { requireEncryptedBody: true }\n`,
    );
    const refused = await parley(['verify', message, '--config', config, '--json']);
    expect(JSON.parse(refused.stdout)).toMatchObject({ refused: { 'peer.coverage-missing': 1 } });
    const policy = configuration('policy', { requireEncryptedBody: false });
    const taken = await parley(['verify', message, '--config', config, '--policy', policy, '--json']);
    expect(JSON.parse(taken.stdout)).toMatchObject({ valid: 1 });
    const later = await parley([
      'verify',
      message,
      '--config',
      config,
      '--policy',
      policy,
      '--at',
      '2027-01-15T12:00:00Z',
      '--json',
    ]);
    expect(JSON.parse(later.stdout)).toMatchObject({ valid: 0 });
  });

  test.each([
    ['{"profil": "x509"}', /:1: \/profil: there is no such setting; did you mean profile\?/],
    ['profile: x508', /:1: \/profile: must be one of strict, .*; did you mean x509\?/],
    ['profile: strict\ntrust: [a, b]\n', /:2: \/trust: must be a text, and is a list/],
    ['passwords: { alice: 5 }', /:1: \/passwords\/alice: must be a text, and is a number/],
    ['', /:1: must be a group of settings, and is nothing/],
    ['a: b: c', /:1: it is no YAML: /],
    ['ownKeys: [{ certificate: bob.pem }]', /:1: \/ownKeys\/0: /],
    ['a: [', /yaml:1: [^:]/],
  ])('%s: what does not fit is named by its line and its place', async (text, complaint) => {
    const config = directory.join('wrong.yaml');
    writeFileSync(config, text);
    const { status, stdout, stderr } = await parley(['verify', 'x.xml', '--config', config]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^parley: caller\.option-invalid: /);
    expect(stderr).toMatch(complaint);
  });

  test('a file that is not there is named, and no password is ever said', async () => {
    const config = configuration('missing', { passwords: { alice: 'nowhere.txt' } });
    const { status, stderr } = await parley(['verify', 'x.xml', '--config', config, '--json']);
    expect(status).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ ok: false, code: 'caller.input-unreadable' });
    const wrong = configuration('refused', { profile: 'username', at, passwords: { alice: 'bob.pem' } });
    const { stdout } = await parley(['inspect', messageOf('password', 'username'), '--config', wrong]);
    expect(stdout).not.toContain(PASSWORD);
  });

  test('results never take the place of what it names', async () => {
    const message = messageOf('certificate, direct', 'x509');
    const config = configuration('full', { profile: 'x509', at, ...TRUST });
    for (const out of [config, directory.join('root.pem')]) {
      const before = readFileSync(out, 'utf8');
      const { status, stderr } = await parley(['verify', message, '--config', config, '--out', out, '--force']);
      expect(status).toBe(2);
      expect(stderr).toMatch(/^parley: caller\.output-is-input/);
      expect(readFileSync(out, 'utf8')).toBe(before);
    }
  });

  test('its schema comes with the package', async () => {
    const shipped = readFileSync(new URL('../../packages/cli/judging.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(shipped)).toEqual(JSON.parse(JSON.stringify(JUDGING_SCHEMA)));
  });
});
