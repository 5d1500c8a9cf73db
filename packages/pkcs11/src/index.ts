export type { Attribute, Handle, Mechanism, Pkcs11Driver } from './pkcs11-driver.ts';
export type { Pkcs11KeyWrapper, Pkcs11Options } from './pkcs11-key-wrapper.ts';
export { openPkcs11KeyWrapper } from './pkcs11-key-wrapper.ts';
export { openPkcs11Uri } from './pkcs11-uri.ts';
