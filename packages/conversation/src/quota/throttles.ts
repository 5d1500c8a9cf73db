/** What is counted by all who share a store: requests and messages of principals, bootstraps of addresses, wrong passwords. */
import type { PasswordAttempt } from '@parley/engine';
import type { RecordStore } from '../store/record-store.ts';
import { addressGroup } from './address-group.ts';
import type { BackOffSettings } from './login-back-off.ts';
import { LoginBackOff } from './login-back-off.ts';
import type { BudgetSize } from './shared-budget.ts';
import { SharedBudget } from './shared-budget.ts';

export interface ThrottleSettings {
  readonly requests: BudgetSize;
  readonly messages: BudgetSize | undefined;
  readonly addresses: BudgetSize | undefined;
  readonly logins: BackOffSettings;
}

type Judge = (attempt: PasswordAttempt) => string | undefined | Promise<string | undefined>;

/** The budgets of one responder, and its back-off after wrong passwords. */
export class Throttles {
  readonly #requests: SharedBudget;
  readonly #messages: SharedBudget | undefined;
  readonly #addresses: SharedBudget | undefined;
  readonly #logins: LoginBackOff;

  constructor(records: RecordStore, { requests, messages, addresses, logins }: ThrottleSettings) {
    this.#requests = new SharedBudget(records, 'requests', requests);
    this.#messages = messages && new SharedBudget(records, 'messages', messages);
    this.#addresses = addresses && new SharedBudget(records, 'addresses', addresses);
    this.#logins = new LoginBackOff(records, logins);
  }

  /** What application messages are charged to, beside what this process counts; `undefined` where they are not. */
  get messages(): SharedBudget | undefined {
    return this.#messages;
  }

  /** Somebody wants to begin, and nothing of it is proven. @throws Fault `internal.quota`, and as the store */
  async bootstrap(address: string | undefined, nowMs: number): Promise<void> {
    if (address !== undefined) await this.#addresses?.take(addressGroup(address), nowMs);
  }

  /** One request to issue or renew, of somebody who is proven. @throws Fault `internal.quota`, and as the store */
  async request(principal: string, nowMs: number): Promise<void> {
    await this.#requests.take(principal, nowMs);
  }

  /** `judge`, which is not asked by those who have to wait. Whose address nobody knows does not wait. */
  login(judge: Judge | undefined, address: string | undefined, nowMs: number): Judge | undefined {
    if (judge === undefined || address === undefined) return judge;
    return this.#logins.around(judge, addressGroup(address), nowMs);
  }
}
