import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openPkcs11KeyWrapper, openPkcs11Uri, type Pkcs11Driver, type Pkcs11Options } from '@parley/pkcs11';
import { type Door, door } from './door.ts';

/** Of a library that is not there: what is right about a call is refused by that alone. */
const nowhere = (): never => {
  throw new Error('no such library');
};
const driver = {
  load: nowhere,
  C_Initialize: nowhere,
  C_WrapKeyAsync: nowhere,
  C_UnwrapKeyAsync: nowhere,
} as unknown as Pkcs11Driver;
const GONE = /^internal\.key-service-unavailable$/;
const pinFile = path.join(mkdtempSync(path.join(tmpdir(), 'parley-doors-')), 'pin');
writeFileSync(pinFile, '4711');
const options: Pkcs11Options = {
  driver,
  library: '/no/such/library.so',
  token: 'parley',
  pin: new Uint8Array(4),
  key: 'kek',
};

export const PKCS11_DOORS: Readonly<Record<string, Door>> = {
  'pkcs11.openPkcs11KeyWrapper': door((given: Pkcs11Options) => openPkcs11KeyWrapper(given), [options], {
    refused: GONE,
    kept: ['0.library', '0.token', '0.key'],
    open: ['0.driver'],
  }),
  'pkcs11.openPkcs11Uri': door(
    openPkcs11Uri,
    [driver, `pkcs11:token=parley;object=kek?module-path=/no/such.so&pin-source=${pinFile}`],
    { refused: GONE, kept: ['1'], open: ['0'] },
  ),
};

export const PKCS11_REASONS: Readonly<Record<string, string>> = {};
