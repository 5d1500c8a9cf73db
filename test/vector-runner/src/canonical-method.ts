import type { CanonicalisationAlgorithm } from '@parley/codec';
import { CANONICALISATION_ALGORITHMS } from '@parley/codec';

/** How to canonicalise as `uri` asks; `undefined` if it is none of the six algorithms. */
export function canonicalMethod(uri: string): CanonicalisationAlgorithm | undefined {
  return CANONICALISATION_ALGORITHMS.find((algorithm) => algorithm.uri === uri);
}
