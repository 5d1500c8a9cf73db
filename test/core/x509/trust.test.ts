import { X509Certificate } from 'node:crypto';
import { type Certificate, DEFAULT_LIMITS, DistinguishedName, Trust, type TrustOptions } from '@parley/core';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';
import {
  AUTHORITY,
  basicConstraints,
  certificate,
  der,
  END_ENTITY,
  extension,
  integer,
  keyIdentifierOf,
  keyUsage,
  NOW_MS,
  name,
  type Party,
  party,
  revocationList,
  sequence,
  type Wishes,
} from './issue.ts';

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

const root = party('O=Example/CN=Root');
const middle = party('O=Example/CN=Middle');
const lower = party('O=Example/CN=Lower');
const alice = party('O=Example/CN=Alice');
const stranger = party('O=Example/CN=Stranger');

const rootCertificate = certificate(root, root);
const middleCertificate = certificate(middle, root, { serial: 2, extensions: AUTHORITY });
const aliceCertificate = certificate(alice, middle, { serial: 3 });

interface Attempt extends Partial<TrustOptions> {
  readonly others?: readonly Certificate[];
  readonly atMs?: number;
  readonly use?: 'signature' | 'encryption';
  readonly certificatesMax?: number;
}

function validate(leaf: Certificate, attempt: Attempt = {}) {
  const { others = [middleCertificate], atMs = NOW_MS, use = 'signature', certificatesMax = 8, ...options } = attempt;
  const trust = new Trust({ anchors: [rootCertificate], revocation: 'if-listed', ...options });
  return trust.validate(leaf, others, { atMs, use, limits: { ...DEFAULT_LIMITS, certificatesMax } });
}

function codeFor(leaf: Certificate, attempt: Attempt = {}): string {
  return codeOf(() => validate(leaf, attempt)) ?? 'trusted';
}

/** Alice under `middle`, which is made as `wishes` say. */
function codeUnder(wishes: Wishes, subject: Party = middle, attempt: Attempt = {}): string {
  const issuer = certificate(subject, root, { extensions: AUTHORITY, ...wishes });
  return codeFor(certificate(alice, subject), { others: [issuer], ...attempt });
}

