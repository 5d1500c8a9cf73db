export type { FoundFile, FoundFiles, OddFile } from './find-log-files.ts';
export { fileOctets } from './file-octets.ts';
export { findLogFiles } from './find-log-files.ts';
export { parseKeys } from './keys-file.ts';
export { keysText } from './write-keys.ts';
export type { LogEntry, LogMessage, LogRefusal } from './log-entry.ts';
export { LogReplayCache } from './log-replay-cache.ts';
export type { LogSource, ReadLogOptions } from './read-log.ts';
export { readLog } from './read-log.ts';
export { resultLine } from './result-line.ts';
export type { LogPool, SectionVerifier } from './sections/log-pool.ts';
export { createLogPool } from './sections/log-pool.ts';
export type { ReadSectionsOptions } from './sections/read-sections.ts';
export { readSections } from './sections/read-sections.ts';
export type { Section } from './sections/section.ts';
export type { WantedResults } from './sections/section-task.ts';
export type { VerifySectionsOptions } from './sections/verify-sections.ts';
export { verifySections } from './sections/verify-sections.ts';
export type { VerifySummary } from './tally.ts';
export type { UnpackLimits } from './unpack-limits.ts';
export { DEFAULT_UNPACK_LIMITS, isUnpackLimit } from './unpack-limits.ts';
export { untilAborted } from './until-aborted.ts';
export type { SequenceReport } from './sequence-ledger.ts';
export { SequenceLedger } from './sequence-ledger.ts';
export type {
  AtPolicy,
  LogResult,
  SequenceFollower,
  VerifyLogOptions,
} from './verify-log.ts';
export { verifyLog } from './verify-log.ts';
export type { LogRecord } from './write-log.ts';
export { LogWriter } from './write-log.ts';
