import type { DigestAlgorithm } from '@parley/core';
import { invariant } from '@parley/core';
import { CarriedAssertion } from './carried-assertion.ts';
import type { MessageIds } from './message-ids.ts';
import type { AssertionToken, BootstrapSealRequest, SealRequest } from './seal-request.ts';

/** All assertions of one message, each once, however many uses it has. */
export class CarriedAssertions {
  readonly #carried = new Map<AssertionToken, CarriedAssertion>();

  /** @throws Fault `caller.input-invalid` as {@link CarriedAssertion} */
  constructor(request: SealRequest | BootstrapSealRequest, ids: MessageIds, digest: DigestAlgorithm) {
    const { assertions = [], endorse } = request;
    const tokens = [...assertions];
    if ('assertion' in request) tokens.push(request.assertion);
    if (endorse !== undefined && 'assertion' in endorse) tokens.push(endorse.assertion);
    for (const token of new Set(tokens)) this.#carried.set(token, new CarriedAssertion(token, ids, digest));
  }

  get all(): readonly CarriedAssertion[] {
    return [...this.#carried.values()];
  }

  /** The one of the request that `token` is. */
  of(token: AssertionToken): CarriedAssertion {
    const carried = this.#carried.get(token);
    invariant(carried !== undefined, 'every assertion of the request is carried');
    return carried;
  }
}
