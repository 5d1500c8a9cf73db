import type { Matcher } from './matcher.ts';
import { PlainMatcher } from './plain-template.ts';
import { moduleMatcher } from './template-module.ts';

/** The matcher of this thread. It serves one message at a time. */
export const octetMatcher: Matcher = moduleMatcher ?? new PlainMatcher();
