import type { Tape } from '../../tape/tape.ts';
import { decodeText } from '../../tape/text.ts';

/** The prefix ids that `names` (a PrefixList, `#default` included) have on this tape; names it does not use are left out. */
export function prefixIds(tape: Tape, names: readonly string[]): number[] {
  const wanted = new Set(names);
  const ids = wanted.has('#default') ? [0] : [];
  // The prefix xml, id 1, is never printed.
  for (let id = 2; id < tape.prefixCount; id++) {
    if (wanted.has(decodeText(tape.bytes, tape.prefixStarts[id]!, tape.prefixEnds[id]!))) ids.push(id);
  }
  return ids;
}
