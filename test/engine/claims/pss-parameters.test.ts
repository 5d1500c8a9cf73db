// RFC 9231 §2.3.9: #rsa-pss says its parameters, or leaves them at their defaults.
import { constants, sign } from 'node:crypto';
import { policyOf } from '@parley/engine';
import { expect, test } from 'vitest';
import { holder, opened, type Signing, signedBy, trust, XENC } from '../support/x509-message.ts';

const PSS = 'http://www.w3.org/2007/05/xmldsig-more#';
const signer = holder('Rsa', 'rsa', 1003);

function pss(hash: string, saltLength: number, parameters: string): Signing {
  const key = { key: signer.party.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
  return { algorithm: `${PSS}rsa-pss`, parameters, sign: (octets) => sign(hash, octets, key) };
}

function outcome(signing: Signing, policy = policyOf('x509')): string {
  const reply = opened(signedBy(signer, 'direct', signing), { trust }, policy);
  return reply.ok ? [...new Set(reply.value.signed.map(({ algorithm }) => algorithm))].join() : reply.code;
}

const digest = (name: string): string => `<ds:DigestMethod Algorithm="${XENC}${name}"/>`;
const all = (...content: readonly string[]): string =>
  `<p:RSAPSSParams xmlns:p="${PSS}">${content.join('')}</p:RSAPSSParams>`;
const mask = (name: string): string =>
  `<p:MaskGenerationFunction Algorithm="${PSS}MGF1">${digest(name)}</p:MaskGenerationFunction>`;
const salt = (bytes: number | string): string => `<p:SaltLength>${bytes}</p:SaltLength>`;
const trailer = (number: number): string => `<p:TrailerField>${number}</p:TrailerField>`;

test.each([
  ['no parameters', 'sha256', 32, ''],
  ['all left out', 'sha256', 32, all()],
  ['all said', 'sha256', 32, all(digest('sha256'), mask('sha256'), salt(32), trailer(1))],
  ['as WSS4J DOM says them', 'sha256', 32, all(digest('sha256'), salt(32), trailer(1))],
  ['another digest', 'sha512', 64, all(digest('sha512'))],
  ['another salt', 'sha512', 20, all(digest('sha512'), mask('sha512'), salt(20))],
] as const)('%s', (_what, hash, saltBytes, parameters) => {
  expect(outcome(pss(hash, saltBytes, parameters))).toBe('rsa-pss');
  expect(outcome(pss(hash, saltBytes, parameters), policyOf('x509', { signatures: ['rsa-sha256'] }))).toBe(
    'peer.alg-forbidden',
  );
});

test.each([
  ['the signature has another salt', all(salt(20)), 'peer.signature-invalid'],
  ['a mask with another digest', all(digest('sha256'), mask('sha512')), 'peer.alg-forbidden'],
  ['a mask of another kind', all(`<p:MaskGenerationFunction Algorithm="${PSS}SHAKE128"/>`), 'peer.alg-forbidden'],
  ['SHA-1', all('<ds:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/>'), 'peer.alg-forbidden'],
  ['an unknown digest', all(digest('sha3-256')), 'peer.alg-forbidden'],
  ['a salt beyond the digest', all(salt(33)), 'peer.alg-forbidden'],
  ['a salt that is no number', all(salt('0x20')), 'peer.encoding-invalid'],
  ['a salt of many digits', all(salt('00000000000032')), 'peer.limit-value'],
  ['another trailer', all(trailer(2)), 'peer.alg-forbidden'],
  ['another order', all(trailer(1), salt(32)), 'peer.structure-invalid'],
  ['something else', all('<p:Other/>'), 'peer.structure-invalid'],
  ['the element twice', all() + all(), 'peer.structure-invalid'],
  ['another namespace', '<ds:RSAPSSParams/>', 'peer.structure-invalid'],
])('%s is refused', (_what, parameters, code) => {
  expect(outcome(pss('sha256', 32, parameters))).toBe(code);
});
