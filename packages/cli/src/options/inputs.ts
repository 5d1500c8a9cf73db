import type { BigIntStats } from 'node:fs';
import { fstatSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Fault } from '@parley/core';
import { readLog } from '@parley/log';
import type { ContextsOption } from './contexts-option.ts';
import { filesOfContexts } from './contexts-option.ts';
import type { LogSources } from './log-sources.ts';
import type { PolicyOption } from './policy-option.ts';

/**
 * Whether `file` is one that the command reads, by whatever name: a log, keys, a policy, a part of the store. Results of an
 * earlier run that are found in a folder are none.
 */
export async function isInput(
  file: BigIntStats,
  found: LogSources,
  options: ContextsOption & PolicyOption,
  others: readonly string[],
): Promise<boolean> {
  if (await isOneOf(file, options, options.policy, ...others)) return true;
  for (const { source, isNamed } of found.sources) {
    if (typeof source !== 'string') {
      if (isSame(fstatSync(0, { bigint: true }), file)) return true;
    } else if ((await isAt(source, file)) && (isNamed || !(await isResults(source)))) return true;
  }
  return false;
}

/** Whether `file` is where keys come from, or one of `paths`. */
export async function isOneOf(
  file: BigIntStats,
  contexts: ContextsOption,
  ...paths: readonly (string | undefined)[]
): Promise<boolean> {
  for (const path of [...paths, ...(await filesOfContexts(contexts))])
    if (path !== undefined && (await isAt(path, file))) return true;
  return false;
}

async function isAt(path: string, file: BigIntStats): Promise<boolean> {
  const status = await stat(path, { bigint: true }).catch(() => undefined);
  return status !== undefined && isSame(status, file);
}

function isSame(left: BigIntStats, right: BigIntStats): boolean {
  return left.dev === right.dev && left.ino === right.ino;
}

async function isResults(path: string): Promise<boolean> {
  const entries = readLog(path);
  try {
    await entries.next();
    return false;
  } catch (error) {
    return error instanceof Fault && error.code === 'caller.input-results';
  } finally {
    await entries.return(undefined);
  }
}