describe('RFC 5280 §6: chains', () => {
  test('lead to an anchor, whatever order the others came in', () => {
    const lowerCertificate = certificate(lower, middle, { extensions: AUTHORITY });
    const leaf = certificate(alice, lower);
    const expected = [leaf, lowerCertificate, middleCertificate, rootCertificate];
    for (const others of [
      [lowerCertificate, middleCertificate],
      [middleCertificate, lowerCertificate],
      [rootCertificate, middleCertificate, aliceCertificate, lowerCertificate],
    ]) {
      const trusted = validate(leaf, { others });
      expect(trusted.chain.map((own) => own.subject.toString())).toEqual(expected.map((own) => own.subject.toString()));
      expect(trusted.certificate).toBe(leaf);
      expect(trusted.publicKey.lend((key) => key.equals(alice.publicKey))).toBe(true);
      expect([...trusted.publicKey.uses]).toEqual(['signature']);
    }
    expect(new X509Certificate(leaf.der).checkIssued(new X509Certificate(lowerCertificate.der))).toBe(true);
  });

  test.each(['rsa', 'P-256', 'ed25519'] as const)('with keys of %s', (kind) => {
    const authority = party('CN=Authority', kind);
    const leaf = certificate(party('CN=Leaf', kind), authority);
    expect(codeFor(leaf, { anchors: [certificate(authority, authority)], others: [] })).toBe('trusted');
  });

  test('need their middle: from the message, or from the configuration', () => {
    expect(codeFor(aliceCertificate, { others: [] })).toBe('peer.certificate-untrusted');
    expect(codeFor(aliceCertificate, { others: [], intermediates: [middleCertificate] })).toBe('trusted');
  });

  test('an anchor may be the certificate itself, and then needs no authority', () => {
    const self = certificate(alice, alice, { extensions: END_ENTITY });
    expect(validate(self, { anchors: [self], others: [], revocation: 'required' }).chain).toEqual([self]);
    const old = certificate(alice, alice, { version: new Uint8Array(0), extensions: [] });
    expect(codeFor(old, { anchors: [old] })).toBe('trusted');
    expect(codeFor(self, { anchors: [self], atMs: NOW_MS + 2 * DAY_MS })).toBe('peer.certificate-expired');
    expect(codeFor(self)).toBe('peer.certificate-untrusted');
  });

  test('a name is not enough: neither an issuer of the same name, nor a root of the same name', () => {
    const impostor: Party = { ...stranger, subject: root.subject };
    const forged = certificate(alice, impostor);
    expect(codeFor(forged)).toBe('peer.certificate-untrusted');
    expect(codeFor(forged, { others: [certificate(impostor, impostor)] })).toBe('peer.certificate-untrusted');
    // And an impostor beside the right one is no obstacle.
    const decoy = certificate({ ...stranger, subject: middle.subject }, root, { extensions: AUTHORITY });
    expect(codeFor(aliceCertificate, { others: [decoy, middleCertificate] })).toBe('trusted');
  });

  test('the key identifier tells issuers of the same name apart before any signature is looked at', () => {
    const own = extension('2.5.29.14', der(4, keyIdentifierOf(middle)));
    const other = extension('2.5.29.14', der(4, keyIdentifierOf(stranger)));
    const named = extension('2.5.29.35', sequence(der(0x80, keyIdentifierOf(middle)), der(0x82, Uint8Array.of(1))));
    const leaf = certificate(alice, middle, { extensions: [...END_ENTITY, named] });
    const right = certificate(middle, root, { extensions: [...AUTHORITY, own] });
    const wrong = certificate(middle, root, { extensions: [...AUTHORITY, other] });
    expect(codeFor(leaf, { others: [right] })).toBe('trusted');
    expect(codeFor(leaf, { others: [middleCertificate] })).toBe('trusted');
    expect(codeFor(leaf, { others: [wrong] })).toBe('peer.certificate-untrusted');
  });

  test('no anchors, no trust', () => {
    expect(codeFor(aliceCertificate, { anchors: [] })).toBe('peer.certificate-untrusted');
  });
});

describe('validity', () => {
  test('of the certificate, to the second at both ends', () => {
    const leaf = certificate(alice, middle, { notBeforeMs: NOW_MS, notAfterMs: NOW_MS + 10 * SECOND_MS });
    expect(codeFor(leaf, { atMs: NOW_MS - 1 })).toBe('peer.certificate-expired');
    expect(codeFor(leaf, { atMs: NOW_MS })).toBe('trusted');
    expect(codeFor(leaf, { atMs: NOW_MS + 10 * SECOND_MS + 999 })).toBe('trusted');
    expect(codeFor(leaf, { atMs: NOW_MS + 11 * SECOND_MS })).toBe('peer.certificate-expired');
  });

  test('of every issuer, the anchor too', () => {
    const past = { notBeforeMs: NOW_MS - 2 * DAY_MS, notAfterMs: NOW_MS - DAY_MS };
    expect(codeUnder(past)).toBe('peer.certificate-expired');
    expect(codeFor(aliceCertificate, { anchors: [certificate(root, root, past)] })).toBe('peer.certificate-expired');
  });
});

