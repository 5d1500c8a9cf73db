import { generateKeyPairSync } from 'node:crypto';
import {
  actorOf,
  algorithmSuite,
  Certificate,
  CertifiedKey,
  computeKey,
  contextOf,
  contextSource,
  customSuite,
  DEFAULT_LIMITS,
  DigestStream,
  DistinguishedName,
  deriveKey,
  digestAlgorithm,
  isTransient,
  meaningOf,
  PrivateKey,
  PublicKey,
  passwordDigest,
  passwordKey,
  pSha1,
  RevocationList,
  retryOf,
  Secret,
  soapFaultOf,
  Trust,
  unwrap,
} from '@parley/core';
import { party, revocationList } from '../core/x509/issue.ts';
import { NOW_MS, sampleContext } from '../engine/support/sample.ts';
import { ROOT, sampleKey } from '../engine/support/sample-keys.ts';
import { type Door, door } from './door.ts';

const OCTETS = Uint8Array.from({ length: 16 }, (_, index) => index);
const secret = Secret.copyOf(OCTETS);
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const alice = sampleKey('alice', 'rsa');
const pem = new TextEncoder().encode(publicKey.export({ format: 'pem', type: 'spki' }).toString());
const privateDer = Uint8Array.from(privateKey.export({ format: 'der', type: 'pkcs8' }));
const aliceKey = alice.certificate.publicKey({ uses: ['signature'] }, 'caller.keys-invalid');
const list = revocationList(party('O=Example/CN=Root'), [7]);
const trust = new Trust({ anchors: [ROOT], revocation: 'if-listed' });

