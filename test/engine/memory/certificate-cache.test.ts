// What is remembered of certificates is what reading and validating anew would say.
import { DEFAULT_LIMITS, type RevocationList, Trust } from '@parley/core';
import { open, policyOf, Workspace } from '@parley/engine';
import { describe, expect, test, vi } from 'vitest';
import { CertificateCache } from '../../../packages/engine/src/memory/certificate-cache.ts';
import { AUTHORITY, certificate as certificateOf, END_ENTITY, party, revocationList } from '../../core/x509/issue.ts';
import { NOW_MS, sampleEnvelope, sealed } from '../support/sample.ts';
import { certificateRequest, ROOT, sampleKey } from '../support/sample-keys.ts';

const { certificate } = sampleKey('alice', 'rsa');
const OPTIONS = { anchors: [ROOT], revocation: 'if-listed' } as const;
const at = (atMs: number) => ({ use: 'signature', atMs, limits: DEFAULT_LIMITS }) as const;
const { notAfterMs, notBeforeMs } = certificate;

describe('reading', () => {
  test('gives one object for one certificate, up to the bound, and refuses what is too long', () => {
    const cache = new CertificateCache(2);
    const ders = ['alice', 'bob', 'carol'].map((name) => sampleKey(name, 'P-256').certificate.der);
    const [first] = ders.map((der) => cache.read(der, DEFAULT_LIMITS));
    expect(first!.equals(sampleKey('alice', 'P-256').certificate)).toBe(true);
    expect(cache.read(ders[2]!, DEFAULT_LIMITS)).toBe(cache.read(Uint8Array.from(ders[2]!), DEFAULT_LIMITS));
    expect(cache.read(ders[0]!, DEFAULT_LIMITS)).not.toBe(first);
    const short = { ...DEFAULT_LIMITS, certificateBytesMax: 10 };
    expect(() => cache.read(ders[0]!, short)).toThrow(expect.objectContaining({ code: 'peer.limit-certificates' }));
  });
});

describe('validating', () => {
  const judgements = (trust: Trust, times: readonly number[]) => {
    const cache = new CertificateCache(8);
    const asked = vi.spyOn(trust, 'validate');
    const said = times.map((atMs) => {
      try {
        return cache.validate(trust, certificate, [], at(atMs)).chain.length;
      } catch (error) {
        return (error as { code: string }).code;
      }
    });
    return { said, asked: asked.mock.calls.length };
  };

  test('is done once while nothing begins or ends', () => {
    const times = [NOW_MS, NOW_MS + 1, notBeforeMs, notAfterMs, NOW_MS];
    expect(judgements(new Trust(OPTIONS), times)).toEqual({ said: [2, 2, 2, 2, 2], asked: 1 });
  });

  test('is done anew before and after: the edges are those of the certificate', () => {
    const times = [NOW_MS, notBeforeMs - 1, notBeforeMs, notAfterMs, notAfterMs + 1, NOW_MS];
    const expired = 'peer.certificate-expired';
    expect(judgements(new Trust(OPTIONS), times)).toEqual({ said: [2, expired, 2, 2, expired, 2], asked: 3 });
  });

  test('is done anew when a revocation list ends or is replaced', () => {
    const issuer = party('O=Example/CN=List Root');
    const holder = party('O=Example/CN=Listed');
    const validity = { notBeforeMs: NOW_MS - 1000, notAfterMs: NOW_MS + 100_000 };
    const root = certificateOf(issuer, issuer, { ...validity, extensions: AUTHORITY });
    const listed = certificateOf(holder, issuer, { ...validity, serial: 7, extensions: END_ENTITY });
    const list = (serials: readonly number[], thisUpdateMs: number) =>
      revocationList(issuer, serials, { thisUpdateMs, nextUpdateMs: thisUpdateMs + 10_000 });
    const trustWith = (lists: readonly RevocationList[]) =>
      new Trust({ anchors: [root], revocationLists: lists, revocation: 'required' });
    const cache = new CertificateCache(8);
    const codeAt = (trust: Trust, atMs: number): string => {
      try {
        return String(cache.validate(trust, listed, [], at(atMs)).chain.length);
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    const one = trustWith([list([], NOW_MS)]);
    expect([NOW_MS, NOW_MS + 9999, NOW_MS + 10_000].map((atMs) => codeAt(one, atMs))).toEqual([
      '2',
      '2',
      'peer.certificate-status-unknown',
    ]);
    const two = trustWith([list([], NOW_MS), list([7], NOW_MS + 5000)]);
    expect([NOW_MS, NOW_MS + 4999, NOW_MS + 5000].map((atMs) => codeAt(two, atMs))).toEqual([
      '2',
      '2',
      'peer.certificate-revoked',
    ]);
    // And at once for a trust with a newer list.
    expect(codeAt(one, NOW_MS)).toBe('2');
    expect(codeAt(trustWith([list([7], NOW_MS)]), NOW_MS)).toBe('peer.certificate-revoked');
  });

  test('is done anew for another trust, for another use, and where somebody has a rule of his own', () => {
    const cache = new CertificateCache(8);
    cache.validate(new Trust(OPTIONS), certificate, [], at(NOW_MS));
    const stranger = new Trust({ ...OPTIONS, subjects: ['CN=nobody'] });
    expect(() => cache.validate(stranger, certificate, [], at(NOW_MS))).toThrow();
    let accepts = true;
    const asking = new Trust({ ...OPTIONS, acceptsSubject: () => accepts });
    expect(cache.validate(asking, certificate, [], at(NOW_MS)).chain).toHaveLength(2);
    accepts = false;
    expect(() => cache.validate(asking, certificate, [], at(NOW_MS))).toThrow();
  });
});

test('a workspace that knows the certificate answers as one that does not', () => {
  const message = sealed(sampleEnvelope(), certificateRequest());
  const trust = new Trust(OPTIONS);
  const workspace = new Workspace();
  const contexts = { find: () => undefined };
  const asked = vi.spyOn(trust, 'validate');
  for (const atMs of [NOW_MS, NOW_MS + 1000, NOW_MS + 900_000, NOW_MS]) {
    const request = { atMs, policy: policyOf('x509'), contexts, credentials: { trust } };
    expect(open(message, { ...request, workspace })).toEqual(open(message, request));
  }
  // Four times without, and once with a workspace.
  expect(asked).toHaveBeenCalledTimes(5);
  workspace.wipe();
});
