import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadLibxml } from '@parley/codec';
import { describe, expect, test } from 'vitest';
import { parley, temporaryDirectory, VECTORS } from './run-parley.ts';

const directory = temporaryDirectory();
const BENCH = join(VECTORS, 'bench');
const KEYS = join(BENCH, 'contexts.json');
const MESSAGE = join(BENCH, 'signed-5k.xml');
const message = readFileSync(MESSAGE, 'utf8');
const RAMPART = join(VECTORS, 'wssc-rampart-transcript');
const FIELD_CASES = join(VECTORS, 'field-cases');

describe('inspect', () => {
  test('a signed message: the tree and the verdict', async () => {
    const { status, stdout, stderr } = await parley(['inspect', 'signed-5k.xml', '--keys', 'contexts.json'], {
      directory: BENCH,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    await expect(stdout).toMatchFileSnapshot('golden/inspect-signed.txt');
  });

  test('what is no SOAP says so; a folder is no message', async () => {
    const other = directory.join('other.xml');
    writeFileSync(
      other,
      '<o:order xmlns:o="urn:o" xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></o:order>',
    );
    const { status, stdout } = await parley(['inspect', other]);
    expect([status, stdout]).toEqual([
      0,
      expect.stringMatching(/not SOAP\n.*the root is \{urn:o\}order, no soap:Envelope\n.*verdict/),
    ]);
    expect(await parley(['inspect', directory.path])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('a folder: name one message or one log'),
    });
  });

  test('an encrypted message shows no plaintext and no key', async () => {
    const words = ['inspect', 'res04.xml', '--keys', 'contexts.json', '--profile', 'timestamp-only'];
    const { status, stdout } = await parley(words, { directory: RAMPART });
    expect(status).toBe(0);
    await expect(stdout).toMatchFileSnapshot('golden/inspect-encrypted.txt');
    const everything = stdout + (await parley([...words, '--json'], { directory: RAMPART })).stdout;
    expect(everything).not.toContain('WWrxszI9');
    expect(everything).not.toContain('echoResponse xmlns');
    expect(everything).not.toContain('Hello');
  });

  test('--understand: a mandatory header is taken where it is named, and shown as signed', async () => {
    const words = ['mustunderstand-wsrm.xml', '--keys', 'contexts.json', '--at', '2026-11-29T18:49:00Z'];
    const wsrm = '{http://docs.oasis-open.org/ws-rx/wsrm/200702}';
    const inspected = (...more: string[]) => parley(['inspect', ...words, ...more], { directory: FIELD_CASES });
    expect((await inspected()).stdout).toMatch(/peer\.must-understand/);
    for (const name of [wsrm, `${wsrm}Sequence`]) {
      const { status, stdout } = await inspected('--understand', 'urn:a', '--understand', name);
      expect(status).toBe(2);
      expect(stdout).toBe('');
      const named = await inspected('--understand', '{urn:a}b', '--understand', name);
      expect(named.status).toBe(0);
      expect(named.stdout).toMatch(/left to the application\n.*wsrm:Sequence, signed/);
    }
    const verified = await parley(['verify', ...words, '--understand', `${wsrm}Sequence`], { directory: FIELD_CASES });
    expect(verified.status).toBe(0);
  });

  test('--explain with keys: the value of the signature, and what was signed instead', async () => {
    const words = ['inspect', MESSAGE, '--keys', KEYS, '--explain'];
    const right = await parley(words);
    expect(right.stdout).toMatch(/ds:SignatureValue {2}hmac-\w+, key .*context .*: right/);
    const other = directory.join('other-value.xml');
    writeFileSync(other, message.replace(/(<ds:SignatureValue>)..../, '$1AAAA'));
    const { status, stdout } = await parley([...words.with(1, other)]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/ds:SignatureValue .*: DIFFERS\n.*nothing that is tried gives that value/);
    const json = JSON.parse((await parley([...words.with(1, other), '--json'])).stdout);
    expect(json.digests.signatures[0].value).toMatchObject({ ok: true, value: { isRight: false } });
    const strangers = directory.join('strangers.json');
    writeFileSync(strangers, '{"contexts":[]}');
    const unknown = await parley(words.with(3, strangers));
    expect(unknown.stdout).toMatch(/ds:SignatureValue {2}no key to judge it: peer\.bad-context/);
  });

  test('--explain: the octets and digests of each part; what a sender did, and no plaintext without it', async () => {
    const right = await parley(['inspect', MESSAGE, '--explain']);
    expect(right.status).toBe(0);
    expect(right.stdout).toMatch(/ds:SignedInfo, what the key is applied to\n.*<ds:SignedInfo/);
    expect(right.stdout).toMatch(/soap:Body \(#[^)]*\) {2}exclusive.*: right/);
    const indented = directory.join('indented.xml');
    writeFileSync(indented, message.replace(/(<s:Body [^>]*>)/, '$1\n  ').replace('</s:Body>', '\n</s:Body>'));
    const { status, stdout } = await parley(['inspect', indented, '--explain']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/soap:Body .*: DIFFERS/);
    expect(stdout).toContain('this is what the sender digested: without the white space between elements');
    const json = JSON.parse((await parley(['inspect', indented, '--explain', '--json'])).stdout);
    const body = json.digests.signatures[0].references.find(
      (reference: { covered: { localName: string } }) => reference.covered.localName === 'Body',
    );
    expect(body.cause.deviation).toBe('white-space-between-elements-removed');
    expect(Buffer.from(body.covered.octets, 'base64').toString()).toMatch(/^<s:Body [^>]*>\n {2}</);
    const words = ['inspect', 'res04.xml', '--keys', 'contexts.json', '--profile', 'timestamp-only', '--explain'];
    expect((await parley(words, { directory: RAMPART })).status).toBe(0);
  });

  test('without keys: the structure, and no verdict', async () => {
    const { status, stdout } = await parley(['inspect', MESSAGE]);
    expect(status).toBe(0);
    expect(stdout).toContain('ds:Signature');
    expect(stdout).toMatch(/verdict {2}not checked \(no keys\)\n$/);
  });

  test('a refused message: status 1, and the structure all the same', async () => {
    const forged = directory.join('forged.xml');
    writeFileSync(
      forged,
      message.replace('</s:Envelope>', ' </s:Envelope>').replace(/>2026-11-22T05:00/, '>2026-11-22T05:01'),
    );
    const { status, stdout } = await parley(['inspect', forged, '--keys', KEYS]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/covers soap:Body/);
    expect(stdout).toMatch(/verdict {2}refused: peer\.digest-mismatch/);
  });

  test('what is no XML: the verdict alone, with or without keys', async () => {
    const path = directory.join('letter.xml');
    writeFileSync(path, 'Dear colleague,');
    const { status, stdout } = await parley(['inspect', path]);
    expect(status).toBe(1);
    expect(stdout).toContain('refused: peer.xml-malformed');
    expect(JSON.parse((await parley(['inspect', path, '--json'])).stdout)).toMatchObject({
      message: null,
      verdict: { ok: false, code: 'peer.xml-malformed' },
    });
  });

  test('one record of a log, as JSON', async () => {
    const path = directory.join('log.ndjson');
    writeFileSync(
      path,
      `{"message":"<a/>"}\n${JSON.stringify({ id: 'second', at: '2026-11-22T05:01:00Z', message })}\n`,
    );
    const { status, stdout } = await parley(['inspect', path, '--record', '2', '--keys', KEYS, '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      id: 'second',
      message: { soapVersion: '1.2', body: { children: ['{urn:orders}Order'] } },
      verdict: { ok: true, identifier: 'urn:uuid:67d2d266-3328-440f-973e-2ffd9988cc56' },
    });
    expect((await parley(['inspect', path, '--record', '3'])).status).toBe(2);
  });

  test('a message cannot write to the terminal', async () => {
    const path = directory.join('evil.xml');
    const action = 'a&#x9b;2J\u202egnp';
    writeFileSync(
      path,
      `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header><a:Action>${action}</a:Action></s:Header><s:Body/></s:Envelope>`,
    );
    const { stdout } = await parley(['inspect', path]);
    expect(stdout).toContain('wsa:Action  a\ufffd2J\ufffdgnp');
  });
});

describe.runIf(loadLibxml().available)('inspect --schema', () => {
  test('a valid message: says so, and the verdict stays what it is', async () => {
    const { status, stdout } = await parley(['inspect', MESSAGE, '--keys', KEYS, '--schema']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/schema {2}valid\n.*verdict {2}valid/);
    const json = await parley(['inspect', MESSAGE, '--schema', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ schema: { valid: true, findings: [] }, verdict: null });
    expect(JSON.parse((await parley(['inspect', MESSAGE, '--json'])).stdout)).toMatchObject({ schema: null });
  });

  test('what is not valid: where and what, never the value, and status 1', async () => {
    const path = directory.join('invalid.xml');
    const invalid = message.replace(/<ds:DigestValue>[^<]*/, '<ds:DigestValue>s3cret!');
    writeFileSync(path, invalid);
    const { status, stdout } = await parley(['inspect', path, '--schema']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/schema {2}1 finding\n/);
    expect(stdout).toContain(`octet ${Buffer.from(invalid.slice(0, invalid.indexOf('<ds:DigestValue>s'))).length}: `);
    const json = await parley(['inspect', path, '--schema', '--json']);
    expect(json.status).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ schema: { valid: false, findings: [{ number: 1824 }] } });
    expect(stdout + json.stdout).not.toContain('s3cret');
  });

  test('a message that cannot be read is refused as ever', async () => {
    const path = directory.join('doctype.xml');
    writeFileSync(path, '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>');
    const { status, stdout } = await parley(['inspect', path, '--schema', '--json']);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ schema: { valid: false, code: 'peer.xml-dtd-forbidden' } });
  });
});
