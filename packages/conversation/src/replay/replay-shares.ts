/** Who may still put something into a memory that all share. */
import { hash } from 'node:crypto';
import { Fault } from '@parley/core';

/**
 * Who holds more than so many times what is left gets no more. Alone one may have three quarters,
 * and each that comes after it three quarters of what is left.
 */
const LEFT_TIMES = 3;
const OWNER_NAME_MAX = 32;
/** One part in so many is for requests of trust alone. */
const TRUST_PART = 8;
const FINGERPRINT_LENGTH = 16;

/**
 * 128 bits of a hash, a character each octet: texts of any length cost the same memory. The length in front keeps the two apart: ("a", "bc") is
 * not ("ab", "c").
 */
export function fingerprintOf(scope: string, key: string): string {
  return hash('sha256', `${scope.length}:${scope}${key}`, 'binary').slice(0, FINGERPRINT_LENGTH);
}

/** How many entries of each kind there is room for. */
export function roomsOf(entriesMax: number): Readonly<Record<'message' | 'trust', number>> {
  const trust = Math.floor(entriesMax / TRUST_PART);
  return { message: entriesMax - trust, trust };
}

/** The account of one owner in one room. */
export interface Account {
  readonly name: string;
  readonly room: ShareRoom;
  entries: number;
}

/** How many entries there are of all owners of a room, and of one of them. */
export interface HeldEntries {
  readonly room: number;
  readonly owner: number;
}

/** Why `owner` gets no more: the room is full, or his share of it is used up. */
export function shareRefusal(
  held: HeldEntries,
  room: { readonly name: string; readonly entriesMax: number },
  owner: string,
): Fault | undefined {
  const left = room.entriesMax - held.room;
  const isFull = left <= 0;
  if (!isFull && held.owner < LEFT_TIMES * left) return undefined;
  const quota = isFull ? 'replay' : 'replay-share';
  const entries = isFull ? held.room : held.owner;
  return new Fault('internal.quota', { quota, room: room.name, entries, principal: owner.slice(0, 128) });
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
    const held = { room: this.#entries, owner: account.entries };
    const refusal = shareRefusal(held, { name: this.#name, entriesMax: this.#entriesMax }, owner);
    if (refusal !== undefined) throw refusal;
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