export const CORE_DOORS: Readonly<Record<string, Door>> = {
  'core.actorOf': door(actorOf, ['peer.replay']),
  'core.retryOf': door(retryOf, ['peer.replay']),
  'core.meaningOf': door(meaningOf, ['peer.replay']),
  'core.isTransient': door(isTransient, ['peer.replay']),
  'core.soapFaultOf': door(soapFaultOf, ['peer.replay']),
  'core.unwrap': door(unwrap, [{ ok: true, value: 1 }], { whole: ['0'] }),
  'core.algorithmSuite': door(algorithmSuite, ['Basic256']),
  'core.customSuite': door(
    customSuite,
    [algorithmSuite('Basic256'), { name: 'Own', mac: 'hmac-sha256', signatureKeyBytes: 24 }],
    { whole: ['0'] },
  ),
  'core.digestAlgorithm': door(digestAlgorithm, ['sha256']),
  'core.computeKey': door(computeKey, [OCTETS, OCTETS, 32]),
  'core.deriveKey': door(deriveKey, [OCTETS, { label: 'label', nonce: OCTETS, offsetBytes: 0 }, new Uint8Array(16)]),
  'core.pSha1': door(pSha1, [OCTETS, OCTETS, 0, new Uint8Array(16)]),
  'core.passwordDigest': door(passwordDigest, [OCTETS, '2026-01-15T12:00:00Z', OCTETS]),
  'core.passwordKey': door(passwordKey, [OCTETS, OCTETS, 1000, new Uint8Array(16)]),
  'core.contextOf': door(contextOf, [
    {
      identifier: 'urn:a',
      secret,
      version: '200512',
      suite: 'Basic256',
      instance: 'urn:i',
      createdAtMs: 0,
      expiresAtMs: NOW_MS,
      principal: 'alice',
    },
  ]),
  'core.contextSource': door(contextSource, [[sampleContext()]]),
  'core.DigestStream': door(
    (algorithm: ReturnType<typeof digestAlgorithm>) => new DigestStream(algorithm),
    [digestAlgorithm('sha256')],
    { whole: ['0'] },
  ),
  'core.DigestStream#update': door(
    (octets: Uint8Array) => new DigestStream(digestAlgorithm('sha1')).update(octets),
    [OCTETS],
  ),
  'core.Secret.copyOf': door((octets: Uint8Array) => Secret.copyOf(octets), [OCTETS]),
  'core.Secret.filledBy': door(
    (lengthBytes: number, fill: (out: Uint8Array) => void) => Secret.filledBy(lengthBytes, fill),
    [32, (out) => out.fill(1)],
    { lends: true },
  ),
  'core.Secret#lend': door((use: (octets: Uint8Array) => number) => secret.lend(use), [(octets) => octets.length], {
    lends: true,
  }),
  'core.PublicKey.read': door(
    (...given: Parameters<typeof PublicKey.read>) => PublicKey.read(...given),
    [{ format: 'pem', bytes: pem }, { uses: ['signature'], rsaBitsMin: 2048 }, 'caller.keys-invalid'],
  ),
  'core.PublicKey.of': door(
    (...given: Parameters<typeof PublicKey.of>) => PublicKey.of(...given),
    [publicKey, { uses: ['signature'], rsaBitsMin: 2048 }, 'caller.keys-invalid'],
  ),
  'core.PublicKey#lend': door((use: (key: object) => string) => aliceKey.lend(use), [() => ''], { lends: true }),
  'core.PrivateKey.read': door(
    (...given: Parameters<typeof PrivateKey.read>) => PrivateKey.read(...given),
    [
      { format: 'der', bytes: privateDer },
      { uses: ['signature'], rsaBitsMin: 2048 },
    ],
  ),
  'core.PrivateKey#lend': door((use: (key: object) => string) => alice.key.privateKey.lend(use), [() => ''], {
    lends: true,
  }),
  'core.Certificate.read': door(
    (...given: Parameters<typeof Certificate.read>) => Certificate.read(...given),
    [ROOT.der, { certificateBytesMax: 10_000 }],
    { open: ['1'] },
  ),
  'core.Certificate.readPem': door(
    (...given: Parameters<typeof Certificate.readPem>) => Certificate.readPem(...given),
    [OCTETS, { certificateBytesMax: 10_000 }],
    { open: ['1'] },
  ),
  'core.Certificate#hasIssuerSerial': door(
    (issuer: string, serial: string) => ROOT.hasIssuerSerial(issuer, serial),
    ['CN=Root,O=Example', '1'],
    { peers: ['0', '1'] },
  ),
  'core.Certificate#equals': door((other: Certificate) => ROOT.equals(other), [ROOT]),
  'core.Certificate#isSignedBy': door((key: PublicKey) => ROOT.isSignedBy(key), [aliceKey]),
  'core.Certificate#publicKey': door(
    (...given: Parameters<Certificate['publicKey']>) => alice.certificate.publicKey(...given),
    [{ uses: ['signature'], rsaBitsMin: 2048 }, 'caller.keys-invalid'],
  ),
  'core.CertifiedKey.of': door(
    (...given: Parameters<typeof CertifiedKey.of>) => CertifiedKey.of(...given),
    [alice.key.privateKey, [alice.certificate, ROOT]],
  ),
  'core.DistinguishedName.parse': door((text: string) => DistinguishedName.parse(text), ['CN=Root']),
  'core.DistinguishedName#equals': door((other: DistinguishedName) => ROOT.subject.equals(other), [ROOT.subject]),
  'core.DistinguishedName#isWrittenAs': door((text: string) => ROOT.subject.isWrittenAs(text), ['CN=Root'], {
    peers: ['0'],
  }),
  'core.RevocationList.read': door((der: Uint8Array) => RevocationList.read(der), [list.der]),
  'core.RevocationList#lists': door((serial: bigint) => list.lists(serial), [7n]),
  'core.RevocationList#isCurrent': door((atMs: number) => list.isCurrent(atMs), [NOW_MS]),
  'core.RevocationList#isSignedBy': door((key: PublicKey) => list.isSignedBy(key), [aliceKey]),
  'core.Trust': door(
    (options: ConstructorParameters<typeof Trust>[0]) => new Trust(options),
    [
      {
        anchors: [ROOT],
        intermediates: [ROOT],
        revocationLists: [list],
        revocation: 'if-listed',
        signatureAlgorithms: ['rsa-sha256'],
        rsaBitsMin: 2048,
        purposes: ['clientAuth'],
        subjects: ['CN=Root'],
        acceptsSubject: () => true,
      },
    ],
  ),
  'core.Trust#validate': door(
    (...given: Parameters<Trust['validate']>) => trust.validate(...given),
    [alice.certificate, [ROOT], { atMs: NOW_MS, use: 'signature', limits: DEFAULT_LIMITS }],
    { peers: ['0', '1', '2', '2.atMs'], whole: ['2.limits'] },
  ),
  'core.Trust#certificatesWhere': door(
    (isMeant: (certificate: Certificate) => boolean) => trust.certificatesWhere(isMeant),
    [() => true],
    { lends: true },
  ),
};

export const CORE_REASONS: Readonly<Record<string, string>> = {
  'core.Fault': 'how we say what is wrong; what it is made of is taken as it is',
  'core.isFaultCode': 'tells of anything whether it is a code',
  'core.Secret': 'made by copyOf and filledBy',
  'core.PublicKey': 'made by read and of',
  'core.PrivateKey': 'made by read',
  'core.Certificate': 'made by read and readPem',
  'core.CertifiedKey': 'made by of',
  'core.DistinguishedName': 'made by parse, and with a certificate',
  'core.DistinguishedName.readDer': 'reads on in a certificate; nothing that is public makes its reader',
  'core.RevocationList': 'made by read',
};
