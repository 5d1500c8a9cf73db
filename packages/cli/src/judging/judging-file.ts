import { dirname, resolve } from 'node:path';
import { Files, readDocument } from '@parley/gateway';
import { requireOnePlace } from '../options/contexts-option.ts';
import { readInput } from '../options/read-input.ts';
import { credentialsOf } from './file-credentials.ts';
import type { GivenCredentials } from './given-credentials.ts';
import type { JudgingFile } from './judging-file-schema.ts';
import { JUDGING_SCHEMA } from './judging-file-schema.ts';

/** What a configuration file says, and what the files that it names hold. */
export interface ReadJudgingFile {
  /** Where files are named from. */
  readonly folder: string;
  readonly content: JudgingFile;
  readonly credentials: GivenCredentials | undefined;
  /** The files that were read. */
  readonly read: Iterable<string>;
}

/** @throws Fault `caller.input-unreadable`, `caller.option-invalid` with the line and the place of what is wrong */
export async function readJudgingFile(path: string): Promise<ReadJudgingFile> {
  const text = new TextDecoder().decode(await readInput(path));
  const content = readDocument<JudgingFile>(text, path, JUDGING_SCHEMA);
  requireOnePlace(content, path);
  const folder = dirname(resolve(path));
  const files = new Files(folder);
  const credentials = await credentialsOf(content, files);
  return { folder, content, credentials, read: files.read };
}
