// UsernameTokens: judged, and keys made of passwords. Messages from text and Node's cryptography, by none of our writers.
import { deriveKey } from '@parley/core';
import { type Credentials, createPool, type Policy, type PolicyChanges, policyOf } from '@parley/engine';
import { describe, expect, test } from 'vitest';
import { NOW_MS } from '../support/sample.ts';
import {
  createdChild,
  digestChildren,
  digestPassword,
  keyOf,
  NONCE,
  nonceChild,
  PASSWORDS,
  saltChildren,
  saltOf,
  textPassword,
  usernameReference,
  usernameToken,
} from '../support/username-message.ts';
import {
  ALL_PARTS,
  alice,
  derivedKeyToken,
  ecdsa,
  encryptedContent,
  hmac,
  named,
  opened,
  referenceTo,
  type SignatureWish,
  signedMessage,
  trust,
} from '../support/x509-message.ts';

const CREDENTIALS: Credentials = { trust, ...PASSWORDS };
const MINUTE_MS = 60_000;
const codeOf = (reply: ReturnType<typeof opened>): string => (reply.ok ? 'ok' : reply.code);

/** Signed with a certificate, with a UsernameToken beside it. */
function withToken(
  children: string,
  parts: readonly string[] = [...ALL_PARTS, 'ut'],
  more = '',
  username = 'alice',
): string {
  const { token, str } = named('direct', alice);
  const tokens = `${token}${usernameToken(children, username)}${more}`;
  return signedMessage({ tokens, signatures: [{ id: 'sig', signing: ecdsa(alice.party.privateKey), str, parts }] });
}

const judging = (changes: PolicyChanges = {}): Policy =>
  policyOf('x509', { passwordTypes: ['text', 'digest'], requireUser: true, ...changes });
const judged = (message: string, changes: PolicyChanges = {}, credentials: Credentials = CREDENTIALS) =>
  opened(message, credentials, judging(changes));

