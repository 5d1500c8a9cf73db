import type { Secret } from '@parley/core';
import { Fault } from '@parley/core';
import { anything, requireAnswer } from '@parley/core/internal';
import {
  CKF_OS_LOCKING_OK,
  CKF_SERIAL_SESSION,
  CKR_ALREADY_INITIALIZED,
  CKR_USER_ALREADY_LOGGED_IN,
  CKU_USER,
} from './cryptoki.ts';
import type { Handle, Pkcs11Driver } from './pkcs11-driver.ts';
import { resultOf } from './pkcs11-fault.ts';

/** Of each library of this process, by how many it is used: to end it is for the last. */
const USES = new Map<string, number>();

export interface TokenPlace {
  readonly driver: Pkcs11Driver;
  readonly library: string;
  readonly token: string;
}

/** One token of a library. Each piece of work has a session of its own, so that a token that was away is there again for the next. */
export class Pkcs11Token {
  readonly #place: TokenPlace;
  readonly #pin: Secret;
  readonly #isOurs: boolean;
  #isClosed = false;
  /** Pieces of work that are not done. */
  #working = 0;

  /** Loads the library. @throws Fault `internal.key-service-unavailable` it cannot be loaded; Error of the driver */
  constructor(place: TokenPlace, pin: Secret) {
    this.#place = place;
    this.#pin = pin;
    const { driver, library } = place;
    try {
      requireAnswer(anything(), driver.load(library), 'driver.load()');
    } catch (error) {
      throw new Fault('internal.key-service-unavailable', { library, reason: 'it cannot be loaded' }, error);
    }
    this.#isOurs = initialized(driver) || USES.has(library);
    if (this.#isOurs) USES.set(library, (USES.get(library) ?? 0) + 1);
  }

  /** Runs `work` in a session of the user's. @throws Fault `caller.closed`, `caller.key-service-refused`; Error of the driver */
  async within<T>(work: (driver: Pkcs11Driver, session: Handle) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new Fault('caller.closed');
    this.#working++;
    try {
      return await this.#inSession(work);
    } finally {
      this.#working--;
      this.#endIfOver();
    }
  }

  /** Forgets the PIN; when what is under way is done, ends the library if nobody else of this process uses it. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#pin.wipe();
    this.#endIfOver();
  }

  async #inSession<T>(work: (driver: Pkcs11Driver, session: Handle) => Promise<T>): Promise<T> {
    const { driver } = this.#place;
    const session = driver.C_OpenSession(this.#slot(), CKF_SERIAL_SESSION);
    try {
      this.#login(session);
      return await work(driver, session);
    } finally {
      // Objects of a session go with it, and the login with the last of them.
      driver.C_CloseSession(session);
    }
  }

  // safety: a library that is ended while one of its threads is at work may take the process with it.
  #endIfOver(): void {
    if (!this.#isClosed || this.#working > 0) return;
    const { driver, library } = this.#place;
    const usesLeft = (USES.get(library) ?? 1) - 1;
    if (usesLeft > 0) USES.set(library, usesLeft);
    else USES.delete(library);
    if (this.#isOurs && usesLeft === 0) driver.C_Finalize();
  }

  #slot(): Handle {
    const { driver, token } = this.#place;
    const [slot, ...others] = driver
      .C_GetSlotList(true)
      .filter((each) => driver.C_GetTokenInfo(each).label.trimEnd() === token);
    if (slot !== undefined && others.length === 0) return slot;
    const reason = slot === undefined ? 'no such token' : 'several tokens of that label';
    throw new Fault('caller.key-service-refused', { token, reason });
  }

  #login(session: Handle): void {
    try {
      this.#pin.lend((octets) => this.#place.driver.C_Login(session, CKU_USER, new TextDecoder().decode(octets)));
    } catch (error) {
      // For the process as a whole, by whoever was first.
      if (resultOf(error) !== CKR_USER_ALREADY_LOGGED_IN) throw error;
    }
  }
}

/** Whether it was for us to do. */
function initialized(driver: Pkcs11Driver): boolean {
  try {
    driver.C_Initialize({ flags: CKF_OS_LOCKING_OK });
    return true;
  } catch (error) {
    if (resultOf(error) === CKR_ALREADY_INITIALIZED) return false;
    throw error;
  }
}
