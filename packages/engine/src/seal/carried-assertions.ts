import type { DigestAlgorithm } from '@parley/core';
import { invariant } from '@parley/core/internal';
import { CarriedAssertion } from './carried-assertion.ts';
import type { EncryptedSelection } from './encrypted-selection.ts';
import { assertionsOf } from './encrypted-selection.ts';
import type { MessageIds } from './message-ids.ts';
import type { MessageToken } from './message-keys.ts';
import type { AssertionToken } from './request.ts';

/** All assertions of one message, each once, however many uses it has. */
export class CarriedAssertions {
  readonly #carried = new Map<AssertionToken, CarriedAssertion>();

  /** @throws Fault `caller.input-invalid` as {@link CarriedAssertion} */
  constructor(request: Partial<EncryptedSelection>, ids: MessageIds, digest: DigestAlgorithm) {
    for (const token of new Set(assertionsOf(request)))
      this.#carried.set(token, new CarriedAssertion(token, ids, digest));
  }

  get all(): readonly CarriedAssertion[] {
    return [...this.#carried.values()];
  }

  get tokens(): readonly MessageToken[] {
    return this.all.flatMap(({ tokens }) => tokens);
  }

  /** The one of the request that `token` is. */
  of(token: AssertionToken): CarriedAssertion {
    const carried = this.#carried.get(token);
    invariant(carried !== undefined, 'every assertion of the request is carried');
    return carried;
  }
}
