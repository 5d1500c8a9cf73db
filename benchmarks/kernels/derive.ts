import { DEFAULT_LABEL, deriveKey } from '@parley/core';
import type { SynchronousSubject } from '../measure.ts';

/** What core does where its WebAssembly module may not be used, which is not public. */
interface PSha1Openssl {
  readonly pSha1ByOpenssl: (secret: Uint8Array, seed: Uint8Array, offsetBytes: number, out: Uint8Array) => void;
}

const OPENSSL = new URL('../../../packages/core/dist/symmetric/p-sha1-openssl.js', import.meta.url);
const { pSha1ByOpenssl } = (await import(OPENSSL.href)) as PSha1Openssl;

const SECRET = new Uint8Array(32).fill(1);
const NONCE = new Uint8Array(16).fill(2);

/** A derived key from a nonce, nothing cached: to sign with (24 octets) and to encrypt with (32). */
export function deriveKernels(): readonly SynchronousSubject[] {
  const spec = { label: undefined, nonce: NONCE, offsetBytes: 0 };
  const seed = Uint8Array.of(...new TextEncoder().encode(DEFAULT_LABEL), ...NONCE);
  const out24 = new Uint8Array(24);
  const out32 = new Uint8Array(32);
  const common = { message: undefined, bytes: 0 };
  return [
    { ...common, name: 'derive 24 octets', run: () => deriveKey(SECRET, spec, out24) },
    { ...common, name: 'derive 32 octets', run: () => deriveKey(SECRET, spec, out32) },
    {
      ...common,
      name: 'derive 32 octets by OpenSSL',
      against: 'derive 32 octets',
      run: () => pSha1ByOpenssl(SECRET, seed, 0, out32),
    },
  ];
}
