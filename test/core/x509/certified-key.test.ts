import { Certificate, CertifiedKey, DEFAULT_LIMITS, PrivateKey } from '@parley/core';
import { readPkiPath, writePkiPath } from '@parley/core/internal';
import { describe, expect, test } from 'vitest';
import { codeOf } from '../code-of.ts';
import { certificate, certificateDer, party } from './issue.ts';

const root = party('CN=Root');
const middle = party('CN=Middle');
const kinds = ['rsa', 'P-256', 'ed25519'] as const;
const privateKeyOf = ({ privateKey }: typeof root): PrivateKey =>
  PrivateKey.read({ format: 'key-object', key: privateKey }, { uses: ['signature'] });

describe('a certified key', () => {
  test.each(kinds)('of %s is a pair', (kind) => {
    const alice = party('CN=Alice', kind);
    const path = [certificate(alice, middle), certificate(middle, root), certificate(root, root)] as const;
    const key = CertifiedKey.of(privateKeyOf(alice), path);
    expect(key.certificate).toBe(path[0]);
    expect(key.path).toEqual(path);
    const other = privateKeyOf(party('CN=Alice', kind));
    expect(codeOf(() => CertifiedKey.of(other, path))).toBe('caller.keys-invalid');
    expect(codeOf(() => CertifiedKey.of(privateKeyOf(alice), [path[0], path[2]]))).toBe('caller.keys-invalid');
  });
});

test('a PKIPath that is written is the one that is read', () => {
  const alice = party('CN=Alice');
  const ders = [certificateDer(alice, middle), certificateDer(middle, root), certificateDer(root, root)];
  const [first, ...others] = ders.map((der) => Certificate.read(der, DEFAULT_LIMITS)) as [
    Certificate,
    ...Certificate[],
  ];
  for (const path of [[first], [first, ...others]] as const) {
    const read = readPkiPath(writePkiPath(path as [Certificate, ...Certificate[]]), DEFAULT_LIMITS);
    expect(read.map(({ der }) => der)).toEqual(path.map(({ der }) => der));
  }
});