describe('who may issue', () => {
  test.each<[string, Wishes, string]>([
    ['no basic constraints', { extensions: [keyUsage(5)] }, 'peer.certificate-untrusted'],
    [
      'basic constraints of an end entity',
      { extensions: [basicConstraints(false), keyUsage(5)] },
      'peer.certificate-untrusted',
    ],
    ['no key usage at all', { extensions: [basicConstraints(true)] }, 'trusted'],
    ['a key for signatures only', { extensions: [basicConstraints(true), keyUsage(0)] }, 'peer.certificate-untrusted'],
    ['version 1', { version: new Uint8Array(0), extensions: [] }, 'peer.certificate-untrusted'],
    [
      'an unknown critical extension',
      { extensions: [...AUTHORITY, extension('1.2.3.4', der(5), true)] },
      'peer.certificate-untrusted',
    ],
    ['an unknown extension', { extensions: [...AUTHORITY, extension('1.2.3.4', der(5))] }, 'trusted'],
    [
      'critical name constraints',
      { extensions: [...AUTHORITY, extension('2.5.29.30', sequence(), true)] },
      'peer.certificate-untrusted',
    ],
    [
      'name constraints',
      { extensions: [...AUTHORITY, extension('2.5.29.30', sequence())] },
      'peer.certificate-untrusted',
    ],
    [
      'critical policy constraints',
      { extensions: [...AUTHORITY, extension('2.5.29.36', sequence(), true)] },
      'peer.certificate-untrusted',
    ],
  ])('%s: %s', (_, wishes, code) => {
    expect(codeUnder(wishes)).toBe(code);
  });

  test('an end entity issues nothing, even with the right signature', () => {
    const leaf = certificate(stranger, alice);
    expect(codeFor(leaf, { others: [aliceCertificate, middleCertificate] })).toBe('peer.certificate-untrusted');
  });

  test('path length: so many authorities below, self-issued ones not counted', () => {
    const lowerCertificate = certificate(lower, middle, { extensions: AUTHORITY });
    const leaf = certificate(alice, lower);
    const under = (pathLength: number, others: readonly Certificate[] = []) => {
      const issuer = certificate(middle, root, { extensions: [basicConstraints(true, pathLength), keyUsage(5)] });
      return codeFor(leaf, { others: [issuer, lowerCertificate, ...others] });
    };
    expect(under(0)).toBe('peer.certificate-untrusted');
    expect(under(1)).toBe('trusted');
    expect(codeUnder({ extensions: [basicConstraints(true, 0), keyUsage(5)] })).toBe('trusted');
    // Middle renews itself under its old key: self-issued.
    const renewed: Party = { ...party(''), subject: middle.subject };
    const old = certificate(middle, root, { extensions: [basicConstraints(true, 0), keyUsage(5)] });
    const selfIssued = certificate(renewed, middle, { extensions: AUTHORITY });
    expect(codeFor(certificate(alice, renewed), { others: [old, selfIssued] })).toBe('trusted');
  });
});

describe('what a key may be used for', () => {
  test.each([
    [[0], 'signature', 'trusted'],
    [[1], 'signature', 'trusted'],
    [[2], 'signature', 'peer.key-usage'],
    [[5, 6], 'signature', 'peer.key-usage'],
    [[2], 'encryption', 'trusted'],
    [[0], 'encryption', 'peer.key-usage'],
    [[3], 'encryption', 'peer.key-usage'],
  ] as const)('keyUsage %o for %s: %s', (bits, use, code) => {
    const leaf = certificate(party('CN=RSA', 'rsa'), middle, { extensions: [keyUsage(...bits)] });
    expect(codeFor(leaf, { use })).toBe(code);
  });

  test('a key of another family than RSA does not encrypt', () => {
    expect(codeFor(certificate(alice, middle, { extensions: [] }), { use: 'encryption' })).toBe('peer.key-usage');
  });

  test('T14: RSA below 2048 bits, of the certificate or of an issuer', () => {
    const weak = party('CN=Weak', 'rsa-1024');
    expect(codeFor(certificate(weak, middle))).toBe('peer.key-usage');
    expect(codeFor(certificate(weak, middle), { rsaBitsMin: 1024 })).toBe('trusted');
    expect(codeUnder({}, weak)).toBe('peer.key-usage');
  });

  test('an unknown critical extension', () => {
    const leaf = (isCritical: boolean) =>
      certificate(alice, middle, { extensions: [...END_ENTITY, extension('1.2.3.4', sequence(), isCritical)] });
    expect(codeFor(leaf(true))).toBe('peer.certificate-untrusted');
    expect(codeFor(leaf(false))).toBe('trusted');
  });
});

