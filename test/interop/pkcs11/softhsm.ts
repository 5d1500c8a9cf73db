// A token of SoftHSM (Debian's softhsm2) in a folder of its own, with keys that wrap.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type pkcs11js from 'pkcs11js';

export const LIBRARY = '/usr/lib/softhsm/libsofthsm2.so';
export const PIN = '4711-ü';
const SO_PIN = '12345678';

type Driver = typeof pkcs11js;

/** Native: it is not there where nothing could compile it. */
function driverOrNone(): Driver | undefined {
  try {
    return createRequire(import.meta.url)('pkcs11js') as Driver;
  } catch {
    return undefined;
  }
}

export const driver: Driver | undefined = driverOrNone();

export function missingSoftHsm(): string | undefined {
  if (!existsSync(LIBRARY)) return 'SoftHSM is not installed (Debian: softhsm2)';
  return driver === undefined ? 'pkcs11js was not compiled' : undefined;
}

export class SoftHsm {
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), 'parley-softhsm-'));

  constructor() {
    const tokens = path.join(this.#folder, 'tokens');
    const configuration = path.join(this.#folder, 'softhsm2.conf');
    mkdirSync(tokens);
    writeFileSync(configuration, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
    // Where the library of this process and of its children looks.
    process.env['SOFTHSM2_CONF'] = configuration;
  }

  get folder(): string {
    return this.#folder;
  }

  addToken(label: string): void {
    execFileSync('softhsm2-util', ['--init-token', '--free', '--label', label, '--pin', PIN, '--so-pin', SO_PIN]);
  }

  /** An AES key; what is not said is as it should be. */
  addKey(token: string, label: string, { id = '01', ...more }: KeyHabits = {}): void {
    if (driver === undefined) throw new Error('no driver');
    const pkcs11 = new driver.PKCS11();
    pkcs11.load(LIBRARY);
    pkcs11.C_Initialize();
    try {
      const slot = pkcs11.C_GetSlotList(true).find((each) => pkcs11.C_GetTokenInfo(each).label.trimEnd() === token);
      if (slot === undefined) throw new Error(`no token ${token}`);
      const session = pkcs11.C_OpenSession(slot, driver.CKF_SERIAL_SESSION | driver.CKF_RW_SESSION);
      pkcs11.C_Login(session, driver.CKU_USER, PIN);
      pkcs11.C_GenerateKey(session, { mechanism: driver.CKM_AES_KEY_GEN }, [
        { type: driver.CKA_TOKEN, value: true },
        { type: driver.CKA_PRIVATE, value: true },
        { type: driver.CKA_VALUE_LEN, value: 32 },
        { type: driver.CKA_LABEL, value: label },
        { type: driver.CKA_ID, value: Buffer.from(id, 'hex') },
        { type: driver.CKA_SENSITIVE, value: more.sensitive ?? true },
        { type: driver.CKA_EXTRACTABLE, value: more.extractable ?? false },
        { type: driver.CKA_WRAP, value: more.wraps ?? true },
        { type: driver.CKA_UNWRAP, value: more.unwraps ?? true },
        { type: driver.CKA_ENCRYPT, value: false },
        { type: driver.CKA_DECRYPT, value: false },
      ]);
    } finally {
      pkcs11.C_Finalize();
    }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export interface KeyHabits {
  /** CKA_ID, in hex. */
  readonly id?: string;
  readonly sensitive?: boolean;
  readonly extractable?: boolean;
  readonly wraps?: boolean;
  readonly unwraps?: boolean;
}