describe('a supporting token', () => {
  test.each([
    ['text', textPassword(), undefined],
    ['text', textPassword().replace(/ Type="[^"]*"/, ''), undefined],
    ['text', `${textPassword()}${createdChild()}`, undefined],
    ['digest', digestChildren(), NOW_MS + 600_000],
  ])('%s: %s', (by, children, untilMs) => {
    const reply = judged(withToken(children));
    expect(reply).toMatchObject({ ok: true, value: { user: { username: 'alice', by, signed: true } } });
    expect(reply.ok && reply.value.user?.nonce?.untilMs).toBe(untilMs);
  });

  test('is carried and not judged, unless the policy asks for it', () => {
    const reply = opened(withToken(textPassword('wrong')), { trust });
    expect(reply).toMatchObject({ ok: true, value: { user: undefined } });
    expect(reply.ok && reply.value.signed.map(({ role }) => role)).toContain('token');
  });

  test('a wrong password and an unknown user are one answer', () => {
    const wrong = [
      textPassword('other'),
      textPassword(''),
      digestChildren('other'),
      textPassword().replace('&#38;', '&#38; '),
    ];
    for (const children of wrong) {
      const refused = judged(withToken(children));
      expect(refused).toMatchObject({ code: 'peer.authentication-failed', detail: { reason: 'user or password' } });
      expect(judged(withToken(children, undefined, '', 'nobody'))).toEqual(refused);
    }
    for (const children of [textPassword(), digestChildren()])
      expect(judged(withToken(children, undefined, '', 'nobody'))).toEqual(judged(withToken(wrong[0]!)));
    // Not even with the password that takes the place of the one that is not there.
    const nobodys = '\0'.repeat(16);
    expect(codeOf(judged(withToken(digestChildren(nobodys), undefined, '', 'nobody')))).toBe(
      'peer.authentication-failed',
    );
  });

  test('a user is named by every octet', () => {
    for (const name of ['Alice', ' alice', 'alice ', 'alice&#x200B;', 'ali&#99;e&#32;'])
      expect(codeOf(judged(withToken(textPassword(), undefined, '', name)))).toBe('peer.authentication-failed');
    expect(codeOf(judged(withToken(textPassword(), undefined, '', 'ali&#99;e')))).toBe('ok');
  });

  test('is proven as the policy allows, with passwords that we have', () => {
    expect(codeOf(judged(withToken(textPassword()), { passwordTypes: ['digest'] }))).toBe('peer.authentication-failed');
    expect(codeOf(judged(withToken(digestChildren()), { passwordTypes: ['text'] }))).toBe('peer.authentication-failed');
    const other = textPassword().replace('#PasswordText', '#PasswordGuess');
    expect(codeOf(judged(withToken(other)))).toBe('peer.authentication-failed');
    expect(codeOf(judged(withToken(textPassword()), {}, { trust }))).toBe('peer.authentication-failed');
  });

  test('a lookup that fails says nothing of what it threw', () => {
    const passwords = {
      get: (): never => {
        throw new Error('secret');
      },
    };
    const reply = judged(withToken(textPassword()), {}, { trust, passwords });
    expect(reply).toEqual({ ok: false, code: 'internal.store-unavailable', detail: { reason: 'passwords' } });
  });

  test('there is one where there must be one', () => {
    const without = signedMessage({
      tokens: named('direct', alice).token,
      signatures: [
        { id: 's', signing: ecdsa(alice.party.privateKey), str: named('direct', alice).str, parts: ALL_PARTS },
      ],
    });
    for (const message of [without, withToken(''), withToken(saltChildren())]) {
      expect(codeOf(judged(message))).toBe('peer.coverage-missing');
      expect(judged(message, { requireUser: false })).toMatchObject({ ok: true, value: { user: undefined } });
    }
  });

  test('T57: a digest is of a nonce and a time, and the time is now', () => {
    expect(codeOf(judged(withToken(`${digestPassword()}${createdChild()}`)))).toBe('peer.authentication-failed');
    expect(codeOf(judged(withToken(`${digestPassword()}${nonceChild()}`)))).toBe('peer.authentication-failed');
    const at = (ms: number): string => codeOf(judged(withToken(digestChildren(undefined, NONCE, NOW_MS + ms))));
    expect(at(-11 * MINUTE_MS)).toBe('peer.timestamp-expired');
    expect(at(-9 * MINUTE_MS)).toBe('ok');
    expect(at(6 * MINUTE_MS)).toBe('peer.timestamp-future');
    // One's own password makes no other nonce fresh: the time is in the digest.
    const moved = digestChildren(undefined, NONCE, NOW_MS - 11 * MINUTE_MS).replace(/<u:Created>.*/, createdChild());
    expect(codeOf(judged(withToken(moved)))).toBe('peer.authentication-failed');
    const stale = `${textPassword()}${createdChild(NOW_MS - 11 * MINUTE_MS)}`;
    expect(codeOf(judged(withToken(stale)))).toBe('peer.timestamp-expired');
  });

  test('T57: the nonce is known whoever sends it', () => {
    const nonceOf = (message: string, changes?: PolicyChanges) => {
      const reply = judged(message, changes);
      return reply.ok ? reply.value.user?.nonce : reply.code;
    };
    const first = nonceOf(withToken(digestChildren()));
    expect(first).toMatchObject({ scope: '', untilMs: NOW_MS + 600_000 });
    expect(nonceOf(withToken(digestChildren(), ALL_PARTS), { requireSignedUser: false })).toEqual(first);
    const other = NONCE.map((octet) => octet ^ 1);
    expect(nonceOf(withToken(digestChildren(undefined, other)))).not.toEqual(first);
  });

  test('T08: without a signature over it, it is refused, unless the transport is trusted', () => {
    for (const children of [textPassword(), digestChildren()]) {
      const message = withToken(children, ALL_PARTS);
      expect(codeOf(judged(message))).toBe('peer.coverage-missing');
      expect(judged(message, { requireSignedUser: false })).toMatchObject({ value: { user: { signed: false } } });
    }
  });

  test('T01: moved, or put beside the one that is signed', () => {
    const message = withToken(textPassword());
    const token = /<o:UsernameToken.*<\/o:UsernameToken>/.exec(message)![0];
    const outside = message.replace(token, '').replace('</s:Header>', () => `${token}</s:Header>`);
    expect(codeOf(judged(outside))).toBe('peer.coverage-missing');
    const other = usernameToken(textPassword('mallory'), 'mallory', 'other');
    const beside = message.replace(token, () => `${other}${token}`);
    expect(codeOf(judged(beside))).toBe('peer.structure-invalid');
    const wrapped = message
      .replace(token, () => other)
      .replace('</s:Header>', () => `<m:Old xmlns:m="urn:m">${token}</m:Old></s:Header>`);
    expect(codeOf(judged(wrapped))).toBe('peer.coverage-missing');
    const forged = message.replace('<o:Username>alice', '<o:Username>mallory');
    expect(codeOf(judged(forged))).toBe('peer.digest-mismatch');
  });

  const beside = '<o:Username>mallory</o:Username>';
  test.each([
    ['two names', `${textPassword()}${beside}`, 'peer.structure-invalid'],
    ['two passwords', `${textPassword()}${textPassword()}`, 'peer.structure-invalid'],
    ['two nonces', `${digestChildren()}${nonceChild()}`, 'peer.structure-invalid'],
    ['two times', `${digestChildren()}${createdChild()}`, 'peer.structure-invalid'],
    ['something unknown', `${textPassword()}<o:Else/>`, 'peer.structure-invalid'],
    ['a password beside a salt', `${textPassword()}${saltChildren()}`, 'peer.structure-invalid'],
    ['T10: a comment', textPassword().replace('d&#62;', 'd<!---->&#62;'), 'peer.structure-invalid'],
    ['T10: a CDATA section', textPassword().replace('d&#62;', '<![CDATA[d]]>&#62;'), 'peer.structure-invalid'],
    ['an element', textPassword().replace('d&#62;', '<o:b/>&#62;'), 'peer.structure-invalid'],
    ['a carriage return', textPassword('a').replace('>a', '>&#13;'), 'peer.authentication-failed'],
    ['a nonce of 7 octets', digestChildren(undefined, NONCE.subarray(0, 7)), 'peer.dk-limit'],
    ['a nonce of 129 octets', digestChildren(undefined, new Uint8Array(129)), 'peer.dk-limit'],
    ['a nonce in hexadecimal', digestChildren().replace('#Base64Binary', '#HexBinary'), 'peer.encoding-invalid'],
    ['T17: a nonce in bad base64', digestChildren().replace('AQID', 'AQ=D'), 'peer.encoding-invalid'],
    ['T18: a time without a zone', digestChildren().replace('Z</u:Created>', '</u:Created>'), 'peer.timestamp-invalid'],
    [
      'a digest that is none',
      digestChildren().replace(/>[^<]*<\/o:Password>/, '>AAAA</o:Password>'),
      'peer.authentication-failed',
    ],
  ])('%s', (_name, children, code) => {
    const message = withToken(children);
    expect(codeOf(opened(message, { trust }, policyOf('x509', { allowComments: true })))).toBe('ok');
    expect(codeOf(judged(message, { allowComments: true }))).toBe(code);
  });

  test('T01: no octet of it can be changed', () => {
    const message = withToken(digestChildren());
    const start = message.indexOf('<o:UsernameToken');
    const end = message.indexOf('</o:UsernameToken>') + '</o:UsernameToken>'.length;
    const survivors = [];
    for (let at = start; at < end; at++) {
      for (const bit of [1, 2, 4, 8, 16]) {
        const changed = String.fromCharCode(message.charCodeAt(at) ^ bit);
        const code = codeOf(judged(`${message.slice(0, at)}${changed}${message.slice(at + 1)}`));
        if (code === 'ok' || code.startsWith('internal.')) survivors.push(`${at - start}: ${changed}: ${code}`);
      }
    }
    expect(survivors).toEqual([]);
  });

  test('T32: names and passwords have their lengths', () => {
    expect(codeOf(judged(withToken(textPassword('x'.repeat(1024)))))).toBe('peer.authentication-failed');
    expect(codeOf(judged(withToken(textPassword('x'.repeat(1025)))))).toBe('peer.limit-value');
    expect(codeOf(judged(withToken(textPassword(), undefined, '', 'x'.repeat(1024))))).toBe(
      'peer.authentication-failed',
    );
    expect(codeOf(judged(withToken(textPassword(), undefined, '', 'x'.repeat(1025))))).toBe('peer.limit-value');
    expect(codeOf(judged(withToken(textPassword(), undefined, '', '')))).toBe('peer.structure-invalid');
  });
});

describe('a key made of a password', () => {
  const username = (changes: PolicyChanges = {}): Policy => policyOf('username', changes);
  interface Wish {
    readonly children?: string;
    readonly key?: Uint8Array;
    readonly user?: string;
    readonly parts?: readonly string[];
    readonly more?: string;
    readonly body?: string;
    readonly str?: string;
    readonly signatures?: readonly SignatureWish[];
  }
  function message(wish: Wish = {}): string {
    const { children = saltChildren(), key = keyOf(), user = 'alice', parts = ALL_PARTS, more = '', body } = wish;
    const { str = usernameReference(), signatures = [] } = wish;
    return signedMessage({
      tokens: `${usernameToken(children, user)}${more}`,
      signatures: [{ id: 'sig', signing: hmac(key), str, parts }, ...signatures],
      ...(body === undefined ? {} : { body }),
    });
  }
  const verdict = (wish: Wish = {}, changes: PolicyChanges = {}) => opened(message(wish), PASSWORDS, username(changes));

  test('signs', () => {
    const reply = verdict();
    expect(reply).toMatchObject({
      ok: true,
      value: { identifier: undefined, user: { username: 'alice', by: 'key', signed: false, nonce: undefined } },
    });
    if (!reply.ok) return;
    for (const { key } of reply.value.signed)
      expect(key).toEqual({ source: 'username', username: 'alice', derivation: [] });
    expect(verdict({ parts: [...ALL_PARTS, 'ut'] })).toMatchObject({ value: { user: { signed: true } } });
    expect(codeOf(verdict({ children: saltChildren(saltOf(1), '') }))).toBe('ok');
    expect(codeOf(verdict({ str: referenceTo('ut') }))).toBe('ok');
  });

  test('is the base of derived keys, for whichever use it was made', () => {
    const nonce = new Uint8Array(16).fill(7);
    for (const use of [1, 2]) {
      const derived = new Uint8Array(32);
      deriveKey(keyOf(saltOf(use)), { label: undefined, nonce, offsetBytes: 0 }, derived);
      const more = derivedKeyToken('dk', nonce, usernameReference());
      const reply = verdict({ children: saltChildren(saltOf(use)), key: derived, more, str: referenceTo('dk') });
      expect(reply).toMatchObject({ ok: true, value: { user: { by: 'key' } } });
      expect(reply.ok && reply.value.signed[0]?.key).toMatchObject({
        source: 'username',
        derivation: [{ lengthBytes: 32 }],
      });
    }
  });

  test('encrypts, with a salt of its own', () => {
    const encrypting = saltChildren(saltOf(2));
    const list = '<e:ReferenceList><e:DataReference URI="#data"/></e:ReferenceList>';
    const key = keyOf(saltOf(2)).subarray(0, 16);
    const sealedBody = encryptedContent(
      'data',
      key,
      '<m:Ping xmlns:m="urn:m"/>',
      usernameReference('ut2'),
      'Content',
      128,
    );
    const encryptedWith = (children: string, id = 'ut2') =>
      opened(
        // Signed as ciphertext: the list stands behind the signature.
        message({
          more: usernameToken(children, 'alice', 'ut2'),
          body: sealedBody.replace('#ut2', `#${id}`),
        }).replace('</o:Security>', `${list}</o:Security>`),
        PASSWORDS,
        username(),
      );
    const reply = encryptedWith(encrypting);
    expect(reply).toMatchObject({ ok: true, value: { encrypted: [{ key: { source: 'username' } }] } });
    expect(reply.ok && Buffer.from(reply.value.body).toString()).toContain('<m:Ping');
    expect(codeOf(encryptedWith(saltChildren(saltOf(1))))).toBe('peer.key-usage');
    expect(codeOf(encryptedWith(encrypting, 'ut'))).toBe('peer.key-usage');
  });

  test('T13: a salt is for one use', () => {
    for (const use of [0, 2, 3, 255])
      expect(codeOf(verdict({ children: saltChildren(saltOf(use)), key: keyOf(saltOf(use)) }))).toBe('peer.key-usage');
  });

  test('T11: a wrong password and an unknown user are one answer', () => {
    const refused = verdict({ key: keyOf(saltOf(1), 1000, 'other') });
    expect(refused).toMatchObject({ code: 'peer.signature-invalid' });
    expect(verdict({ user: 'nobody' })).toEqual(refused);
    // The password that takes the place of the one that is not there is no secret.
    expect(verdict({ user: 'nobody', key: keyOf(saltOf(1), 1000, '\0'.repeat(16)) })).toEqual(refused);
    expect(codeOf(opened(message(), {}, username()))).toBe('peer.authentication-failed');
  });

  test('T11: by default, and with other keys, none is taken or made', () => {
    const never = {
      passwords: {
        get: (): never => {
          throw new Error('asked');
        },
      },
    };
    for (const policy of [policyOf(), policyOf('x509'), policyOf('symmetric-x509'), policyOf('username-transport')])
      expect(codeOf(opened(message(), never, policy))).toBe('peer.keyinfo-forbidden');
    for (const children of ['', textPassword(), digestChildren()])
      expect(codeOf(opened(message({ children }), never, username()))).toBe('peer.keyinfo-forbidden');
  });

  test.each([
    ['0', 'peer.dk-limit'],
    ['-1000', 'peer.dk-limit'],
    ['999', 'peer.dk-limit'],
    ['1e3', 'peer.encoding-invalid'],
    ['10001', 'peer.dk-limit'],
    ['99999999999999999999', 'peer.dk-limit'],
    ['NaN', 'peer.encoding-invalid'],
    ['', 'ok'],
    ['01000', 'ok'],
  ])('T48 T49: %s iterations: %s', (iterations, code) => {
    expect(codeOf(verdict({ children: saltChildren(saltOf(1), iterations) }))).toBe(code);
  });

  test('T48 T80: iterations have a limit on either side, and so have keys', () => {
    const children = saltChildren(saltOf(1), 1200);
    const key = keyOf(saltOf(1), 1200);
    const within = (limits: PolicyChanges['limits']): string => codeOf(verdict({ children, key }, { limits: limits! }));
    expect(within({ passwordIterationsMax: 1200 })).toBe('ok');
    expect(within({ passwordIterationsMax: 1199 })).toBe('peer.dk-limit');
    expect(within({ passwordIterationsMin: 1200 })).toBe('ok');
    expect(within({ passwordIterationsMin: 1201 })).toBe('peer.dk-limit');
    expect(within({ passwordKeysMax: 1 })).toBe('ok');
    expect(within({ passwordKeysMax: 0 })).toBe('peer.limit-tokens');
    expect(within({ passwordBytesMax: 0 })).toBe('ok');
  });

  test.each([
    ['15 octets', saltChildren(saltOf(1).subarray(0, 15)), 'peer.dk-limit'],
    ['17 octets', saltChildren(Uint8Array.of(...saltOf(1), 1)), 'peer.dk-limit'],
    ['a long one', saltChildren(new Uint8Array(5000)), 'peer.dk-limit'],
    ['none', saltChildren(new Uint8Array(0)), 'peer.dk-limit'],
    ['two', `${saltChildren()}${saltChildren(saltOf(2), '')}`, 'peer.structure-invalid'],
    ['two iterations', saltChildren().replace(/(<k:Iteration.*)$/, '$1$1'), 'peer.structure-invalid'],
    ['iterations alone', saltChildren().replace(/<k:Salt.*<\/k:Salt>/, ''), 'peer.structure-invalid'],
  ])('T49: a salt of %s', (_name, children, code) => {
    expect(codeOf(verdict({ children }))).toBe(code);
  });

  test('T50: the token is in its place, before its use', () => {
    const good = message();
    const token = /<o:UsernameToken.*<\/o:UsernameToken>/.exec(good)![0];
    const at = (place: string, changes: PolicyChanges = {}): string =>
      codeOf(
        opened(
          good.replace(token, '').replace(place, () => `${token}${place}`),
          PASSWORDS,
          username(changes),
        ),
      );
    expect(at('</s:Header>')).toBe('peer.structure-invalid');
    expect(at('</o:Security>')).toBe('peer.structure-invalid');
    expect(at('</o:Security>', { layout: 'lax' })).toBe('ok');
  });

  test('T53: two users sign nothing together', () => {
    const passwords = new Map([
      ...(PASSWORDS.passwords as Map<string, never>),
      ['bob', PASSWORDS.passwords!.get('alice')!],
    ]);
    const other: SignatureWish = { id: 'two', signing: hmac(keyOf()), str: usernameReference('bobs'), parts: ['body'] };
    const two = message({ more: usernameToken(saltChildren(), 'bob', 'bobs'), signatures: [other] });
    expect(codeOf(opened(two, { passwords }, username()))).toBe('peer.structure-invalid');
    const besides = message({ more: usernameToken(textPassword(), 'bob', 'bobs'), parts: [...ALL_PARTS, 'bobs'] });
    expect(codeOf(opened(besides, { passwords }, username({ passwordTypes: ['text'] })))).toBe(
      'peer.structure-invalid',
    );
    const herself = message({ more: usernameToken(textPassword(), 'alice', 'again'), parts: [...ALL_PARTS, 'again'] });
    expect(opened(herself, { passwords }, username({ passwordTypes: ['text'] }))).toMatchObject({
      value: { user: { username: 'alice', by: 'text', signed: true } },
    });
  });

  test('endorses what a certificate signed', () => {
    const { token, str } = named('direct', alice);
    const tokens = `${token}${usernameToken(saltChildren())}`;
    const endorsing: SignatureWish = { id: 'over', signing: hmac(keyOf()), str: usernameReference(), parts: ['sig'] };
    const signed: SignatureWish = { id: 'sig', signing: ecdsa(alice.party.privateKey), str, parts: ALL_PARTS };
    const endorsed = signedMessage({ tokens, signatures: [signed, endorsing] });
    const policy = policyOf('x509', { endorsedBy: ['username'], requireUser: true });
    expect(opened(endorsed, CREDENTIALS, policy)).toMatchObject({
      ok: true,
      value: { user: { username: 'alice', by: 'key', signed: false } },
    });
  });
});

describe('over a transport that protects the message', () => {
  const transport = policyOf('username-transport');
  const unsigned = (children: string): string => signedMessage({ tokens: usernameToken(children), signatures: [] });

  test.each([
    ['text', textPassword()],
    ['digest', digestChildren()],
  ])('%s: nothing is signed, and the user is known', (by, children) => {
    const reply = opened(unsigned(children), PASSWORDS, transport);
    expect(reply).toMatchObject({
      ok: true,
      value: { user: { username: 'alice', by, signed: false }, signed: [], signatureValues: [], action: 'urn:m:ping' },
    });
    if (!reply.ok) return;
    expect(reply.value.verified).toHaveLength(0);
    expect(Buffer.from(reply.value.body).toString()).toContain('<m:Ping');
  });

  test('T07: nobody who is not known, and no policy without either', () => {
    expect(codeOf(opened(unsigned(textPassword('wrong')), PASSWORDS, transport))).toBe('peer.authentication-failed');
    expect(codeOf(opened(unsigned(''), PASSWORDS, transport))).toBe('peer.coverage-missing');
    expect(codeOf(opened(unsigned(textPassword()), PASSWORDS, judging()))).toBe('peer.coverage-missing');
    expect(() => policyOf('x509', { signedBy: [] })).toThrow('caller.option-invalid');
    expect(() => policyOf('username-transport', { requireUser: false })).toThrow('caller.option-invalid');
  });

  test('T11: what looks like more security is refused', () => {
    expect(codeOf(opened(withToken(textPassword()), CREDENTIALS, transport))).toBe('peer.alg-forbidden');
    const signed = signedMessage({
      tokens: `${usernameToken(saltChildren())}${usernameToken(textPassword(), 'alice', 'two')}`,
      signatures: [{ id: 'sig', signing: hmac(keyOf()), str: usernameReference(), parts: ALL_PARTS }],
    });
    expect(codeOf(opened(signed, PASSWORDS, transport))).toBe('peer.keyinfo-forbidden');
    const old = unsigned(textPassword()).replaceAll('2026-01-15T12', '2026-01-15T09');
    expect(codeOf(opened(old, PASSWORDS, transport))).toBe('peer.timestamp-expired');
  });
});

test('a pool takes no passwords, and says so', async () => {
  for (const policy of [judging({ signedBy: ['context'] }), policyOf('username'), policyOf('username-transport')]) {
    const options = { workers: 0, policy, contexts: { get: async () => undefined } };
    expect(() => createPool(options)).toThrow('caller.option-invalid');
  }
});