describe('T14: what certificates are signed with', () => {
  const rsa = party('CN=RSA', 'rsa');
  const anchors = [certificate(rsa, rsa)];
  const sha1 = ['1.2.840.113549.1.1.5', 'sha1', der(5)] as const;

  test('SHA-1 only where it is asked for', () => {
    const leaf = certificate(alice, rsa, { algorithm: sha1 });
    expect(codeFor(leaf, { anchors })).toBe('peer.certificate-untrusted');
    expect(codeFor(leaf, { anchors, signatureAlgorithms: ['rsa-sha1'] })).toBe('trusted');
    // The anchor's own signature says nothing.
    const old = [certificate(rsa, rsa, { algorithm: sha1 })];
    expect(codeFor(certificate(alice, rsa), { anchors: old })).toBe('trusted');
  });

  test.each<[string, NonNullable<Wishes['algorithm']>]>([
    ['MD5', ['1.2.840.113549.1.1.4', 'md5', der(5)]],
    ['SHA-224', ['1.2.840.113549.1.1.14', 'sha224', der(5)]],
    ['RSASSA-PSS', ['1.2.840.113549.1.1.10', 'sha256', sequence()]],
    ['ECDSA by an RSA key', ['1.2.840.10045.4.3.2', 'sha256']],
    ['another hash than it says', ['1.2.840.113549.1.1.11', 'sha512', der(5)]],
  ])('%s', (_, algorithm) => {
    expect(codeFor(certificate(alice, rsa, { algorithm }), { anchors })).toBe('peer.certificate-untrusted');
  });

  test('parameters: NULL for RSA, none for ECDSA', () => {
    const without = () => certificate(alice, rsa, { algorithm: ['1.2.840.113549.1.1.11', 'sha256'] });
    expect(codeOf(without)).toBe('peer.certificate-malformed');
    const leaf = certificate(alice, middle, { algorithm: ['1.2.840.10045.4.3.2', 'sha256', der(5)] });
    expect(codeFor(leaf)).toBe('peer.certificate-untrusted');
  });
});

