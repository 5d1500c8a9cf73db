/** Numbers of PKCS#11 2.40 that we use, by their names there. */

/** Calls come from several threads. */
export const CKF_OS_LOCKING_OK = 0x2;
export const CKF_SERIAL_SESSION = 0x4;
export const CKU_USER = 1;
export const CKO_SECRET_KEY = 4;
export const CKK_AES = 0x1f;
/** RFC 3394: what is wrapped under it says when it was altered. */
export const CKM_AES_KEY_WRAP = 0x2109;

export const CKA_CLASS = 0x0;
export const CKA_TOKEN = 0x1;
export const CKA_LABEL = 0x3;
export const CKA_VALUE = 0x11;
export const CKA_KEY_TYPE = 0x100;
export const CKA_ID = 0x102;
export const CKA_SENSITIVE = 0x103;
export const CKA_EXTRACTABLE = 0x162;

export const CKR_ALREADY_INITIALIZED = 0x191;
export const CKR_USER_ALREADY_LOGGED_IN = 0x100;

/** What we or whoever operates the token can mend, by result; all else is the token's own trouble. */
export const REFUSALS: ReadonlyMap<number, string> = new Map([
  [0x63, 'the key is of another type'],
  [0x68, 'the key may not do this'],
  [0x70, 'the token knows no AES key wrap'],
  [0xa0, 'wrong PIN'],
  [0xa1, 'wrong PIN'],
  [0xa2, 'wrong PIN'],
  [0xa3, 'the PIN has expired'],
  [0xa4, 'the PIN is locked'],
  [0x102, 'the token has no PIN of a user yet'],
  [0x113, 'the key may not unwrap'],
  [0x115, 'the key may not unwrap'],
]);

/** What says that octets were wrapped under another key, or altered; SoftHSM says no more than that it failed (5). */
export const NOT_WRAPPED: ReadonlySet<number> = new Set([0x5, 0x40, 0x41, 0x110, 0x112]);
