/** What one document is asked: which canonical forms of which elements. */
import type { CanonicalisationMethod } from '@parley/codec';
import type { Random } from '../documents/random.ts';

export interface Question {
  /** Undefined for the whole document. */
  readonly element: number | undefined;
  readonly method: CanonicalisationMethod;
  readonly comments: boolean;
  readonly inclusivePrefixes?: readonly string[];
}

export interface Questions {
  readonly asked: readonly Question[];
  /** Asked again of the whole document, and of the root, when this element is taken out; never the root itself. */
  readonly without: number | undefined;
}

/** Given the number of elements. */
export type Questioner = (elementCount: number) => Questions;

const METHODS: readonly CanonicalisationMethod[] = ['exclusive', 'inclusive', 'inclusive-1.1'];
const BOTH = [false, true] as const;
const PREFIX_LISTS: readonly (readonly string[])[] = [
  ['#default'],
  ['a', 'b'],
  ['#default', 'n1', 'é', 'unknown'],
  ['xs', '_p', 'B', 'a.b', 'long-prefix', '豈', '𐀀'],
  ['m1', 'm7', 'm30', 'm31', 'm32', 'm40', 'xml'],
];

/** Every form of the whole document and of one element, and exclusive forms with one PrefixList. */
export function someQuestions(random: Random): Questioner {
  return (elementCount) => {
    const inclusivePrefixes = random.pick(PREFIX_LISTS);
    const chosen = random.below(elementCount);
    const asked = [undefined, chosen].flatMap((element) => formsOf(element, inclusivePrefixes));
    const without = elementCount > 1 && random.chance(25) ? 1 + random.below(elementCount - 1) : undefined;
    return { asked, without };
  };
}

/** Every form of everything: for one document at a time. */
export function allQuestions(elementCount: number): Questions {
  const elements = [undefined, ...Array.from({ length: elementCount }, (_, index) => index)];
  const asked = elements.flatMap((element) => PREFIX_LISTS.flatMap((list) => formsOf(element, list)));
  return { asked, without: elementCount > 1 ? elementCount - 1 : undefined };
}

/** `question` of every element. */
export function sameQuestion(question: Question): Questioner {
  return (elementCount) => ({
    asked: [undefined, ...Array.from({ length: elementCount }, (_, index) => index)].map((element) => ({
      ...question,
      element,
    })),
    without: elementCount > 1 ? elementCount - 1 : undefined,
  });
}

function formsOf(element: number | undefined, inclusivePrefixes: readonly string[]): Question[] {
  return BOTH.flatMap((comments) => [
    ...METHODS.map((method) => ({ element, method, comments })),
    { element, method: 'exclusive' as const, comments, inclusivePrefixes },
  ]);
}
