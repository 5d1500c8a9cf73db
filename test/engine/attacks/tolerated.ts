import type { Policy } from '@parley/engine';
import { policyOf } from '@parley/engine';

const { layout, canonicalisations, allowComments, allowUnqualifiedIds, allowSeveralIds } = policyOf('tolerant');
const { allowMissingTransforms, allowBareX509Data } = policyOf('tolerant');

/** The policy with all that profile `tolerant` takes of how a message is spelt. */
export function tolerated(policy: Policy): Policy {
  return {
    ...policy,
    layout,
    canonicalisations: [...new Set([...policy.canonicalisations, ...canonicalisations])],
    allowComments,
    allowUnqualifiedIds,
    allowSeveralIds,
    allowMissingTransforms,
    allowBareX509Data,
  };
}

/** How strictly messages are read that are attacks. */
export const READINGS: readonly (readonly [name: string, read: (policy: Policy) => Policy])[] = [
  ['as the policy says', (policy) => policy],
  ['tolerantly', tolerated],
];