describe('RFC 5280 §5: revocation', () => {
  const rootList = revocationList(root, []);
  const middleList = revocationList(middle, []);

  test('is required when nothing else is said: a current list of every issuer', () => {
    const strict = (revocationLists: readonly ReturnType<typeof revocationList>[]) =>
      codeFor(aliceCertificate, { revocation: undefined, revocationLists });
    expect(strict([])).toBe('peer.certificate-status-unknown');
    expect(strict([middleList])).toBe('peer.certificate-status-unknown');
    expect(strict([rootList])).toBe('peer.certificate-status-unknown');
    expect(strict([rootList, middleList])).toBe('trusted');
    expect(strict([rootList, revocationList(middle, [3])])).toBe('peer.certificate-revoked');
    expect(strict([revocationList(root, [2]), middleList])).toBe('peer.certificate-revoked');
    expect(strict([rootList, revocationList(middle, [1, 2, 4])])).toBe('trusted');
  });

  test('is of one issuer: the same number of another is not meant', () => {
    expect(codeFor(aliceCertificate, { revocationLists: [revocationList(root, [3])] })).toBe('trusted');
  });

  test('needs a list that is current: from thisUpdate on, before nextUpdate', () => {
    const list = revocationList(middle, [], { thisUpdateMs: NOW_MS, nextUpdateMs: NOW_MS + SECOND_MS });
    const at = (atMs: number) =>
      codeFor(aliceCertificate, { revocation: 'required', revocationLists: [rootList, list], atMs });
    expect(at(NOW_MS - 1)).toBe('peer.certificate-status-unknown');
    expect(at(NOW_MS)).toBe('trusted');
    expect(at(NOW_MS + SECOND_MS - 1)).toBe('trusted');
    expect(at(NOW_MS + SECOND_MS)).toBe('peer.certificate-status-unknown');
    const endless = revocationList(middle, [], { nextUpdateMs: undefined });
    expect(codeFor(aliceCertificate, { revocation: 'required', revocationLists: [rootList, endless] })).toBe(
      'peer.certificate-status-unknown',
    );
  });

  test('an outdated list still revokes; of several, the newest counts', () => {
    const outdated = revocationList(middle, [3], {
      thisUpdateMs: NOW_MS - 3 * DAY_MS,
      nextUpdateMs: NOW_MS - 2 * DAY_MS,
    });
    expect(codeFor(aliceCertificate, { revocationLists: [outdated] })).toBe('peer.certificate-revoked');
    expect(codeFor(aliceCertificate, { revocationLists: [outdated, middleList] })).toBe('trusted');
    expect(codeFor(aliceCertificate, { revocationLists: [middleList, outdated] })).toBe('trusted');
  });

  test('a list of somebody else under the same name is none', () => {
    const forged = revocationList({ ...stranger, subject: middle.subject }, [3]);
    expect(codeFor(aliceCertificate, { revocationLists: [forged] })).toBe('trusted');
    expect(codeFor(aliceCertificate, { revocation: 'required', revocationLists: [rootList, forged] })).toBe(
      'peer.certificate-status-unknown',
    );
    // Nor is one whose issuer may not sign lists, or that is signed with SHA-1.
    const noLists = certificate(middle, root, { serial: 2, extensions: [basicConstraints(true), keyUsage(5)] });
    const attempt = { revocation: 'required', revocationLists: [rootList, middleList] } as const;
    expect(codeFor(aliceCertificate, { ...attempt, others: [noLists] })).toBe('peer.certificate-status-unknown');
    const sha1 = revocationList(middle, [3], { algorithm: ['1.2.840.10045.4.1', 'sha1'] });
    expect(codeFor(aliceCertificate, { revocationLists: [sha1] })).toBe('trusted');
  });

  test('the answer for one key is not the answer for the next', () => {
    const list = revocationList(middle, [3]);
    const twin: Party = { ...stranger, subject: middle.subject };
    const twinCertificate = certificate(twin, root, { serial: 7, extensions: AUTHORITY });
    const trust = new Trust({ anchors: [rootCertificate], revocation: 'if-listed', revocationLists: [list] });
    const request = { atMs: NOW_MS, use: 'signature', limits: DEFAULT_LIMITS } as const;
    for (let round = 0; round < 2; round++) {
      expect(codeOf(() => trust.validate(aliceCertificate, [middleCertificate], request))).toBe(
        'peer.certificate-revoked',
      );
      expect(
        codeOf(() => trust.validate(certificate(alice, twin, { serial: 3 }), [twinCertificate], request)),
      ).toBeUndefined();
    }
  });

  const critical = (id: string) => extension(id, der(4, new Uint8Array(1)), true);
  test.each<[string, Parameters<typeof revocationList>[2]]>([
    ['a delta', { extensions: [critical('2.5.29.27')] }],
    ['a part, or one for others', { extensions: [critical('2.5.29.28')] }],
    ['entries of another issuer', { entryExtensions: [critical('2.5.29.29')] }],
    ['version 3', { version: integer(2) }],
    ['version 1 with extensions', { version: new Uint8Array(0), extensions: [extension('2.5.29.20', integer(1))] }],
    ['another algorithm inside than outside', { innerAlgorithm: sequence(der(6, Uint8Array.of(0x2a))) }],
  ])('a list that is %s is refused', (_, wishes) => {
    expect(codeOf(() => revocationList(middle, [3], wishes))).toBe('caller.keys-invalid');
  });

  test('usual extensions of lists and entries are read', () => {
    const list = revocationList(middle, [3, 5], {
      extensions: [extension('2.5.29.20', integer(7)), extension('2.5.29.35', sequence())],
      entryExtensions: [extension('2.5.29.21', der(0x0a, Uint8Array.of(1)))],
    });
    expect([list.lists(3n), list.lists(4n), list.lists(5n)]).toEqual([true, false, true]);
  });
});

