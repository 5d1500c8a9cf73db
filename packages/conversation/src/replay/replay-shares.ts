/** Who may still put something into a memory that all share. */
import { hash } from 'node:crypto';
import { Fault } from '@parley/core';

/**
 * Who holds more than so many times what is left gets no more. Alone one may have three quarters,
 * and each that comes after it three quarters of what is left.
 */
const LEFT_TIMES = 3;
const OWNER_NAME_MAX = 32;

/** The account of one owner in one room. */
export interface Account {
  readonly name: string;
  readonly room: ShareRoom;
  entries: number;
}

/** Room for so many entries, shared among their owners. */
export class ShareRoom {
  readonly #name: string;
  readonly #entriesMax: number;
  readonly #accounts = new Map<string, Account>();
  #entries = 0;

  constructor(name: string, entriesMax: number) {
    this.#name = name;
    this.#entriesMax = entriesMax;
  }

  /** The account that one more entry goes on. @throws Fault `internal.quota` */
  take(owner: string): Account {
    // Names of any length cost the same memory.
    const name = owner.length > OWNER_NAME_MAX ? hash('sha256', owner, 'base64') : owner;
    const account = this.#accounts.get(name) ?? { name, room: this, entries: 0 };
    const left = this.#entriesMax - this.#entries;
    const isFull = left <= 0;
    if (isFull || account.entries >= LEFT_TIMES * left) {
      const quota = isFull ? 'replay' : 'replay-share';
      const entries = isFull ? this.#entries : account.entries;
      throw new Fault('internal.quota', { quota, room: this.#name, entries, principal: owner.slice(0, 128) });
    }
    if (account.entries === 0) this.#accounts.set(name, account);
    account.entries++;
    this.#entries++;
    return account;
  }

  /** An entry of `account` is forgotten. */
  give(account: Account): void {
    account.entries--;
    this.#entries--;
    if (account.entries === 0) this.#accounts.delete(account.name);
  }
}
