// What the other packages of Parley use of this one beside what is public. No promise is made for it.

export { isLogName } from './find-log-files.ts';
export { printOf } from './log-replay-cache.ts';
export { ID_LENGTH_MAX } from './read-record.ts';
export { lineOf } from './result-line.ts';
export type { JudgedRecord, JudgeOptions } from './sections/judge-sections.ts';
export { judgeSections } from './sections/judge-sections.ts';
export { SOME_UNPACK_LIMITS } from './unpack-limits.ts';
export { AT_POLICY } from './verify-log.ts';
