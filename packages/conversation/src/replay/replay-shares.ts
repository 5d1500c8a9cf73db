/** Who may still put something into a memory that all share. */
import { hash } from 'node:crypto';
import { Fault } from '@parley/core';

/**
 * Who holds more than so many times what is left gets no more. Alone one may have three quarters,
 * and each that comes after it three quarters of what is left; so may a context of what its owner may have.
 */
const LEFT_TIMES = 3;
const NAME_MAX = 64;
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

/** Who wants one more entry, and for which context. */
export interface Claimant {
  readonly owner: string;
  /** `undefined` where no context secures the message, or the owner is it. */
  readonly context: string | undefined;
}

/** Of an entry in `scope` on the account of `owner`. */
export function claimantOf(scope: string, owner: string): Claimant {
  return { owner, context: scope === '' || scope === owner ? undefined : scope };
}

/** How many entries there are of all owners of a room, of one of them, and of one of his contexts. */
export interface HeldEntries {
  readonly room: number;
  readonly owner: number;
  readonly context: number;
}

/** What is used up: the room, the share of an owner in it, or that of a context in his. */
export type ShareQuota = 'replay' | 'replay-share' | 'replay-context';

/** That there is no more for `claimant`: `quota` is used up, by so many entries. */
export function quotaFault(quota: ShareQuota, entries: number, room: string, { owner, context = '' }: Claimant): Fault {
  const named = quota === 'replay-context' && { context: context.slice(0, 128) };
  return new Fault('internal.quota', { quota, room, entries, principal: owner.slice(0, 128), ...named });
}

/** Why `claimant` gets no more. */
export function shareRefusal(
  held: HeldEntries,
  room: { readonly name: string; readonly entriesMax: number },
  claimant: Claimant,
): Fault | undefined {
  const left = room.entriesMax - held.room;
  if (left <= 0) return quotaFault('replay', held.room, room.name, claimant);
  const leftToOwner = LEFT_TIMES * left - held.owner;
  if (leftToOwner <= 0) return quotaFault('replay-share', held.owner, room.name, claimant);
  if (claimant.context === undefined || held.context < LEFT_TIMES * leftToOwner) return undefined;
  return quotaFault('replay-context', held.context, room.name, claimant);
}

/** The account of one owner in one room, or of one context with its owner. */
export interface Account {
  readonly name: string;
  /** Of a context: whose it is. */
  readonly owner: OwnerAccount | undefined;
  entries: number;
}

interface OwnerAccount extends Account {
  readonly owner: undefined;
  /** Those that have entries. */
  readonly contexts: Map<string, Account>;
}

/** Room for so many entries, shared among their owners. */
export class ShareRoom {
  readonly #name: string;
  readonly #entriesMax: number;
  readonly #accounts = new Map<string, OwnerAccount>();
  #entries = 0;

  constructor(name: string, entriesMax: number) {
    this.#name = name;
    this.#entriesMax = entriesMax;
  }

  /** The account that one more entry goes on: that of the context, if there is one. @throws Fault `internal.quota` */
  take(claimant: Claimant): Account {
    const owner = this.#ownerNamed(nameOf(claimant.owner));
    const context = claimant.context === undefined ? undefined : contextOf(owner, nameOf(claimant.context));
    const held = { room: this.#entries, owner: owner.entries, context: context?.entries ?? 0 };
    const refusal = shareRefusal(held, { name: this.#name, entriesMax: this.#entriesMax }, claimant);
    if (refusal !== undefined) throw refusal;
    add(this.#accounts, owner);
    if (context !== undefined) add(owner.contexts, context);
    this.#entries++;
    return context ?? owner;
  }

  /** An entry of `account` is forgotten. */
  give(account: Account): void {
    const { owner } = account;
    if (owner !== undefined) remove(owner.contexts, account);
    remove(this.#accounts as Map<string, Account>, owner ?? account);
    this.#entries--;
  }

  #ownerNamed(name: string): OwnerAccount {
    return this.#accounts.get(name) ?? { name, owner: undefined, contexts: new Map(), entries: 0 };
  }
}

function contextOf(owner: OwnerAccount, name: string): Account {
  return owner.contexts.get(name) ?? { name, owner, entries: 0 };
}

/** Names of any length cost the same memory. */
function nameOf(text: string): string {
  return text.length > NAME_MAX ? hash('sha256', text, 'base64') : text;
}

function add<Kept extends Account>(accounts: Map<string, Kept>, account: Kept): void {
  if (account.entries++ === 0) accounts.set(account.name, account);
}

function remove(accounts: Map<string, Account>, account: Account): void {
  if (--account.entries === 0) accounts.delete(account.name);
}
