import { claimedSequenceHeaders } from '@parley/conversation';
import { Fault } from '@parley/core';
import type { Policy } from '@parley/engine';

/** What a message says about sequences, a line each; of blocks that cannot be read, why. Claims, as all of a description. */
export function describeSequences(message: Uint8Array, policy: Pick<Policy, 'limits' | 'reader'>): readonly string[] {
  try {
    const headers = claimedSequenceHeaders(message, policy);
    if (headers === undefined) return [];
    const { numbered, ackRequested, acknowledgements, usesToken, fault } = headers;
    return [
      ...(numbered === undefined
        ? []
        : [`message ${numbered.number}${numbered.isLast ? ', the last,' : ''} of ${numbered.identifier}`]),
      ...ackRequested.map((identifier) => `what has arrived of ${identifier}?`),
      ...acknowledgements.map(({ identifier, ranges, nacks, isFinal, bufferRemaining }) => {
        const said = [
          ranges.map(({ lower, upper }) => (lower === upper ? `${lower}` : `${lower}-${upper}`)).join(', ') ||
            'nothing',
          ...(nacks.length === 0 ? [] : [`wants ${nacks.join(', ')} again`]),
          ...(isFinal ? ['takes no more'] : []),
          ...(bufferRemaining === undefined ? [] : [`room for ${bufferRemaining}`]),
        ];
        return `of ${identifier} has arrived: ${said.join('; ')}`;
      }),
      ...(usesToken ? ['asks for a sequence that is bound to a token'] : []),
      ...(fault === undefined ? [] : [`fault ${fault.faultCode} of ${fault.identifier ?? 'no sequence'}`]),
    ];
  } catch (error) {
    if (error instanceof Fault) return [`refused: ${error.code}`];
    throw error;
  }
}
