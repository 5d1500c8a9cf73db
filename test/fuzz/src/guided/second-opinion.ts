import { compareDocument } from '../differential/compare-document.ts';
import { someQuestions } from '../differential/questions.ts';
import { Random } from '../documents/random.ts';
import { Violation } from './target.ts';

/** libxml2 takes or refuses `input` as we do, and prints the same canonical forms. */
export function secondOpinion(input: Uint8Array): void {
  const { difference } = compareDocument(input, someQuestions(new Random(input.length)));
  if (difference !== undefined) throw new Violation(`libxml2 ${difference.kind}`, difference.what);
}
