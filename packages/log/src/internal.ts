// What the other packages of Parley use of this one beside what is public. No promise is made for it.

export { isLogName } from './find-log-files.ts';
export { ID_LENGTH_MAX } from './read-record.ts';
export { SectionedLog } from './sections/section.ts';
export type { SurveyedRecord, SurveyedSection, SurveyOptions } from './sections/survey-sections.ts';
export { CONTEXT_NEEDED, surveySections } from './sections/survey-sections.ts';
export { SOME_UNPACK_LIMITS } from './unpack-limits.ts';
export { AT_POLICY } from './verify-log.ts';
