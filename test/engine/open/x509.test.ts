// Messages that no context secures: X.509 signatures, keys encrypted for us.
import { randomBytes } from 'node:crypto';
import { deriveKey, type Secret, Trust } from '@parley/core';
import { type Credentials, createPool, policyOf } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { party } from '../../core/x509/issue.ts';
import { NOW_MS, openedBy, sampleContext, sampleEnvelope, sampleRequest, sealed, text } from '../support/sample.ts';
import {
  ALL_PARTS,
  alice,
  DSIG_MORE,
  derivedKeyToken,
  EK_REFERENCE,
  ecdsa,
  encryptedContent,
  encryptedKey,
  hmac,
  holder,
  mallory,
  NAMINGS,
  named,
  opened,
  referenceTo,
  server,
  sha1Reference,
  signedBy,
  signedMessage,
  transformedToken,
  trust,
} from '../support/x509-message.ts';

const CREDENTIALS: Credentials = { trust, ownKeys: [server] };
const codeOf = (reply: ReturnType<typeof opened>): string => (reply.ok ? 'ok' : reply.code);

describe('signed with the key of a certificate', () => {
  test.each(NAMINGS)('named by %s', (naming) => {
    const reply = opened(signedBy(alice, naming), CREDENTIALS);
    expect(reply).toMatchObject({
      ok: true,
      value: { identifier: undefined, version: undefined, action: 'urn:m:ping', principal: undefined },
    });
    if (!reply.ok) return;
    expect(text(reply.value.body)).toContain('<m:Ping xmlns:m="urn:m"></m:Ping>');
    for (const part of reply.value.signed) {
      expect(part).toMatchObject({
        algorithm: 'ecdsa-sha256',
        key: { source: 'certificate', subject: alice.certificate.subject.toString() },
      });
    }
    expect(reply.value.signed.map(({ role }) => role)).toEqual(['body', 'timestamp', 'header']);
    const [{ key } = { key: undefined }] = reply.value.signed;
    expect(key).toMatchObject({ thumbprint: Buffer.from(alice.certificate.thumbprintSha1()).toString('base64') });
    expect(key?.source === 'certificate' && key.chain.map((der) => der.length)).toHaveLength(2);
  });

  test('T11: nobody vouches for it, or there are no anchors at all', () => {
    const stranger = { anchors: [mallory.certificate], revocation: 'if-listed' } as const;
    expect(codeOf(opened(signedBy(alice), { trust: new Trust(stranger) }))).toBe('peer.certificate-untrusted');
    expect(codeOf(opened(signedBy(alice), {}))).toBe('peer.certificate-untrusted');
    expect(codeOf(opened(signedBy(alice), undefined))).toBe('peer.certificate-untrusted');
    expect(codeOf(opened(signedBy(alice, 'ski'), { trust: new Trust(stranger) }))).toBe('peer.certificate-untrusted');
  });

  test('T11: another key than that of the certificate', () => {
    for (const naming of NAMINGS) {
      const message = signedBy(alice, naming, ecdsa(mallory.party.privateKey));
      expect(codeOf(opened(message, CREDENTIALS))).toBe('peer.signature-invalid');
    }
  });

  test('T13: a certificate is no secret, a secret is no certificate', () => {
    const { token, str } = named('direct', alice);
    // The octets of the certificate, which everybody has, as a MAC key.
    const signing = hmac(alice.certificate.der);
    const forged = signedMessage({ tokens: token, signatures: [{ id: 'sig', signing, str, parts: ALL_PARTS }] });
    expect(codeOf(opened(forged, CREDENTIALS, policyOf('x509', { signedBy: ['certificate', 'context'] })))).toBe(
      'peer.keyinfo-forbidden',
    );
    const { xml } = encryptedKey({ key: randomBytes(32) });
    const swapped = signedMessage({
      tokens: xml,
      signatures: [{ id: 'sig', signing: ecdsa(alice.party.privateKey), str: EK_REFERENCE, parts: ALL_PARTS }],
    });
    expect(codeOf(opened(swapped, CREDENTIALS))).toBe('peer.keyinfo-forbidden');
    const rsaName = signedBy(alice).replace(`${DSIG_MORE}ecdsa-sha256`, `${DSIG_MORE}rsa-sha256`);
    expect(codeOf(opened(rsaName, CREDENTIALS))).toBe('peer.key-usage');
  });

  test('the default policy takes neither certificates nor their algorithms, and a context no message of theirs', () => {
    expect(codeOf(opened(signedBy(alice), CREDENTIALS, policyOf()))).toBe('peer.alg-forbidden');
    const lax = policyOf('strict', { signatures: ['ecdsa-sha256'] });
    expect(codeOf(opened(signedBy(alice), CREDENTIALS, lax))).toBe('peer.keyinfo-forbidden');
    const message = sealed(sampleEnvelope(), sampleRequest());
    expect(openedBy(message, sampleContext(), policyOf('x509'))).toMatchObject({ code: 'peer.keyinfo-forbidden' });
  });

  test('algorithms are those of the policy', () => {
    const policy = policyOf('x509', { signatures: ['rsa-sha256'] });
    expect(codeOf(opened(signedBy(alice), CREDENTIALS, policy))).toBe('peer.alg-forbidden');
  });

  test('judged at the time of the message', () => {
    const dayMs = 86_400_000;
    const policy = policyOf('x509', { timestampAgeMaxMs: 10 * dayMs });
    expect(codeOf(opened(signedBy(alice), CREDENTIALS, policy, NOW_MS + 2 * dayMs))).toBe('peer.certificate-expired');
  });

  test('T01: the Body moved, and another in its place', () => {
    const message = signedBy(alice);
    const body = /<s:Body.*<\/s:Body>/.exec(message)![0];
    const moved = message
      .replace(body, '<s:Body><m:Steal xmlns:m="urn:m"/></s:Body>')
      .replace('</s:Header>', () => `<m:Old xmlns:m="urn:m">${body}</m:Old></s:Header>`);
    expect(codeOf(opened(moved, CREDENTIALS))).toBe('peer.coverage-missing');
    const changed = message.replace('<m:Ping', '<m:Pong').replace('</m:Ping', '</m:Pong');
    expect(codeOf(opened(changed, CREDENTIALS))).toBe('peer.digest-mismatch');
  });

  test('T50: a token outside the Security header, or after its use', () => {
    const message = signedBy(alice);
    const token = /<o:BinarySecurityToken.*<\/o:BinarySecurityToken>/.exec(message)![0];
    const outside = message.replace(token, '').replace('</s:Header>', () => `${token}</s:Header>`);
    expect(codeOf(opened(outside, CREDENTIALS))).toBe('peer.structure-invalid');
    const after = message.replace(token, '').replace('</o:Security>', () => `${token}</o:Security>`);
    expect(codeOf(opened(after, CREDENTIALS))).toBe('peer.structure-invalid');
    expect(codeOf(opened(after, CREDENTIALS, policyOf('x509', { layout: 'lax' })))).toBe('ok');
  });

  test('T53: parts signed by two people are signed by nobody', () => {
    const mine = named('thumbprint', alice);
    const theirs = named('thumbprint', mallory);
    const message = signedMessage({
      tokens: '',
      signatures: [
        { id: 'one', signing: ecdsa(alice.party.privateKey), str: mine.str, parts: ['ts'] },
        { id: 'two', signing: ecdsa(mallory.party.privateKey), str: theirs.str, parts: ['body', 'action'] },
      ],
    });
    expect(codeOf(opened(message, CREDENTIALS))).toBe('peer.structure-invalid');
  });

  test('an ECDSA signature made into another one is the same message to a replay cache', () => {
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const message = signedBy(alice);
    const value = /<ds:SignatureValue>(.*)<\/ds:SignatureValue>/.exec(message)![1]!;
    const octets = Buffer.from(value, 'base64');
    const s = BigInt(`0x${octets.subarray(32).toString('hex')}`);
    octets.set(Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex'), 32);
    const twin = opened(message.replace(value, octets.toString('base64')), CREDENTIALS);
    const first = opened(message, CREDENTIALS);
    expect(first.ok && twin.ok && first.value.replayKey === twin.value.replayKey).toBe(true);
    const other = opened(signedBy(mallory), CREDENTIALS);
    expect(first.ok && other.ok && first.value.replayKey !== other.value.replayKey).toBe(true);
  });

  test('a certificate that was renewed with its key, and so is named by the same identifier', () => {
    const expired = holder('Alice', 'P-256', 7);
    const rules = { anchors: [expired.certificate, alice.certificate], revocation: 'if-listed' } as const;
    const credentials = { trust: new Trust(rules) };
    expect(codeOf(opened(signedBy(alice, 'ski'), credentials))).toBe('ok');
  });

  test('no worker has certificates: a pool takes policies of contexts only', () => {
    const contexts = { get: () => Promise.resolve(undefined) };
    for (const policy of [policyOf('x509'), policyOf('strict', { endorsedBy: ['certificate'] })]) {
      expect(() => createPool({ workers: 0, policy, contexts })).toThrow('caller.option-invalid');
    }
  });
});

describe('STR-Transform', () => {
  const policy = policyOf('x509', { allowTokenTransform: true });

  function withToken(naming: (typeof NAMINGS)[number], octets: string, id = 'str'): string {
    const { token, str } = named(naming, alice);
    const signing = ecdsa(alice.party.privateKey);
    return signedMessage({
      tokens: token,
      signatures: [
        {
          id: 'sig',
          signing,
          str: str.replace('<o:SecurityTokenReference', '<o:SecurityTokenReference u:Id="str"'),
          parts: ALL_PARTS,
          transformed: { id, octets },
        },
      ],
    });
  }

  test.each([
    ['direct', true],
    ['thumbprint', false],
    ['issuer-serial', false],
  ] as const)('signs the token named by %s', (naming, isInMessage) => {
    const octets = transformedToken(alice, isInMessage);
    const reply = opened(withToken(naming, octets), CREDENTIALS, policy);
    expect(codeOf(reply)).toBe('ok');
    if (!reply.ok) return;
    const token = reply.value.signed.at(-1)!;
    expect([token.role, token.localName, text(token.bytes)]).toEqual(['token', 'BinarySecurityToken', octets]);
  });

  test('signs no other', () => {
    const other = transformedToken(mallory, false);
    expect(codeOf(opened(withToken('thumbprint', other), CREDENTIALS, policy))).toBe('peer.digest-mismatch');
  });

  test('T20: only where the policy has it, and only of the reference of the signature itself', () => {
    const octets = transformedToken(alice, true);
    expect(codeOf(opened(withToken('direct', octets), CREDENTIALS))).toBe('peer.transform-forbidden');
    expect(codeOf(opened(withToken('direct', octets, 'body'), CREDENTIALS, policy))).toMatch(/^peer\./);
    expect(codeOf(opened(withToken('direct', octets, 'bst'), CREDENTIALS, policy))).toBe('peer.transform-forbidden');
    // An STR of somebody else's.
    expect(codeOf(opened(withToken('direct', octets, 'stray'), CREDENTIALS, policy))).toBe('peer.ref-unresolved');
    const { str } = named('thumbprint', mallory);
    const strayStr = str.replace('<o:SecurityTokenReference', '<o:SecurityTokenReference u:Id="stray"');
    const elsewhere = withToken('direct', octets, 'stray').replace('</s:Header>', () => `${strayStr}</s:Header>`);
    expect(codeOf(opened(elsewhere, CREDENTIALS, policy))).toBe('peer.transform-forbidden');
  });
});

describe('encrypted for us', () => {
  const key = randomBytes(32);
  const content = '<m:Secret xmlns:m="urn:m">hush</m:Secret>';

  /** Signed by alice, then the Body encrypted. */
  function encryptedBody(options: {
    readonly str?: string;
    readonly naming?: (typeof NAMINGS)[number];
    bare?: boolean;
  }) {
    const { token, str } = named('direct', alice);
    const naming = options.naming ?? 'thumbprint';
    const recipient = named(naming, server, 'own');
    const { xml } = encryptedKey({ key, naming, lists: ['data'], isBare: options.bare ?? false });
    const plain = signedMessage({
      tokens: `${recipient.token}<!--key-->${token}`,
      signatures: [{ id: 'sig', signing: ecdsa(alice.party.privateKey), str, parts: ALL_PARTS }],
      body: content,
    });
    return plain
      .replace('<!--key-->', () => xml)
      .replace(content, () => encryptedContent('data', key, content, options.str));
  }

  test.each(NAMINGS.filter((naming) => naming !== 'path'))('the recipient named by %s', (naming) => {
    const reply = opened(encryptedBody({ naming, str: EK_REFERENCE }), CREDENTIALS);
    expect(codeOf(reply)).toBe('ok');
    if (!reply.ok) return;
    expect(text(reply.value.body)).toContain('hush');
    expect(reply.value.encrypted).toMatchObject([{ role: 'body', key: { source: 'encrypted-key', derivation: [] } }]);
  });

  test('a bare X509Data, and encrypted data that names no key', () => {
    expect(codeOf(opened(encryptedBody({ naming: 'issuer-serial', bare: true }), CREDENTIALS))).toBe('ok');
    expect(codeOf(opened(encryptedBody({}), CREDENTIALS))).toBe('ok');
  });

  test('not for us, not allowed, changed', () => {
    const message = encryptedBody({ str: EK_REFERENCE });
    expect(codeOf(opened(message, { trust }))).toBe('peer.key-usage');
    expect(codeOf(opened(message, CREDENTIALS, policyOf('x509', { keyTransports: ['rsa-oaep'] })))).toBe(
      'peer.alg-forbidden',
    );
    expect(codeOf(opened(message, CREDENTIALS, policyOf('x509', { keyTransports: [] })))).toBe(
      'peer.keyinfo-forbidden',
    );
    const broken = message.replace(/(<e:CipherValue>.{8})./, (_, before: string) => `${before}*`);
    expect(codeOf(opened(broken, CREDENTIALS))).toBe('peer.encoding-invalid');
    const other = message.replace(/(<e:CipherValue>)(.{4})(.{4})/, '$1$3$2');
    expect(codeOf(opened(other, CREDENTIALS))).toBe('peer.decrypt-failed');
  });

  test('T37: what an encrypted signature names is told to nobody', () => {
    const listed = encryptedKey({ key, lists: ['data'] }).xml;
    const encrypted = (message: string): string => {
      const plain = /<ds:Signature .*<\/ds:Signature>/.exec(message)![0];
      const data = encryptedContent('data', key, plain, EK_REFERENCE, 'Element');
      return message.replace(plain, () => `${listed}${data}`);
    };
    expect(codeOf(opened(encrypted(signedBy(alice, 'thumbprint')), CREDENTIALS))).toBe('ok');
    const stranger = holder('Stranger', 'P-256', 9);
    const reply = opened(encrypted(signedBy(stranger, 'thumbprint')), CREDENTIALS);
    expect(reply).toMatchObject({ code: 'peer.decrypt-failed', detail: { hidden: 'peer.certificate-untrusted' } });
  });

  test('T45: one encrypted key, unless the limit says more', () => {
    const message = encryptedBody({ str: EK_REFERENCE });
    const second = encryptedKey({ key: randomBytes(32) }).xml.replace('Id="ek"', 'Id="ek2"');
    const two = message.replace('<e:EncryptedKey', () => `${second}<e:EncryptedKey`);
    expect(codeOf(opened(two, CREDENTIALS))).toBe('peer.limit-tokens');
    expect(codeOf(opened(two, CREDENTIALS, policyOf('x509', { limits: { encryptedKeysMax: 2 } })))).toBe('ok');
  });

  test('a key that is wrapped with itself', () => {
    const wrap = `<e:EncryptedKey Id="ek"><e:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#kw-aes256"/><ds:KeyInfo>${EK_REFERENCE}</ds:KeyInfo><e:CipherData><e:CipherValue>${randomBytes(40).toString('base64')}</e:CipherValue></e:CipherData></e:EncryptedKey>`;
    const message = signedMessage({
      tokens: wrap,
      signatures: [{ id: 'sig', signing: hmac(key), str: EK_REFERENCE, parts: ALL_PARTS }],
    });
    const policy = policyOf('symmetric-x509', { keyWraps: ['kw-aes256'] });
    expect(codeOf(opened(message, CREDENTIALS, policy))).toBe('peer.dk-loop');
  });
});

describe('signed with an encrypted key', () => {
  const key = randomBytes(32);
  const policy = policyOf('symmetric-x509');

  function symmetric(str: string, tokens: string, secret: Uint8Array = key): string {
    return signedMessage({ tokens, signatures: [{ id: 'sig', signing: hmac(secret), str, parts: ALL_PARTS }] });
  }

  test('directly, by a key derived from it, and with the Body encrypted under it', () => {
    const { xml, sha1Base64 } = encryptedKey({ key });
    const reply = opened(symmetric(EK_REFERENCE, xml), CREDENTIALS, policy);
    expect(reply).toMatchObject({ ok: true, value: { identifier: undefined } });
    expect(reply.ok && reply.value.signed[0]?.key).toEqual({ source: 'encrypted-key', sha1Base64, derivation: [] });

    const nonce = randomBytes(16);
    const derived = new Uint8Array(32);
    deriveKey(key, { label: undefined, nonce, offsetBytes: 0 }, derived);
    const tokens = xml + derivedKeyToken('dk', nonce, EK_REFERENCE);
    const withDerived = opened(symmetric(referenceTo('dk'), tokens, derived), CREDENTIALS, policy);
    expect(withDerived).toMatchObject({
      ok: true,
      value: { signed: [{ key: { source: 'encrypted-key', derivation: [{ lengthBytes: 32 }] } }, {}, {}] },
    });

    const content = '<m:Secret xmlns:m="urn:m">hush</m:Secret>';
    const listed = encryptedKey({ key, lists: ['data'] }).xml;
    const plain = signedMessage({
      tokens: '<!--key-->',
      signatures: [{ id: 'sig', signing: hmac(key), str: EK_REFERENCE, parts: ALL_PARTS }],
      body: content,
    });
    const message = plain
      .replace('<!--key-->', () => listed)
      .replace(content, () => encryptedContent('data', key, content, EK_REFERENCE));
    expect(codeOf(opened(message, CREDENTIALS, policy))).toBe('ok');
    const separate = policyOf('symmetric-x509', { requireSeparateKeys: true });
    expect(codeOf(opened(message, CREDENTIALS, separate))).toBe('peer.key-usage');
  });

  test('the answer names it by its digest, and a new key would be anybody', () => {
    let kept: readonly [string, Secret] | undefined;
    const { xml } = encryptedKey({ key });
    const keepEncryptedKey = (sha1Base64: string, secret: Secret): void => {
      kept = [sha1Base64, secret];
    };
    expect(codeOf(opened(symmetric(EK_REFERENCE, xml), { ...CREDENTIALS, keepEncryptedKey }, policy))).toBe('ok');
    expect(kept?.[1].lend((bytes) => Buffer.from(bytes).equals(key))).toBe(true);

    const reply = policyOf('symmetric-x509-reply');
    const answer = symmetric(sha1Reference(kept![0]), '');
    const encryptedKeys = new Map([kept!]);
    expect(opened(answer, { encryptedKeys }, reply)).toMatchObject({
      ok: true,
      value: { signed: [{ key: { source: 'known-encrypted-key', sha1Base64: kept![0] } }, {}, {}] },
    });
    // What is known is not wiped with the message.
    expect(codeOf(opened(answer, { encryptedKeys }, reply))).toBe('ok');
    expect(codeOf(opened(answer, {}, reply))).toBe('peer.keyinfo-forbidden');
    expect(codeOf(opened(answer, { encryptedKeys }, policy))).toBe('peer.keyinfo-forbidden');
    expect(codeOf(opened(symmetric(EK_REFERENCE, xml), CREDENTIALS, policyOf('x509')))).toBe('peer.keyinfo-forbidden');
    const anybody = policyOf('symmetric-x509-reply', { keyTransports: ['rsa-oaep-mgf1p'] });
    expect(codeOf(opened(symmetric(EK_REFERENCE, xml), CREDENTIALS, anybody))).toBe('peer.keyinfo-forbidden');
  });

  test('a message that is refused hands no key over', () => {
    let isKept = false;
    const keepEncryptedKey = (): void => {
      isKept = true;
    };
    const message = symmetric(EK_REFERENCE, encryptedKey({ key }).xml)
      .replace('<m:Ping', '<m:Pong')
      .replace('</m:Ping', '</m:Pong');
    const reply = opened(message, { ...CREDENTIALS, keepEncryptedKey }, policy);
    expect([codeOf(reply), isKept]).toEqual([expect.stringMatching(/^peer\./), false]);
  });
});

describe('a signature over a signature', () => {
  const key = randomBytes(32);
  const endorsed = policyOf('symmetric-x509', { endorsedBy: ['certificate'], signatures: ['ecdsa-sha256'] });

  function endorsedMessage(parts: readonly string[], signing = ecdsa(alice.party.privateKey)): string {
    return signedMessage({
      tokens: encryptedKey({ key }).xml,
      signatures: [
        { id: 'sig', signing: hmac(key), str: EK_REFERENCE, parts: ALL_PARTS },
        { id: 'over', signing, str: named('thumbprint', alice).str, parts },
      ],
    });
  }

  test('says who made a message whose key says nothing', () => {
    const reply = opened(endorsedMessage(['sig']), CREDENTIALS, endorsed);
    expect(reply).toMatchObject({ ok: true });
    if (!reply.ok) return;
    expect(reply.value.signed.map(({ role, key }) => [role, key.source])).toEqual([
      ['body', 'encrypted-key'],
      ['timestamp', 'encrypted-key'],
      ['header', 'encrypted-key'],
      ['signature', 'certificate'],
    ]);
  });

  test('must be there, over that signature, right, and by whom the policy names', () => {
    expect(codeOf(opened(endorsedMessage(['ts']), CREDENTIALS, endorsed))).toBe('peer.coverage-missing');
    const plain = endorsedMessage(['sig']).replace(/<ds:Signature Id="over">.*<\/ds:Signature>(?=<\/o:Security>)/, '');
    expect(codeOf(opened(plain, CREDENTIALS, endorsed))).toBe('peer.coverage-missing');
    const wrong = endorsedMessage(['sig'], ecdsa(mallory.party.privateKey));
    expect(codeOf(opened(wrong, CREDENTIALS, endorsed))).toBe('peer.signature-invalid');
    const byContext = policyOf('symmetric-x509', { endorsedBy: ['context'], signatures: ['ecdsa-sha256'] });
    expect(codeOf(opened(endorsedMessage(['sig']), CREDENTIALS, byContext))).toBe('peer.keyinfo-forbidden');
    // Not asked for: then two signers are one too many.
    const unasked = policyOf('symmetric-x509', {
      signedBy: ['encrypted-key', 'certificate'],
      signatures: ['ecdsa-sha256'],
    });
    expect(codeOf(opened(endorsedMessage(['sig']), CREDENTIALS, unasked))).toBe('peer.structure-invalid');
  });

  test('covers nothing but signatures in the place of the message', () => {
    const message = signedMessage({
      tokens: encryptedKey({ key }).xml,
      signatures: [
        { id: 'sig', signing: hmac(key), str: EK_REFERENCE, parts: ['ts', 'action'] },
        { id: 'over', signing: ecdsa(alice.party.privateKey), str: named('ski', alice).str, parts: ['sig', 'body'] },
      ],
    });
    expect(codeOf(opened(message, CREDENTIALS, endorsed))).toBe('peer.coverage-missing');
  });
});

test('a stranger with a certificate of the root is not alice', () => {
  const eve = { ...mallory, party: party('O=Example/CN=Eve') };
  expect(codeOf(opened(signedBy(eve, 'direct', ecdsa(eve.party.privateKey)), CREDENTIALS))).toBe(
    'peer.signature-invalid',
  );
});
