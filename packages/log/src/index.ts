export type { FoundFile, FoundFiles, OddFile } from './find-log-files.ts';
export { fileOctets } from './file-octets.ts';
export { findLogFiles } from './find-log-files.ts';
export { parseKeys } from './keys-file.ts';
export type { LogEntry, LogMessage, LogRefusal } from './log-entry.ts';
export { LogReplayCache } from './log-replay-cache.ts';
export type { LogSource, ReadLogOptions } from './read-log.ts';
export { readLog } from './read-log.ts';
export { resultLine } from './result-line.ts';
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
  VerifySummary,
} from './verify-log.ts';
export { verifyLog } from './verify-log.ts';
export type { LogRecord } from './write-log.ts';
export { LogWriter } from './write-log.ts';