describe('whom we mean', () => {
  test('exact names, however they are written', () => {
    expect(codeFor(aliceCertificate, { subjects: ['CN=Bob,O=Example', 'cn=alice, O=Example'] })).toBe('trusted');
    for (const subjects of [[], ['CN=Bob,O=Example'], ['CN=Alice'], ['CN=Alice,O=Example,C=CH']]) {
      expect(codeFor(aliceCertificate, { subjects })).toBe('peer.certificate-untrusted');
    }
  });

  test("a rule of one's own sees only what is trusted otherwise", () => {
    const seen: string[] = [];
    const acceptsSubject = (own: Certificate) => {
      seen.push(own.subject.toString());
      return own.subject.equals(DistinguishedName.parse('CN=Alice,O=Example'));
    };
    expect(codeFor(aliceCertificate, { acceptsSubject })).toBe('trusted');
    expect(codeFor(certificate(stranger, middle), { acceptsSubject })).toBe('peer.certificate-untrusted');
    expect(codeFor(certificate(alice, stranger), { acceptsSubject })).toBe('peer.certificate-untrusted');
    expect(seen).toEqual(['CN=Alice,O=Example', 'CN=Stranger,O=Example']);
    expect(codeFor(aliceCertificate, { subjects: ['CN=Bob'], acceptsSubject })).toBe('peer.certificate-untrusted');
  });

  test.each<readonly [keyof TrustOptions, Attempt]>([
    ['subjects', { subjects: ['CN=Bob'] }],
    ['acceptsSubject', { acceptsSubject: () => false }],
    ['signatureAlgorithms', { signatureAlgorithms: ['rsa-sha512'] }],
    ['revocation', { revocation: 'required' }],
  ])('%s: what it refuses says so', (option, attempt) => {
    expect(() => validate(aliceCertificate, attempt)).toThrow(`option=trust.${option}`);
  });

  test('what cannot be read is a mistake of ours', () => {
    expect(codeFor(aliceCertificate, { subjects: ['Alice'] })).toBe('caller.option-invalid');
    expect(codeFor(aliceCertificate, { signatureAlgorithms: ['rsa-md5'] })).toBe('caller.option-invalid');
  });
});

describe('limits', () => {
  test('certificatesMax: the chain, and what comes with a message', () => {
    expect(codeFor(aliceCertificate, { certificatesMax: 3 })).toBe('trusted');
    expect(codeFor(aliceCertificate, { certificatesMax: 2 })).toBe('peer.limit-certificates');
    expect(codeFor(aliceCertificate, { certificatesMax: 3, others: [middleCertificate, rootCertificate] })).toBe(
      'trusted',
    );
    const three = [middleCertificate, rootCertificate, aliceCertificate];
    expect(codeFor(aliceCertificate, { certificatesMax: 3, others: three })).toBe('peer.limit-certificates');
  });

  test('T45: authorities that issue one another do not make the search long', () => {
    // All have one name and one key: each has signed each.
    const loop = Array.from({ length: 7 }, (_, serial) =>
      certificate(middle, middle, { serial, extensions: AUTHORITY }),
    );
    expect(codeFor(aliceCertificate, { others: loop })).toBe('peer.limit-certificates');
  });

  test('an empty name is a name like any other', () => {
    const nameless = certificate(alice, middle, { subjectName: name('') });
    expect(codeFor(nameless)).toBe('trusted');
    expect(codeFor(nameless, { subjects: ['CN=Alice,O=Example'] })).toBe('peer.certificate-untrusted');
  });
});
